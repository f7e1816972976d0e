import CRuntime
import Diagnostics
import Graph

/// The exchange within one memory: every tensor holds the rows of all partitions, so a source is found where its owner
/// wrote it, and features are read from the graph's own files.
package final class SharedMemory: Exchange {
  package let parts: Range<Int>
  private let fitted: Fitted
  private let memory: TensorMemory
  /// Features that stages read otherwise than the graph has them, by tensor: dense where it has sparse rows, or rounded.
  private let made: [Int: Pages]
  private let views: [PartitionView]

  package init(_ fitted: Fitted, _ weights: PackedWeights) throws(Failure) {
    self.fitted = fitted
    parts = 0..<fitted.graph.summary.parts
    memory = try TensorMemory(fitted, weights, buffers: fitted.tables.buffers.map { fitted.count($0.owner) })
    made = try Self.made(fitted)
    views = parts.map { [memory, made] in Self.view(of: $0, fitted, memory, made) }
  }

  private static func made(_ fitted: Fitted) throws(Failure) -> [Int: Pages] {
    var made: [Int: Pages] = [:]
    for (number, tensor) in fitted.tables.tensors.enumerated() {
      guard case .vertexFeature(let type) = tensor.kind, !tensor.takesSparse else { continue }
      let feature = fitted.vertexFeature(tensor, of: type)
      if case .dense = feature, !tensor.isRounded { continue }
      let count = Int(fitted.vertexCount(type))
      let pages = try Pages(
        bytes: count * tensor.rowBytes,
        for: tensor.isRounded ? "features as bfloat16" : "features made dense")
      feature.copy(.stretch(0..<count), as: tensor, into: pages.base)
      made[number] = pages
    }
    return made
  }

  package var memories: [Int] { [0] }

  package func view(of part: Int) -> PartitionView { views[part] }

  package func exchange(_ tensors: [Int]) {}

  package func ownedRows(of tensor: Int, part: Int) -> UnsafeRawPointer {
    let table = fitted.tables.tensors[tensor]
    let base = UnsafeRawPointer(views[part].tensors[tensor]!)
    switch table.kind {
    case .edgeFeature, .storedEdges, .graphValue: return base
    case .partial: return base + part * table.rowBytes
    case .vertexFeature(let type), .stored(let type, _):
      return base + Int(fitted.rows(of: type, part: part).first) * table.rowBytes
    case .vertexWeight:
      let type = fitted.tables.counted(table)!.by.vertexType
      return base + Int(fitted.rows(of: type, part: part).first) * table.rowBytes
    }
  }

  private static func view(
    of part: Int, _ fitted: Fitted, _ memory: TensorMemory, _ made: [Int: Pages]
  ) -> PartitionView {
    let tables = fitted.tables
    return PartitionView(
      owned: tables.vertexTypes.indices.map { fitted.rows(of: $0, part: part) },
      edges: tables.edgeSets.indices.map { fitted.edges(of: $0, part: part) },
      tensors: tables.tensors.enumerated().map { place, tensor in
        switch tensor.kind {
        case .vertexFeature(let type):
          if let pages = made[place] {
            .dense(pages.base)
          } else {
            switch fitted.vertexFeature(tensor, of: type) {
            case .dense(let stored): .dense(UnsafeMutableRawPointer(mutating: stored.base))
            case .sparse(let stored): .sparse(stored.rows)
            }
          }
        case .edgeFeature(let set):
          .dense(UnsafeMutableRawPointer(mutating: fitted.edgeFeature(tensor, of: set, part: part).base))
        case .stored(_, let buffer): .dense(memory.buffers[buffer].base)
        case .storedEdges(let set, let buffer):
          .dense(memory.buffers[buffer].base + Int(fitted.edgeBounds(of: set)[part]) * tensor.rowBytes)
        case .vertexWeight, .graphValue, .partial: .dense(memory.own[place]!.base)
        }
      })
  }
}
