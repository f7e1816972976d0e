/// What passes and stages assume of graphs and machines when they weigh one form of a program against another.
package enum CostModel {
  /// Edges for each vertex, where the schema has no counts.
  package static let meanDegree = 16.0
  /// A core does five flops in the time in which it gets one byte from memory.
  package static let bytesPerFlop = 0.2
}

extension Schema {
  /// Edges of a set for each vertex of the type at one of its ends: from the counts, else what is assumed.
  package func meanDegree(of set: EdgeSet, at end: VertexTypeID) -> Double {
    var degree = CostModel.meanDegree
    if let edges = self[set.type].count, let vertices = self[end].count, vertices > 0 {
      degree = Double(edges) / Double(vertices)
      if set.direction == .undirected { degree *= 2 }
    }
    return set.loops == .added ? degree + 1 : degree
  }
}
