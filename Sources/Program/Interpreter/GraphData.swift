/// A graph and weights in memory, as the interpreter reads them.
package struct GraphData: Hashable, Sendable {
  /// The edges of one type in plain order: edge e runs from `sources[e]` to `targets[e]`.
  package struct Edges: Hashable, Sendable {
    package var sources: [Int]
    package var targets: [Int]

    package init(sources: [Int], targets: [Int]) {
      self.sources = sources
      self.targets = targets
    }
  }

  /// How many vertices each type has, in the schema's order.
  package var vertexCounts: [Int]
  /// The edges of each type, in the schema's order.
  package var edges: [Edges]
  /// Rows one after the other, by the type's name and the feature's. Integers and Booleans (0, 1) stand as numbers.
  package var features: [String: [String: [Double]]]
  /// Weight tensors in row-major order, by key.
  package var parameters: [String: [Double]]

  package init(
    vertexCounts: [Int], edges: [Edges], features: [String: [String: [Double]]] = [:],
    parameters: [String: [Double]] = [:]
  ) {
    self.vertexCounts = vertexCounts
    self.edges = edges
    self.features = features
    self.parameters = parameters
  }
}

/// The edges of a set, one by one.
package struct EdgeList: Hashable, Sendable {
  /// What an edge of a derived set was before.
  package enum Origin: Hashable, Sendable {
    /// The edge with this place in the plain order.
    case plain(Int)
    /// The loop that was added for this vertex.
    case loop(Int)
    /// One of the two directions of a pair of neighbours.
    case pair
  }

  package var sources: [Int] = []
  package var targets: [Int] = []
  package var origins: [Origin] = []

  package var count: Int { sources.count }

  /// In plain order, pairs by first appearance; added loops come last, in the order of the vertices.
  package init(_ set: EdgeSet, of data: GraphData, schema: Schema) {
    let plain = data.edges[set.type.number]
    switch set.direction {
    case .forward: addAll(plain.sources, plain.targets)
    case .reverse: addAll(plain.targets, plain.sources)
    case .undirected: addPairs(plain)
    }
    if set.loops != .kept { removeLoops() }
    guard set.loops == .added else { return }
    for vertex in 0..<data.vertexCounts[schema.target(of: set).number] {
      add(vertex, vertex, .loop(vertex))
    }
  }

  private mutating func addAll(_ sources: [Int], _ targets: [Int]) {
    for edge in sources.indices { add(sources[edge], targets[edge], .plain(edge)) }
  }

  private mutating func addPairs(_ plain: GraphData.Edges) {
    struct Pair: Hashable { let low: Int, high: Int }
    var seen: Set<Pair> = []
    for (u, v) in zip(plain.sources, plain.targets)
    where seen.insert(Pair(low: min(u, v), high: max(u, v))).inserted {
      add(u, v, .pair)
      if u != v { add(v, u, .pair) }
    }
  }

  private mutating func removeLoops() {
    let kept = sources.indices.filter { sources[$0] != targets[$0] }
    sources = kept.map { sources[$0] }
    targets = kept.map { targets[$0] }
    origins = kept.map { origins[$0] }
  }

  private mutating func add(_ source: Int, _ target: Int, _ origin: Origin) {
    sources.append(source)
    targets.append(target)
    origins.append(origin)
  }
}
