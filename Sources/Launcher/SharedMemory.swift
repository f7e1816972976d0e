import CRuntime
import Diagnostics
import Graph

/// The exchange within one memory: every tensor holds the rows of all partitions, so a source is found where its owner
/// wrote it, and features are read from the graph's own files.
package final class SharedMemory: Exchange {
  package let parts: Range<Int>
  private let fitted: Fitted
  private let buffers: [Pages]
  private let views: [PartitionView]

  package init(_ fitted: Fitted) throws(Failure) {
    self.fitted = fitted
    parts = 0..<fitted.graph.summary.parts
    var buffers: [Pages] = []
    for buffer in fitted.tables.buffers {
      let bytes = buffer.rowBytes * fitted.vertexCount(buffer.vertexType)
      buffers.append(try Pages(bytes: Int(bytes), for: "stored tensors"))
    }
    self.buffers = buffers
    views = parts.map { Self.view(of: $0, fitted, buffers) }
  }

  package func view(of part: Int) -> PartitionView { views[part] }

  package func exchange(_ tensors: [Int]) {}

  package func ownedRows(of tensor: Int, part: Int) -> UnsafeRawPointer {
    let table = fitted.tables.tensors[tensor]
    let base = UnsafeRawPointer(views[part].tensors[tensor]!)
    switch table.kind {
    case .edgeFeature: return base
    case .vertexFeature(let type), .stored(let type, _):
      return base + Int(fitted.rows(of: type, part: part).first) * table.rowBytes
    }
  }

  private static func view(of part: Int, _ fitted: Fitted, _ buffers: [Pages]) -> PartitionView {
    let tables = fitted.tables
    return PartitionView(
      owned: tables.vertexTypes.indices.map { fitted.rows(of: $0, part: part) },
      edges: tables.edgeSets.indices.map { fitted.edges(of: $0, part: part) },
      tensors: tables.tensors.map { tensor in
        switch tensor.kind {
        case .vertexFeature(let type):
          UnsafeMutableRawPointer(mutating: fitted.vertexFeature(tensor, of: type).base)
        case .edgeFeature(let set):
          UnsafeMutableRawPointer(mutating: fitted.edgeFeature(tensor, of: set, part: part).base)
        case .stored(_, let buffer): buffers[buffer].base
        }
      })
  }
}
