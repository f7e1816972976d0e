import CRuntime
import Diagnostics
import Graph

/// Whether the features that a model uses as indices stay within what they are indices into.
struct IndexCheck {
  private let fitted: Fitted
  private let names: ModelFit.Names

  init(_ fitted: Fitted, _ names: ModelFit.Names) {
    self.fitted = fitted
    self.names = names
  }

  func run() throws(Failure) {
    for tensor in fitted.tables.tensors {
      guard let limit = tensor.limit else { continue }
      switch tensor.kind {
      case .vertexFeature(let type):
        // Indices are integers, which are never sparse.
        guard case .dense(let stored) = fitted.vertexFeature(tensor, of: type) else { continue }
        try check(stored, tensor, limit, of: fitted.tables.vertexTypes[type].name)
      case .edgeFeature(let set):
        let name = fitted.tables.edgeTypes[fitted.tables.edgeSets[set].edgeType].name
        for part in 0..<fitted.graph.summary.parts {
          try check(fitted.edgeFeature(tensor, of: set, part: part), tensor, limit, of: name)
        }
      case .stored, .storedEdges, .vertexWeight, .graphValue, .partial: continue
      }
    }
  }

  private func check(
    _ stored: StoredTensor, _ tensor: ModelTables.Tensor, _ limit: UInt64, of type: String
  ) throws(Failure) {
    var found: Int64 = 0
    guard
      gnnc_find_outside(stored.base, tensor.element.c, UInt32(tensor.stride), stored.rows, limit, &found) != 0
    else { return }
    throw LaunchError.indexOutside(tensor.name, of: type, names, found: found, limit: limit).failure
  }
}
