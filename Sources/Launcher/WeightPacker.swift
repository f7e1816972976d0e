import CRuntime
import Diagnostics
import Graph

/// Takes weights from a safetensors file in the order and shapes that a compiled model wants.
package enum WeightPacker {
  package struct Result: Sendable {
    package let weights: PackedWeights
    /// Tensors that hold NaN: the answer will too.
    package let warnings: [Diagnostic]
  }

  /// Packs the file's tensors by the model's own function. Throws one message for each missing or misshapen tensor.
  package static func pack(_ path: String, for model: CompiledModel) throws(Failure) -> Result {
    // Without weights of its own a model takes any file, and needs none.
    let file = try Safetensors(path: path)
    var tensors: [WeightTensor] = []
    var counts: [Int: Int] = [:]
    var mistakes: [Diagnostic] = []
    for (number, wanted) in model.tables.weights.enumerated() {
      guard let name = wanted.keys.first(where: { file.shape(of: $0) != nil }) else {
        mistakes += LaunchError.missingWeight(wanted.keys, in: path, has: file.names).failure.diagnostics
        continue
      }
      let found = file.shape(of: name) ?? []
      if let counted = wanted.counted, found.count == wanted.shape.count {
        counts[number] = found[counted.dimension]
      }
      guard fits(found, wanted) else {
        mistakes +=
          LaunchError.misshapenWeight(
            name, in: path, wanted: describe(wanted, model.tables), found: found
          ).failure.diagnostics
        continue
      }
      if let tensor = try file.tensor(name) { tensors.append(tensor) }
    }
    guard mistakes.isEmpty else { throw Failure(mistakes) }
    let packed = try withExtendedLifetime(file) { () throws(Failure) in
      try PackedWeights.packing(for: model, tensors.map(\.base), counts: counts)
    }
    let warnings = tensors.filter(\.holdsNaN).map { LaunchError.warning(nanIn: $0.name, of: path) }
    return Result(weights: packed, warnings: warnings)
  }

  /// For a model that has no weights at all.
  package static func packNothing(for model: CompiledModel) throws(Failure) -> PackedWeights {
    try PackedWeights.packing(for: model, [])
  }

  /// A weight's shape, as the model's text has it.
  private static func describe(_ weight: ModelTables.Weight, _ tables: ModelTables) -> String {
    var sizes = weight.shape.map(String.init)
    if let counted = weight.counted {
      sizes[counted.dimension] = "count(\(tables.vertexTypes[counted.vertexType].name))"
    }
    return "[\(sizes.joined(separator: ", "))]"
  }

  /// A single number is stored as `[]` or as `[1]`, as the layer's author liked. How many vertices there are is not known
  /// here.
  private static func fits(_ found: [Int], _ wanted: ModelTables.Weight) -> Bool {
    if let counted = wanted.counted {
      guard found.count == wanted.shape.count else { return false }
      return found.indices.allSatisfy { $0 == counted.dimension || found[$0] == wanted.shape[$0] }
    }
    return found == wanted.shape || (found.reduce(1, *) == 1 && wanted.shape.reduce(1, *) == 1)
  }
}
