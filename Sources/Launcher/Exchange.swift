import CRuntime
import Diagnostics
import Graph

/// Where rows live, and how they reach the partitions that read them: the one place that knows whether partitions share
/// memory. Stages see a `PartitionView` and nothing else.
package protocol Exchange: AnyObject {
  /// The partitions that this process runs.
  var parts: Range<Int> { get }

  /// What a stage is called with for one partition; stays as it is until the end of the run.
  func view(of part: Int) -> PartitionView

  /// Called when every partition has written its own rows of `tensors`: brings them to the partitions that gather them.
  func exchange(_ tensors: [Int]) throws(Failure)

  /// A partition of each memory: what is computed of the whole graph is computed once for each.
  var memories: [Int] { get }

  /// The first row of a tensor that a partition owns; the others follow.
  func ownedRows(of tensor: Int, part: Int) -> UnsafeRawPointer
}

/// The exchanges that there are.
package enum ExchangeKind: String, Sendable, CaseIterable {
  /// All partitions in one tensor: nothing travels.
  case shared
  /// Each partition in memory of its own, as between machines: rows are copied after each level of stages.
  case copy
}

/// Where a stage finds the rows of a tensor.
enum TensorRows {
  /// Row 0; the others follow.
  case dense(UnsafeMutableRawPointer)
  case sparse(gnnc_sparse_rows)
}

/// One partition as a stage sees it: C arrays of what it owns, its in-edges, and row 0 of every tensor, or its sparse
/// rows.
package final class PartitionView: @unchecked Sendable {
  package let owned: UnsafeMutableBufferPointer<gnnc_rows>
  package let edges: UnsafeMutableBufferPointer<gnnc_edges>
  /// NULL for tensors whose rows are sparse.
  package let tensors: UnsafeMutableBufferPointer<UnsafeMutableRawPointer?>
  /// NULL for all others.
  package let sparse: UnsafeMutableBufferPointer<UnsafePointer<gnnc_sparse_rows>?>
  private let sparseRows: UnsafeMutableBufferPointer<gnnc_sparse_rows>

  init(owned: [gnnc_rows], edges: [gnnc_edges], tensors: [TensorRows]) {
    self.owned = Self.copy(owned)
    self.edges = Self.copy(edges)
    self.tensors = Self.copy(tensors.map { if case .dense(let base) = $0 { base } else { nil } })
    let rows = Self.copy(tensors.map { if case .sparse(let rows) = $0 { rows } else { gnnc_sparse_rows() } })
    sparseRows = rows
    sparse = Self.copy(
      tensors.enumerated().map { place, tensor in
        if case .sparse = tensor { UnsafePointer(rows.baseAddress! + place) } else { nil }
      })
  }

  private static func copy<Element>(_ values: [Element]) -> UnsafeMutableBufferPointer<Element> {
    // At least one, so that a model without edge sets still hands out an address.
    let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: max(values.count, 1))
    _ = memory.initialize(from: values)
    return memory
  }

  deinit {
    owned.deallocate()
    edges.deallocate()
    tensors.deallocate()
    sparse.deallocate()
    sparseRows.deallocate()
  }
}

/// An open model and an open graph that fit each other, as exchanges and plans read them.
package struct Fitted: Sendable {
  package let tables: ModelTables
  package let graph: PartitionedGraph

  func vertexCount(_ type: Int) -> UInt64 {
    graph.summary.vertexType(named: tables.vertexTypes[type].name)?.count ?? 0
  }

  func rows(of type: Int, part: Int) -> gnnc_rows {
    graph.rows(of: tables.vertexTypes[type].name, part: part)
  }

  func edges(of set: Int, part: Int) -> gnnc_edges { graph.edges(of: tables.key(of: set), part: part) }

  /// parts + 1 positions: where the edges of each partition begin among those of all.
  func edgeBounds(of set: Int) -> [UInt64] {
    var bounds: [UInt64] = [0]
    for part in 0..<graph.summary.parts { bounds.append(bounds[part] + edges(of: set, part: part).edgeCount) }
    return bounds
  }

  /// parts + 1 row numbers: where the rows of each partition begin among those of all.
  func vertexBounds(of type: Int) -> [UInt64] {
    graph.summary.vertexType(named: tables.vertexTypes[type].name)?.bounds ?? [0]
  }

  /// Members of a buffer's owner in the whole graph.
  func count(_ owner: ModelTables.Buffer.Owner) -> UInt64 {
    switch owner {
    case .vertices(let type): vertexCount(type)
    case .edges(let set): edgeBounds(of: set).last ?? 0
    }
  }

  func vertexFeature(_ tensor: ModelTables.Tensor, of type: Int) -> VertexRows {
    graph.vertexFeature(.init(tensor.name, of: tables.vertexTypes[type].name))
  }

  func edgeFeature(_ tensor: ModelTables.Tensor, of set: Int, part: Int) -> StoredTensor {
    graph.edgeFeature(.init(tensor.name, of: tables.key(of: set)), part: part)
  }
}
