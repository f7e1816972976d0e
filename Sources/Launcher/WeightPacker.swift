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
    var mistakes: [Diagnostic] = []
    for wanted in model.tables.weights {
      guard let name = wanted.keys.first(where: { file.shape(of: $0) != nil }) else {
        mistakes += LaunchError.missingWeight(wanted.keys, in: path, has: file.names).failure.diagnostics
        continue
      }
      let found = file.shape(of: name) ?? []
      guard fits(found, wanted.shape) else {
        mistakes +=
          LaunchError.misshapenWeight(name, in: path, wanted: wanted.shape, found: found).failure.diagnostics
        continue
      }
      if let tensor = try file.tensor(name) { tensors.append(tensor) }
    }
    guard mistakes.isEmpty else { throw Failure(mistakes) }
    let packed = try withExtendedLifetime(file) { () throws(Failure) in
      try PackedWeights.packing(for: model, tensors.map(\.base))
    }
    let warnings = tensors.filter(\.holdsNaN).map { LaunchError.warning(nanIn: $0.name, of: path) }
    return Result(weights: packed, warnings: warnings)
  }

  /// For a model that has no weights at all.
  package static func packNothing(for model: CompiledModel) throws(Failure) -> PackedWeights {
    try PackedWeights.packing(for: model, [])
  }

  /// A single number is stored as `[]` or as `[1]`, as the layer's author liked.
  private static func fits(_ found: [Int], _ wanted: [Int]) -> Bool {
    found == wanted || (found.reduce(1, *) == 1 && wanted.reduce(1, *) == 1)
  }
}
