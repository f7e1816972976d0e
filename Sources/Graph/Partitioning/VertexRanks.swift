import CRuntime
import Diagnostics

/// The global rank of one type's vertices: it decides the order of edges in a row, and that of vertices in a partition,
/// whatever the number of partitions and the method. Nil arrays stand for the plain order.
struct VertexRanks {
  let vertexOfRank: Numbers<UInt32>?
  let rankOfVertex: Numbers<UInt32>?

  static let plain = VertexRanks(vertexOfRank: nil, rankOfVertex: nil)

  /// One for each vertex type.
  static func ranks(of graph: PlainGraph, by order: VertexOrder, work: Work) throws(Failure) -> [VertexRanks]
  {
    switch order {
    case .plain:
      return graph.vertexTypes.map { _ in .plain }
    case .degree:
      work.tell("ordering by degree", 0, 1, "types")
      var ranks: [VertexRanks] = []
      for type in graph.vertexTypes.indices { ranks.append(try byDegree(graph, type, work)) }
      return ranks
    case .bfs: return try JointGraph(graph).ranks(by: GNNC_BREADTH_FIRST, order, work)
    case .rcm: return try JointGraph(graph).ranks(by: GNNC_CUTHILL_MCKEE, order, work)
    case .community: return try JointGraph(graph).ranks(by: GNNC_COMMUNITIES, order, work)
    }
  }

  private static func byDegree(_ graph: PlainGraph, _ type: Int, _ work: Work) throws(Failure) -> VertexRanks
  {
    try work.checkStop()
    let count = Int(graph.vertexTypes[type].count)
    let degree = Numbers<UInt64>(zeros: count)
    for edges in graph.edgeTypes {
      if edges.source == type { edges.countMentions(of: edges.edges.source, in: degree, work) }
      if edges.target == type { edges.countMentions(of: edges.edges.target, in: degree, work) }
    }
    let vertexOfRank = Numbers<UInt32>(zeros: count)
    guard gnnc_order_by_degree(degree.base, UInt64(count), vertexOfRank.base) != 0 else {
      throw .noMemory("ordering by degree", bytes: count * 4)
    }
    return VertexRanks(vertexOfRank: vertexOfRank)
  }

  private init(vertexOfRank: Numbers<UInt32>?, rankOfVertex: Numbers<UInt32>?) {
    self.vertexOfRank = vertexOfRank
    self.rankOfVertex = rankOfVertex
  }

  init(vertexOfRank: Numbers<UInt32>) {
    self.init(vertexOfRank: vertexOfRank, rankOfVertex: vertexOfRank.inverted())
  }
}

extension PlainEdgeType {
  /// Adds one to `degree` for each mention of a vertex among `ends`.
  func countMentions(of ends: UnsafeRawPointer?, in degree: Numbers<UInt64>, _ work: Work) {
    gnnc_count_mentions(
      ends, edges.kind, edges.count, UInt64(degree.count), UInt32(work.threads), degree.base)
  }
}

extension Numbers<UInt32> {
  /// Of a permutation: where each number stands.
  func inverted() -> Numbers<UInt32> {
    let inverse = Numbers<UInt32>(zeros: count)
    for place in 0..<count { inverse.base[Int(base[place])] = UInt32(truncatingIfNeeded: place) }
    return inverse
  }
}

extension Failure {
  static func noMemory(_ what: String, bytes: Int) -> Failure {
    var error = gnnc_error()
    _ = gnnc_fail_memory(&error, what, UInt64(bytes))
    return error.failure(kind: "system")
  }
}
