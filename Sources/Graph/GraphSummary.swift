import CRuntime

/// How the numbers of a stored tensor are kept. Whatever a plain graph holds becomes one of these without loss, but for
/// float64.
package enum StoredElement: String, Codable, Sendable, CaseIterable {
  case float32 = "f32"
  case int32 = "i32"
  case int64 = "i64"
  case bool

  package var bytes: Int {
    switch self {
    case .float32, .int32: 4
    case .int64: 8
    case .bool: 1
    }
  }

  package var c: gnnc_element {
    switch self {
    case .float32: GNNC_F32
    case .int32: GNNC_I32
    case .int64: GNNC_I64
    case .bool: GNNC_BOOL
    }
  }
}

/// Which way the edges of a prepared set point.
package enum EdgeDirection: String, Codable, Sendable, CaseIterable {
  /// As the plain graph has them.
  case forward
  /// Every edge turned round; it keeps its features.
  case reverse
  /// Each pair of neighbours once in each direction, a self-loop once; no features.
  case undirected

  package var c: gnnc_direction {
    switch self {
    case .forward: GNNC_FORWARD
    case .reverse: GNNC_REVERSE
    case .undirected: GNNC_UNDIRECTED
    }
  }
}

/// One set of in-edges that a partitioned graph has prepared: an edge type in a direction.
package struct EdgeSetKey: Hashable, Sendable {
  package let edgeType: String
  package let direction: EdgeDirection

  package init(_ edgeType: String, _ direction: EdgeDirection = .forward) {
    self.edgeType = edgeType
    self.direction = direction
  }
}

/// How the rows of a feature are stored.
package enum RowForm: Hashable, Codable, Sendable {
  /// Every number.
  case dense
  /// Of each row the numbers that are not +0, `present` of them in all: float32 features of vertices only.
  case sparse(present: UInt64)
}

/// A feature of a vertex or edge type.
package struct FeatureSummary: Hashable, Codable, Sendable {
  package let name: String
  package let element: StoredElement
  /// The shape of one row as the plain file had it: `[]` and `[1]` both have width one.
  package let shape: [Int]
  package let form: RowForm

  package init(name: String, element: StoredElement, shape: [Int], form: RowForm = .dense) {
    self.name = name
    self.element = element
    self.shape = shape
    self.form = form
  }

  /// Numbers in one row, at most.
  static let widest = 1 << 19

  /// Numbers of one row that mean something.
  package var width: Int { shape.reduce(1, *) }
  /// Numbers from one stored row to the next; those past `width` are zero.
  package var stride: Int { Int(gnnc_stride(UInt32(width))) }

  /// The same numbers, stored otherwise.
  func stored(as form: RowForm) -> FeatureSummary {
    FeatureSummary(name: name, element: element, shape: shape, form: form)
  }
}

/// A vertex type of a partitioned graph.
package struct VertexTypeSummary: Hashable, Sendable {
  package let name: String
  package let count: UInt64
  /// parts + 1 row numbers: partition p owns rows `bounds[p] ..< bounds[p + 1]`.
  package let bounds: [UInt64]
  package let features: [FeatureSummary]
  /// Whether the vertices came with names or ids of the user's own.
  package let hasNames: Bool
}

/// The in-edges of one edge type in one direction, as prepared.
package struct EdgeSetSummary: Hashable, Sendable {
  package let direction: EdgeDirection
  /// Whether the set has self-loops; they end their rows.
  package let hasLoops: Bool
  /// For each partition, the in-edges of the rows it owns.
  package let edges: [UInt64]
  /// Edges whose source another partition owns.
  package let cut: UInt64
}

/// An edge type of a partitioned graph.
package struct EdgeTypeSummary: Hashable, Sendable {
  package let name: String
  package let source: String
  package let target: String
  package let count: UInt64
  package let features: [FeatureSummary]
  package let sets: [EdgeSetSummary]
}

/// What a partitioned graph directory says of itself; cheap to read.
package struct GraphSummary: Hashable, Sendable {
  package let parts: Int
  /// How vertices were split: `range` or `metis`.
  package let method: String
  /// What the global rank was computed by: `plain`, `degree`.
  package let order: String
  package let vertexTypes: [VertexTypeSummary]
  package let edgeTypes: [EdgeTypeSummary]

  package func vertexType(named name: String) -> VertexTypeSummary? {
    vertexTypes.first { $0.name == name }
  }

  package func edgeType(named name: String) -> EdgeTypeSummary? {
    edgeTypes.first { $0.name == name }
  }

  /// The prepared set, or nil if the edge type is unknown or was not prepared in this direction.
  package func edgeSet(_ key: EdgeSetKey) -> EdgeSetSummary? {
    edgeType(named: key.edgeType)?.sets.first { $0.direction == key.direction }
  }
}
