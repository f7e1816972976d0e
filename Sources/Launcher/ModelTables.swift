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
  }

  /// Rows of numbers that stages read or write.
  package struct Tensor: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
      case vertexFeature(of: Int)
      case edgeFeature(of: Int)
      case stored(of: Int, buffer: Int)
    }

    package let name: String
    package let kind: Kind
    package let element: StoredElement
    package let width: Int
    package let stride: Int
    /// Whether it depends on the graph alone.
    package let isPrologue: Bool

    package var rowBytes: Int { stride * element.bytes }
  }

  /// Memory for stored tensors: so many bytes for each vertex of a type.
  package struct Buffer: Sendable, Hashable {
    package let vertexType: Int
    package let rowBytes: UInt64
  }

  /// Some columns of a tensor, written as NAME.npy.
  package struct Output: Sendable, Hashable {
    package let name: String
    package let tensor: Int
    package let first: Int
    package let width: Int
    package let shape: [Int]
  }

  /// A tensor wanted of the weights' file, under the first of its keys that is there.
  package struct Weight: Sendable, Hashable {
    package let keys: [String]
    package let shape: [Int]
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
    package let flopsPerRow: Double
    package let flopsPerEdge: Double
    /// Read and written at the row itself.
    package let bytesPerRow: Double
    package let bytesGatheredPerEdge: Double
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

  /// The vertex type of an output's rows.
  package func vertexType(of output: Output) -> Int {
    switch tensors[output.tensor].kind {
    case .vertexFeature(let type), .stored(let type, _): type
    case .edgeFeature(let set): target(of: set)
    }
  }

  /// What a graph has to map for this model.
  package var graphParts: GraphParts {
    var parts = GraphParts(edgeSets: Set(edgeSets.indices.map(key)))
    for tensor in tensors {
      switch tensor.kind {
      case .vertexFeature(let type):
        parts.vertexFeatures.insert(.init(tensor.name, of: vertexTypes[type].name))
      case .edgeFeature(let set):
        parts.edgeFeatures.insert(.init(tensor.name, of: key(of: set)))
      case .stored: break
      }
    }
    return parts
  }

  /// Sets that `gnnc partition` has to prepare beyond the forward ones.
  package var derivedEdgeSets: Set<EdgeSetKey> {
    Set(edgeSets.indices.map(key).filter { $0.direction != .forward })
  }
}
