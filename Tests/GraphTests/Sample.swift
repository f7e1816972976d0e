import Diagnostics
import Foundation

@testable import Graph

/// A graph with everything that partitioning must survive, as plain Swift arrays beside the files.
struct Sample {
  struct Edges {
    let name: String
    let source: Int
    let target: Int
    var ends: [(Int, Int)]
  }

  let counts: [Int]
  let edges: [Edges]

  static let typeNames = ["paper", "author"]

  /// Directed, with parallel edges, self-loops, isolated vertices, a hub, and a second type of vertex.
  static func nasty(papers: Int, authors: Int, seed: UInt64) -> Sample {
    var random = Random(state: seed)
    var cites: [(Int, Int)] = []
    let lively = max(papers - 3, 1)
    for _ in 0..<(papers * 6) { cites.append((random.below(lively), random.below(lively))) }
    for vertex in stride(from: 0, to: lively, by: 4) { cites.append((vertex, vertex)) }
    for _ in 0..<5 { cites.append((0, 0)) }
    for vertex in 0..<lively { cites.append((vertex, lively / 2)) }
    cites += cites.prefix(7)
    let writes = (0..<(authors * 3)).map { _ in (random.below(max(authors - 1, 1)), random.below(papers)) }
    return Sample(
      counts: [papers, authors],
      edges: [
        Edges(name: "cites", source: 0, target: 0, ends: cites),
        Edges(name: "writes", source: 1, target: 0, ends: writes),
      ])
  }

  func write(to folder: TestFolder) {
    for (type, count) in counts.enumerated() {
      let x = (0..<(count * 3)).map { Float($0) + 0.5 }
      folder.writeNpy("\(Sample.typeNames[type]).x.npy", x, [count, 3])
      folder.writeNpy("\(Sample.typeNames[type]).k.npy", (0..<count).map { Int64($0) << 33 }, [count])
    }
    for set in edges {
      let index = set.ends.map { Int64($0.0) } + set.ends.map { Int64($0.1) }
      folder.writeNpy("\(set.name).npy", index, [2, set.ends.count])
      folder.writeNpy("\(set.name).w.npy", set.ends.indices.map { Float($0) }, [set.ends.count, 1])
    }
    let vertices = counts.indices.map { type in
      let name = Sample.typeNames[type]
      return
        "\"\(name)\": {\"count\": \(counts[type]), \"features\": {\"x\": \"\(name).x.npy\", \"k\": \"\(name).k.npy\"}}"
    }
    let types = edges.map {
      """
      "\($0.name)": {"from": "\(Sample.typeNames[$0.source])", "to": "\(Sample.typeNames[$0.target])",
        "index": "\($0.name).npy", "features": {"w": "\($0.name).w.npy"}}
      """
    }
    folder.write(
      "graph.json",
      "{\"vertices\": {\(vertices.joined(separator: ", "))},\n \"edges\": {\(types.joined(separator: ",\n"))}}"
    )
  }

  // MARK: What must come out

  /// The rank of each vertex of a type.
  func ranks(_ type: Int, _ order: VertexOrder) -> [Int] {
    var ranks = [Int](repeating: 0, count: counts[type])
    for (rank, vertex) in JointOrders(self).vertices(of: type, by: order).enumerated() {
      ranks[vertex] = rank
    }
    return ranks
  }

  /// For each plain target the plain sources of its in-edges, in the order of its row, with plain edge indices.
  func rows(_ set: Edges, _ direction: EdgeDirection, _ order: VertexOrder) -> [[(source: Int, edge: Int)]] {
    let sourceType = direction == .reverse ? set.target : set.source
    let targetType = direction == .reverse ? set.source : set.target
    let ranks = ranks(sourceType, order)
    var rows = [[(source: Int, edge: Int)]](repeating: [], count: counts[targetType])
    for (edge, (source, target)) in set.ends.enumerated() {
      switch direction {
      case .forward: rows[target].append((source, edge))
      case .reverse: rows[source].append((target, edge))
      case .undirected:
        if !rows[target].contains(where: { $0.source == source }) { rows[target].append((source, 0)) }
        if !rows[source].contains(where: { $0.source == target }) { rows[source].append((target, 0)) }
      }
    }
    let canLoop = sourceType == targetType
    for row in rows.indices {
      rows[row].sort { a, b in
        let isLoop = (canLoop && a.source == row, canLoop && b.source == row)
        if isLoop.0 != isLoop.1 { return isLoop.1 }
        return (ranks[a.source], a.edge) < (ranks[b.source], b.edge)
      }
    }
    return rows
  }
}
