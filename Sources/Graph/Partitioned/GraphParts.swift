import CRuntime
import Diagnostics

/// What a caller wants mapped and verified of a partitioned graph; the rest is not touched.
package struct GraphParts: Sendable {
  package struct VertexFeature: Hashable, Sendable {
    package let vertexType: String
    package let name: String

    package init(_ name: String, of vertexType: String) {
      self.vertexType = vertexType
      self.name = name
    }
  }

  package struct EdgeFeature: Hashable, Sendable {
    package let edgeSet: EdgeSetKey
    package let name: String

    package init(_ name: String, of edgeSet: EdgeSetKey) {
      self.edgeSet = edgeSet
      self.name = name
    }
  }

  package var edgeSets: Set<EdgeSetKey>
  package var vertexFeatures: Set<VertexFeature>
  package var edgeFeatures: Set<EdgeFeature>
  /// Sets whose edges' plain indices are wanted: for outputs on edges and ordered reductions. Never `undirected` ones.
  package var plainEdges: Set<EdgeSetKey>

  package init(
    edgeSets: Set<EdgeSetKey> = [], vertexFeatures: Set<VertexFeature> = [],
    edgeFeatures: Set<EdgeFeature> = [], plainEdges: Set<EdgeSetKey> = []
  ) {
    self.edgeSets = edgeSets
    self.vertexFeatures = vertexFeatures
    self.edgeFeatures = edgeFeatures
    self.plainEdges = plainEdges
  }
}

/// A feature in memory: row r begins `r * stride` numbers after `base`. Lives as long as its graph.
package struct StoredTensor: @unchecked Sendable {
  package let base: UnsafeRawPointer
  package let rows: UInt64
  package let feature: FeatureSummary
}

/// A feature whose rows are sparse, in memory. Lives as long as its graph.
package struct SparseTensor: @unchecked Sendable {
  package let rows: gnnc_sparse_rows
  package let count: UInt64
  package let feature: FeatureSummary

  /// What its three files hold.
  package var bytes: UInt64 { (count + 1) * 8 + rows.start[Int(count)] * 8 }
}

/// A vertex feature in memory, in the form in which it is stored.
package enum VertexRows: Sendable {
  case dense(StoredTensor)
  case sparse(SparseTensor)
}

/// The plain index of each edge of one partition, in the order of its in-edges. Lives as long as its graph.
package enum PlainEdges: @unchecked Sendable {
  case narrow(UnsafeBufferPointer<UInt32>)
  case wide(UnsafeBufferPointer<UInt64>)

  package var count: Int {
    switch self {
    case .narrow(let indices): indices.count
    case .wide(let indices): indices.count
    }
  }

  package subscript(position: Int) -> UInt64 {
    switch self {
    case .narrow(let indices): UInt64(indices[position])
    case .wide(let indices): indices[position]
    }
  }
}

/// The rows of other partitions that one partition reads through any prepared edge set, ascending, so that the rows of
/// one owner lie together. Lives as long as its graph.
package struct Halo: @unchecked Sendable {
  package let rows: UnsafeBufferPointer<UInt32>
  /// parts + 1 positions: owner q's rows are `rows[starts[q] ..< starts[q + 1]]`.
  package let starts: UnsafeBufferPointer<UInt64>

  /// What partition `owner` has to send.
  package func rows(ownedBy owner: Int) -> UnsafeBufferPointer<UInt32> {
    UnsafeBufferPointer(rebasing: rows[Int(starts[owner])..<Int(starts[owner + 1])])
  }
}
