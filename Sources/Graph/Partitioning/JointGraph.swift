import CRuntime
import Diagnostics

/// A graph with the vertices of all types numbered through, and its edges as the runtime takes them then.
struct JointGraph {
  private let graph: PlainGraph
  /// The first number of each type among all vertices, and behind them how many there are.
  let bases: [UInt64]

  var vertices: UInt64 { bases.last! }
  var edges: UInt64 { graph.edgeTypes.reduce(0) { $0 + $1.edges.count } }

  init(_ graph: PlainGraph) {
    self.graph = graph
    bases = graph.vertexTypes.reduce(into: [0]) { $0.append($0.last! + $1.count) }
  }

  /// Whether 32 bits number all vertices together.
  var hasNarrowNumbers: Bool { vertices <= UInt64(UInt32.max) }

  /// Each edge type; for narrow numbers.
  var lists: [gnnc_numbered_edges] {
    graph.edgeTypes.map { type in
      var list = gnnc_numbered_edges()
      list.edges = type.edges
      list.source_base = UInt32(bases[type.source])
      list.target_base = UInt32(bases[type.target])
      list.loops = type.source == type.target ? 1 : 0
      return list
    }
  }

  /// One order of all vertices, from which each type has taken its own. `modularity` is the communities', where these
  /// make the order.
  struct Ordered {
    let ranks: [VertexRanks]
    let modularity: Double
  }

  func ordered(by order: gnnc_order, _ name: VertexOrder, _ work: Work) throws(Failure) -> Ordered {
    guard hasNarrowNumbers else {
      throw PartitionError.tooManyToOrder(vertices, by: name).failure(graph.path)
    }
    let (lists, all) = (lists, Numbers<UInt32>(zeros: Int(vertices)))
    var modularity = 0.0
    let what = "ordering by \(name.rawValue)"
    let steps: UInt64 = order == GNNC_COMMUNITIES ? 6 : 4
    try work.watching(what, total: steps * edges, unit: "edges") { (done) throws(Failure) in
      try runtime("graph") {
        gnnc_order_vertices(
          lists, UInt32(lists.count), vertices, order, UInt32(work.threads), work.stop, done, all.base,
          &modularity, $0)
      }
    }
    let ranks = graph.vertexTypes.indices.map { type in
      let own = Numbers<UInt32>(zeros: Int(graph.vertexTypes[type].count))
      gnnc_take_type(all.base, vertices, bases[type], bases[type + 1], own.base)
      return VertexRanks(vertexOfRank: own)
    }
    return Ordered(ranks: ranks, modularity: modularity)
  }
}
