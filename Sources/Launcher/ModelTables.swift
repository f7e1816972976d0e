import CRuntime
import Graph

/// All that a compiled model's library says of itself, with every number checked against the table it points into.
package struct ModelTables: Sendable, Hashable {
  package struct VertexType: Sendable, Hashable {
    package let name: String
    /// How many vertices the cost model assumed; 0 if it had no hint.
    package let countHint: UInt64
  }

  package struct EdgeType: Sendable, Hashable {
    package let name: String
    package let source: Int
    package let target: Int
    package let countHint: UInt64
  }

  package struct EdgeSet: Sendable, Hashable {
    package let edgeType: Int
    package let direction: EdgeDirection
    /// Whether stages walk along its rows in plain order.
    package let isOrdered: Bool
  }

  /// Rows of numbers that stages read or write.
  package struct Tensor: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
      case vertexFeature(of: Int)
      case edgeFeature(of: Int)
      case stored(of: Int, buffer: Int)
      /// A row for each edge of a set.
      case storedEdges(of: Int, buffer: Int)
      /// A weight with a row for each vertex, by its number among the weights.
      case vertexWeight(of: Int)
      /// One row for the whole graph.
      case graphValue
      /// For each partition, what its vertices contribute to a value of the whole graph.
      case partial
    }

    package let name: String
    package let kind: Kind
    package let element: StoredElement
    /// Whether its numbers, float32 ones, are held as bfloat16.
    package let isRounded: Bool
    package let width: Int
    package let stride: Int
    /// Whether it depends on the graph alone.
    package let isPrologue: Bool
    /// Of an index: all its numbers must be at least 0 and lie below.
    package let limit: UInt64?
    /// Whether stages can read it as sparse rows.
    package let takesSparse: Bool

    package var rowBytes: Int {
      kind == .partial ? width * Int(GNNC_SUM_BYTES) : stride * (isRounded ? 2 : element.bytes)
    }
  }

  /// Memory for stored tensors: so many bytes for each vertex of a type, or each edge of a set.
  package struct Buffer: Sendable, Hashable {
    package enum Owner: Sendable, Hashable {
      case vertices(Int)
      case edges(Int)
    }

    package let owner: Owner
    package let rowBytes: UInt64
  }

  /// What an output has a row for each of.
  package enum OutputRows: Sendable, Hashable {
    case vertices(Int)
    /// The edges of a set, with the tensor that holds the values of added self-loops.
    case edges(Int, Loops, loopTensor: Int?)
    case graph
  }

  package enum Loops: Sendable, Hashable {
    case kept, removed, added
  }

  /// Some columns of a tensor, written as NAME.npy.
  package struct Output: Sendable, Hashable {
    package let name: String
    package let tensor: Int
    package let first: Int
    package let width: Int
    package let shape: [Int]
    package let rows: OutputRows
  }

  /// A tensor wanted of the weights' file, under the first of its keys that is there.
  package struct Weight: Sendable, Hashable {
    package let keys: [String]
    /// 0 where a dimension counts vertices.
    package let shape: [Int]
    package let counted: Counted?

    /// Which dimension counts the vertices of which type.
    package struct Counted: Sendable, Hashable {
      package let dimension: Int
      package let vertexType: Int
    }
  }

  /// Values of the whole graph, computed when all partitions have run the stages of a level.
  package struct Finish: Sendable, Hashable {
    package let level: Int
    package let isPrologue: Bool
    package let writes: [Int]
  }

  package struct Stage: Sendable, Hashable {
    package let name: String
    package let vertexType: Int
    package let level: Int
    package let isPrologue: Bool
    package let sweeps: Int
    package let gathers: [Int]
    package let reads: [Int]
    package let writes: [Int]
    package let edgeSets: [Int]
    package let cost: Cost
  }

  /// What a stage will cost for each row of its type and each edge of a set.
  package struct Cost: Sendable, Hashable {
    package let flopsPerRow: Double
    package let bytesReadPerRow: Double
    package let bytesWrittenPerRow: Double
    package let edges: [Edges]
    package let gathers: [Gather]
    package let sparse: [Sparse]
    package let parts: [Part]

    package struct Edges: Sendable, Hashable {
      package let set: Int
      package let flops: Double
      package let bytesRead: Double
      package let bytesWritten: Double
    }

    /// Rows of a tensor at the other ends of a set's edges.
    package struct Gather: Sendable, Hashable {
      package let set: Int
      package let tensor: Int
      package let bytes: Double
    }

    /// What falls away of a row's flops for each number that a sparse row lacks.
    package struct Sparse: Sendable, Hashable {
      package let tensor: Int
      package let flopsPerNumber: Double
    }

    /// What falls away of a row's flops for each part of its sum over a set's edges to which none of them adds.
    package struct Part: Sendable, Hashable {
      package let set: Int
      /// A feature of the edges that says to which part each adds; nil where the row is one part.
      package let classes: Int?
      package let parts: Int
      package let flopsPerPart: Double
    }
  }

  package let name: String
  /// A hash of the program, to tell models apart.
  package let schema: String
  /// What the library was built for.
  package let processor: String
  package let vertexTypes: [VertexType]
  package let edgeTypes: [EdgeType]
  package let edgeSets: [EdgeSet]
  package let tensors: [Tensor]
  package let buffers: [Buffer]
  package let outputs: [Output]
  package let weights: [Weight]
  package let stages: [Stage]
  package let finishes: [Finish]
  package let packedBytes: Int
  package let arenaBytes: Int
  package let hubBytesPerChunk: Int
}

extension ModelTables {
  /// The graph's name for an edge set.
  package func key(of set: Int) -> EdgeSetKey {
    EdgeSetKey(edgeTypes[edgeSets[set].edgeType].name, edgeSets[set].direction)
  }

  /// The vertex type that an edge of the set comes from.
  package func source(of set: Int) -> Int {
    let type = edgeTypes[edgeSets[set].edgeType]
    return edgeSets[set].direction == .reverse ? type.target : type.source
  }

  /// The vertex type whose rows the set's in-edges belong to.
  package func target(of set: Int) -> Int {
    let type = edgeTypes[edgeSets[set].edgeType]
    return edgeSets[set].direction == .reverse ? type.source : type.target
  }

  /// The weight that a tensor holds, its vertex type and the dimension that counts its vertices.
  func counted(_ tensor: Tensor) -> (weight: Int, by: Weight.Counted)? {
    guard case .vertexWeight(let weight) = tensor.kind, let counted = weights[weight].counted else {
      return nil
    }
    return (weight, counted)
  }

  /// What a graph has to map for this model.
  package var graphParts: GraphParts {
    var parts = GraphParts(
      edgeSets: Set(edgeSets.indices.map(key)),
      plainEdges: Set(edgeSets.indices.filter { edgeSets[$0].isOrdered }.map(key)))
    for tensor in tensors {
      switch tensor.kind {
      case .vertexFeature(let type):
        parts.vertexFeatures.insert(.init(tensor.name, of: vertexTypes[type].name))
      case .edgeFeature(let set):
        parts.edgeFeatures.insert(.init(tensor.name, of: key(of: set)))
      case .stored, .storedEdges, .vertexWeight, .graphValue, .partial: break
      }
    }
    for output in outputs {
      if case .edges(let set, _, _) = output.rows { parts.plainEdges.insert(key(of: set)) }
    }
    return parts
  }

  /// Sets that `gnnc partition` has to prepare beyond the forward ones.
  package var derivedEdgeSets: Set<EdgeSetKey> {
    Set(edgeSets.indices.map(key).filter { $0.direction != .forward })
  }
}
