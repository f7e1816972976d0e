/// The kind of number that a value is made of.
package enum Element: String, Hashable, Sendable, CaseIterable {
  case f32, i32, i64, bool

  /// Of one number in memory.
  package var bytes: Int {
    switch self {
    case .f32, .i32: 4
    case .i64: 8
    case .bool: 1
    }
  }
}

/// Over what a value has one row each.
package enum Space: Hashable, Sendable {
  case vertices(VertexTypeID)
  case edges(EdgeSet)
  /// One row for the whole graph, known when it is run.
  case graph
  /// One row, known from the weights alone.
  case constant
}

/// The type of a value: a row of `shape` for each member of `space`.
package struct Type: Hashable, Sendable {
  package var space: Space
  package var element: Element
  /// The shape of one row; empty for a number.
  package var shape: [Int]

  package init(_ space: Space, _ element: Element = .f32, _ shape: [Int] = []) {
    self.space = space
    self.element = element
    self.shape = shape
  }

  /// Numbers in one row.
  package var width: Int { shape.reduce(1, *) }
}
