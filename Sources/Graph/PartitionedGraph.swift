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

/// An open partitioned graph: memory maps of its files, verified. Everything it hands out lives as long as it does.
package final class PartitionedGraph: @unchecked Sendable {
  package let path: String
  package let summary: GraphSummary

  /// Reads the manifest alone: enough to see whether a model and a graph fit.
  package static func summary(of path: String) throws(Failure) -> GraphSummary {
    throw Failure(kind: "graph", "cannot be read yet", at: .file(path))
  }

  /// Maps what is wanted and verifies it: sizes, checksums of every block, offsets and ids, in one parallel pass.
  package init(path: String, wanted: GraphParts, work: Work = .quiet) throws(Failure) {
    self.path = path
    self.summary = try PartitionedGraph.summary(of: path)
  }

  /// The rows of a vertex type that a partition owns.
  package func rows(of vertexType: String, part: Int) -> gnnc_rows { gnnc_rows() }

  /// The in-edges of the rows that a partition owns.
  package func edges(of set: EdgeSetKey, part: Int) -> gnnc_edges { gnnc_edges() }

  /// The number of in-edges of the longest row of a partition.
  package func longestRow(of set: EdgeSetKey, part: Int) -> UInt64 { 0 }

  /// A vertex feature, one tensor for the whole graph: row numbers are those of `gnnc_edges.source`.
  package func vertexFeature(_ feature: GraphParts.VertexFeature) -> StoredTensor { fatalError() }

  /// An edge feature, a row for each in-edge of one partition, in their order.
  package func edgeFeature(_ feature: GraphParts.EdgeFeature, part: Int) -> StoredTensor {
    fatalError()
  }

  /// The plain index of each row of a vertex type.
  package func plainVertices(of vertexType: String) -> UnsafeBufferPointer<UInt32> { fatalError() }

  /// The plain index of each in-edge of a partition; the set must have been in `GraphParts.plainEdges`.
  package func plainEdges(of set: EdgeSetKey, part: Int) -> PlainEdges { fatalError() }

  /// The rows of other partitions that a partition reads. What partition q sends to p is
  /// `halo(of: type, part: p).rows(ownedBy: q)`.
  package func halo(of vertexType: String, part: Int) -> Halo { fatalError() }

  /// Writes `index<tab>name` for each vertex in plain order, beside and then renamed. The type must have names.
  package func writeNames(of vertexType: String, to path: String) throws(Failure) {}
}
