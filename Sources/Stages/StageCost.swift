import Program

/// What a stage is predicted to do for each row of its type, and for each edge of the sets that it sweeps over.
///
/// Bytes are the least that have to move: each value once for a row and once for an edge, however many sweeps read it,
/// for what one sweep has brought near the next one finds there. A multiplication, an addition, a comparison and a function
/// are one operation each.
package struct StageCost: Hashable, Sendable {
  package var flopsPerRow = 0.0
  package var bytesReadPerRow = 0.0
  package var bytesWrittenPerRow = 0.0
  /// In the order of `Stage.sweptEdges`.
  package var edges: [EdgeCost] = []
  /// Features that may be handed over as sparse rows, and the part of `flopsPerRow` that each of their numbers makes.
  package var sparse: [SparseCost] = []
  /// Products of rows of which parts are left out, and what of `flopsPerRow` each part makes.
  package var parts: [PartCost] = []

  package init() {}

  package struct EdgeCost: Hashable, Sendable {
    /// Its number in `StageProgram.edgeSets`.
    package let edges: Int
    package var flops = 0.0
    /// In the order of the edges: where they come from, their features, values stored on them.
    package var bytesRead = 0.0
    package var bytesWritten = 0.0
    /// Rows of other vertices, from all over a tensor.
    package var gathers: [Gather] = []

    package var bytesGathered: Double { gathers.reduce(0) { $0 + $1.bytes } }

    package struct Gather: Hashable, Sendable {
      package let tensor: Int
      package var bytes: Double
    }
  }

  package struct SparseCost: Hashable, Sendable {
    package let tensor: Int
    package var flopsPerNumber: Double
  }

  /// Of sums over in-edges, what falls away for each part to which none of them adds.
  package struct PartCost: Hashable, Sendable {
    /// Its number in `StageProgram.edgeSets`.
    package let edges: Int
    /// A feature of the edges that says to which part each adds; nil where the row is one part.
    package let classes: Int?
    package let parts: Int
    package var flopsPerPart: Double
  }
}

extension StageCost {
  /// Adds to what a set's edges cost.
  mutating func count(edges: Int, _ change: (inout EdgeCost) -> Void) {
    let place: Int
    if let known = self.edges.firstIndex(where: { $0.edges == edges }) {
      place = known
    } else {
      place = self.edges.count
      self.edges.append(EdgeCost(edges: edges))
    }
    change(&self.edges[place])
  }

  mutating func countSparse(_ tensor: Int, flopsPerNumber: Double) {
    if let place = sparse.firstIndex(where: { $0.tensor == tensor }) {
      sparse[place].flopsPerNumber += flopsPerNumber
    } else {
      sparse.append(SparseCost(tensor: tensor, flopsPerNumber: flopsPerNumber))
    }
  }
}

extension StageCost.EdgeCost {
  mutating func gather(_ tensor: Int, bytes: Double) {
    if let place = gathers.firstIndex(where: { $0.tensor == tensor }) {
      gathers[place].bytes += bytes
    } else {
      gathers.append(Gather(tensor: tensor, bytes: bytes))
    }
  }
}
