@testable import Graph

/// The orders of a sample's vertices by a second method, slow and obvious. All types stand in one graph; its vertices are
/// numbered by falling degree.
struct JointOrders {
  private let counts: [Int]
  /// Of each number, the vertex, counted through all types.
  private let vertexOfNumber: [Int]
  /// Of each number, its neighbours' numbers, ascending.
  private let neighbours: [[Int]]

  init(_ sample: Sample) {
    counts = sample.counts
    let bases = sample.counts.indices.map { sample.counts[..<$0].reduce(0, +) }
    let ends = sample.edges.flatMap { set in
      set.ends.map { ($0.0 + bases[set.source], $0.1 + bases[set.target]) }
    }
    var degree = [Int](repeating: 0, count: sample.counts.reduce(0, +))
    for (source, target) in ends {
      degree[source] += 1
      degree[target] += 1
    }
    let byDegree = degree.indices.sorted { (-degree[$0], $0) < (-degree[$1], $1) }
    var number = degree
    for (place, vertex) in byDegree.enumerated() { number[vertex] = place }
    var found = [Set<Int>](repeating: [], count: degree.count)
    for (source, target) in ends where source != target {
      found[number[source]].insert(number[target])
      found[number[target]].insert(number[source])
    }
    vertexOfNumber = byDegree
    neighbours = found.map { $0.sorted() }
  }

  /// The vertices of one type.
  func vertices(of type: Int, by order: VertexOrder) -> [Int] {
    let base = counts[..<type].reduce(0, +)
    return numbers(by: order).map { vertexOfNumber[$0] - base }.filter { $0 >= 0 && $0 < counts[type] }
  }

  private func numbers(by order: VertexOrder) -> [Int] {
    switch order {
    case .plain: Array(vertexOfNumber.indices).sorted { vertexOfNumber[$0] < vertexOfNumber[$1] }
    case .degree: Array(vertexOfNumber.indices)
    case .bfs: breadthFirst()
    case .rcm: cuthillMcKee().reversed()
    case .community: communities().order
    case .auto: numbers(by: communities().modularity >= 0.3 ? .community : .degree)
    }
  }

  // MARK: Walks

  private func levels(from root: Int, _ neighbours: (Int) -> [Int]) -> [[Int]] {
    var (seen, levels): (Set<Int>, [[Int]]) = ([root], [[root]])
    while true {
      let next = levels.last!.flatMap(neighbours).filter { seen.insert($0).inserted }
      if next.isEmpty { return levels }
      levels.append(next)
    }
  }

  private func breadthFirst() -> [Int] {
    var result: [Int] = []
    for root in neighbours.indices where !result.contains(root) {
      result += levels(from: root) { neighbours[$0] }.joined()
    }
    return result
  }

  private func cuthillMcKee() -> [Int] {
    var result: [Int] = []
    for start in neighbours.indices.reversed() where !result.contains(start) {
      var found = levels(from: start) { neighbours[$0].reversed() }
      while found.count > 1 {
        let before = found.count
        found = levels(from: found.last!.max()!) { neighbours[$0].reversed() }
        if found.count <= before { break }
      }
      result += found.joined()
    }
    return result
  }

  // MARK: Communities

  private func communities() -> (order: [Int], modularity: Double) {
    let ends = Double(neighbours.reduce(0) { $0 + $1.count })
    var root = Array(neighbours.indices)
    var joined = [[Int]](repeating: [], count: root.count)
    func strength(_ community: Int) -> Double {
      Double(root.indices.filter { root[$0] == community }.reduce(0) { $0 + neighbours[$1].count })
    }
    for vertex in neighbours.indices.reversed() {
      var ties: [Int: Double] = [:]
      for member in root.indices where root[member] == vertex {
        for other in neighbours[member] where root[other] != vertex { ties[root[other], default: 0] += 1 }
      }
      let own = strength(vertex)
      let gains = ties.map { (gain: $1 - strength($0) * (own / ends), to: $0) }.filter { $0.gain > 0 }
      guard let best = gains.min(by: { (-$0.gain, $0.to) < (-$1.gain, $1.to) }) else { continue }
      joined[best.to].append(vertex)
      for member in root.indices where root[member] == vertex { root[member] = best.to }
    }
    func tree(_ top: Int) -> [Int] { [top] + joined[top].flatMap(tree) }
    let tops = root.indices.filter { root[$0] == $0 }
    let within = root.indices.reduce(0) { sum, vertex in
      sum + neighbours[vertex].count { root[$0] == root[vertex] }
    }
    let expected = tops.reduce(0) { $0 + strength($1) / ends * (strength($1) / ends) }
    return (tops.flatMap(tree), ends > 0 ? Double(within) / ends - expected : 0)
  }
}
