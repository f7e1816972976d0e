/// The number of a vertex type, in the order in which the model declares them.
package struct VertexTypeID: Hashable, Sendable, Comparable {
  package let number: Int
  package init(_ number: Int) { self.number = number }
  package static func < (a: Self, b: Self) -> Bool { a.number < b.number }
}

/// The number of an edge type, in the order in which the model declares them.
package struct EdgeTypeID: Hashable, Sendable, Comparable {
  package let number: Int
  package init(_ number: Int) { self.number = number }
  package static func < (a: Self, b: Self) -> Bool { a.number < b.number }
}

/// What a model expects of a graph: its vertex and edge types and their features.
package struct Schema: Hashable, Sendable {
  package struct Feature: Hashable, Sendable {
    package let name: String
    package let element: Element
    /// The shape of one vertex's or one edge's value; empty for a number.
    package let shape: [Int]

    package init(name: String, element: Element, shape: [Int]) {
      self.name = name
      self.element = element
      self.shape = shape
    }
  }

  package struct VertexType: Hashable, Sendable {
    package let name: String
    package let features: [Feature]
    /// How many vertices to expect, where the model says so: a hint for cost models.
    package let count: Int?

    package init(name: String, features: [Feature], count: Int? = nil) {
      self.name = name
      self.features = features
      self.count = count
    }
  }

  package struct EdgeType: Hashable, Sendable {
    package let name: String
    /// The relation's name in the framework that trained the model, where it differs from the type's unique name.
    package let relation: String
    package let source: VertexTypeID
    package let target: VertexTypeID
    package let features: [Feature]
    package let count: Int?

    package init(
      name: String, relation: String? = nil, source: VertexTypeID, target: VertexTypeID,
      features: [Feature], count: Int? = nil
    ) {
      self.name = name
      self.relation = relation ?? name
      self.source = source
      self.target = target
      self.features = features
      self.count = count
    }
  }

  package var vertexTypes: [VertexType]
  package var edgeTypes: [EdgeType]

  package init(vertexTypes: [VertexType] = [], edgeTypes: [EdgeType] = []) {
    self.vertexTypes = vertexTypes
    self.edgeTypes = edgeTypes
  }

  package subscript(_ id: VertexTypeID) -> VertexType { vertexTypes[id.number] }
  package subscript(_ id: EdgeTypeID) -> EdgeType { edgeTypes[id.number] }

  /// The type of the vertices that an edge of `set` comes from.
  package func source(of set: EdgeSet) -> VertexTypeID {
    set.direction == .reverse ? self[set.type].target : self[set.type].source
  }

  /// The type of the vertices that an edge of `set` points at: where its messages are reduced.
  package func target(of set: EdgeSet) -> VertexTypeID {
    set.direction == .reverse ? self[set.type].source : self[set.type].target
  }
}

/// The edges that a step runs over: an edge type as the graph has it, or a set derived from it.
package struct EdgeSet: Hashable, Sendable {
  package enum Direction: String, Hashable, Sendable, CaseIterable {
    /// Every edge as it stands, parallel edges one by one.
    case forward
    /// Every edge turned round; it keeps its features.
    case reverse
    /// Each pair of neighbours once in each direction, a self-loop once; no features. PyG's `to_undirected`.
    case undirected
  }

  package enum Loops: String, Hashable, Sendable, CaseIterable {
    /// Self-loops as they are.
    case kept
    /// Without self-loops.
    case removed
    /// Without the graph's own self-loops, and one for each vertex.
    case added
  }

  package var type: EdgeTypeID
  package var direction: Direction
  package var loops: Loops

  package init(_ type: EdgeTypeID, _ direction: Direction = .forward, _ loops: Loops = .kept) {
    self.type = type
    self.direction = direction
    self.loops = loops
  }
}
