import CRuntime
import Diagnostics

/// How the vertices of one type are numbered anew: partition by partition, and by rank within each. Nil arrays stand
/// for numbers that stay as they are.
struct Numbering {
  /// parts + 1 rows.
  let bounds: [UInt64]
  let rowOfVertex: Numbers<UInt32>?
  let vertexOfRow: Numbers<UInt32>?
  let rowOfRank: Numbers<UInt32>?

  /// Stretches of the rank: a row is a rank.
  init(ranks: VertexRanks, bounds: [UInt64]) {
    self.bounds = bounds
    rowOfVertex = ranks.rankOfVertex
    vertexOfRow = ranks.vertexOfRank
    rowOfRank = nil
  }

  /// Any split: `partOfVertex` says where each vertex belongs.
  init(ranks: VertexRanks, partOfVertex: UnsafeBufferPointer<Int32>, parts: Int) {
    let count = partOfVertex.count
    var places = [Int](repeating: 0, count: parts + 1)
    for part in partOfVertex { places[Int(part) + 1] += 1 }
    for part in 0..<parts { places[part + 1] += places[part] }
    bounds = places.map { UInt64($0) }
    let vertexOfRow = Numbers<UInt32>(zeros: count)
    let rowOfRank = Numbers<UInt32>(zeros: count)
    places.withUnsafeMutableBufferPointer { places in
      for rank in 0..<count {
        let vertex = ranks.vertexOfRank.map { Int($0.base[rank]) } ?? rank
        let row = places[Int(partOfVertex[vertex])]
        places[Int(partOfVertex[vertex])] = row + 1
        vertexOfRow.base[row] = UInt32(truncatingIfNeeded: vertex)
        rowOfRank.base[rank] = UInt32(truncatingIfNeeded: row)
      }
    }
    self.vertexOfRow = vertexOfRow
    self.rowOfRank = rowOfRank
    rowOfVertex = vertexOfRow.inverted()
  }

  /// One for each vertex type.
  static func numberings(
    of graph: PlainGraph, _ ranks: [VertexRanks], _ options: PartitionOptions, work: Work
  ) throws(Failure) -> [Numbering] {
    if options.parts == 1 {
      return zip(graph.vertexTypes, ranks).map { Numbering(ranks: $1, bounds: [0, $0.count]) }
    }
    switch options.method {
    case .range:
      return graph.vertexTypes.indices.map { type in
        Numbering(ranks: ranks[type], bounds: ranges(graph, type, ranks[type], options.parts, work))
      }
    case .metis:
      let parts = try MetisPartitioner(graph, parts: options.parts, work: work).partOfVertex()
      return zip(ranks, parts).map { Numbering(ranks: $0, partOfVertex: $1.buffer, parts: options.parts) }
    }
  }

  /// Cuts the rank where each stretch has its share of vertices and in-edges together.
  private static func ranges(
    _ graph: PlainGraph, _ type: Int, _ ranks: VertexRanks, _ parts: Int, _ work: Work
  ) -> [UInt64] {
    let count = Int(graph.vertexTypes[type].count)
    let degree = Numbers<UInt64>(zeros: count)
    var total = UInt64(count)
    for edges in graph.edgeTypes where edges.target == type {
      edges.countMentions(of: edges.edges.target, in: degree, work)
      total += edges.edges.count
    }
    var bounds: [UInt64] = [0]
    var before: UInt64 = 0
    for rank in 0..<count {
      while bounds.count < parts, before * UInt64(parts) >= total * UInt64(bounds.count) {
        bounds.append(UInt64(rank))
      }
      before += 1 + degree.base[ranks.vertexOfRank.map { Int($0.base[rank]) } ?? rank]
    }
    while bounds.count <= parts { bounds.append(UInt64(count)) }
    return bounds
  }
}
