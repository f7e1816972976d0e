/// The number of a weight tensor in `Program.parameters`.
package struct ParameterID: Hashable, Sendable {
  package let number: Int
  package init(_ number: Int) { self.number = number }
}

/// One step of a program. Operands stand beside it, in `Instruction.operands`; the comments name them a, b, ...
///
/// Elementwise operations broadcast shapes as numpy does, and take operands of the same space, or of `constant` or
/// `graph` beside one other space: a row is then the same for every vertex or edge.
package enum Operation: Hashable, Sendable {
  // Leaves.
  /// A feature of the vertex or edge type of the result's space, by its place in the schema.
  case feature(Int)
  /// A weight tensor. In `constant`; or, when a dimension counts a vertex type, a row for each such vertex, whose shape is
  /// that of the other dimensions.
  case parameter(ParameterID)
  case literal(Double)
  /// How many in-edges of `set` each target has, as f32.
  case inDegree(EdgeSet)
  /// How many vertices of a type the whole graph has, as f32. In `graph`.
  case vertexCount(VertexTypeID)

  // Between vertices and edges.
  /// a: source vertices -> edges of `set`. The only operation that reads another vertex's row: a gather.
  case source(EdgeSet)
  /// a: target vertices -> edges of `set`.
  case target(EdgeSet)
  /// a: edges -> the edges of another set of the same type: without its loops, or turned round.
  case view(EdgeSet)
  /// a: edges without loops, b: target vertices or constant -> the same edges and one loop for each vertex, which holds b.
  case withLoops
  /// a: edges -> target vertices: the value of the vertex's own self-loop (the last in plain order), or `otherwise`.
  case selfLoop(otherwise: Double)
  /// a, b, ...: values over edge sets with one target type -> target vertices, one joint reduction over all of them.
  case reduce(Reduction)
  /// a: vertices -> graph: all rows of the whole graph become one; 0 of none.
  case reduceGraph(GraphReduction)
  /// a [4h]: edges, b [4h, h], c [4h]: constants -> target vertices [h], the last hidden state of an LSTM over the
  /// in-edges of each vertex in plain order.
  ///
  /// A step's gates i, f, g, o are a of its edge plus b times the hidden state. Each vertex takes as many steps as the
  /// largest in-degree of the set in the whole graph: behind its own in-edges, steps with c in a's place.
  case lstm

  // Elementwise.
  case unary(Unary)
  case binary(Binary)
  /// a: bool, b, c: b where a holds, else c.
  case select

  // Along the axes of a row.
  /// a [..., k], w [batch..., o, k] with `batch` leading axes shared by both -> [..., o]; sums a * w over k.
  case linear(batch: Int)
  /// a -> a without `axis`.
  case reduceAxis(AxisReduction, axis: Int)
  case reshape
  /// Axis i of the result is axis `order[i]` of a.
  case permute([Int])
  /// Part `lower ..< lower + shape[axis]` of an axis.
  case slice(axis: Int, lower: Int)
  case concat(axis: Int)
  /// a -> the result's shape, as numpy broadcasts.
  case broadcast
  /// table [n, ...], a: integers without shape -> row a of the table; of its own row's, where the table is over what a is.
  case lookup
  /// x, a: integers without shape -> [classes] and x's shape: x in row a, 0 in the others.
  case scatter(classes: Int)
}

/// How the messages of the in-edges of one target become one row. No in-edges give 0, and 1 for `product`.
package enum Reduction: String, Hashable, Sendable, CaseIterable {
  case sum, max, min, product
}

/// How the rows of all vertices become one. Sums do not depend on an order: compiled code adds exactly.
package enum GraphReduction: String, Hashable, Sendable, CaseIterable {
  case sum, max, min
  /// Each number is multiplied by itself without rounding: a variance then loses nothing to a large mean.
  case squares
}

/// How an axis of a row becomes one number.
package enum AxisReduction: String, Hashable, Sendable, CaseIterable {
  case sum, max, min
}

package enum Unary: Hashable, Sendable {
  case negate, absolute, exponential, logarithm, squareRoot, reciprocal, sine, cosine
  case tanh, sigmoid, erf, expm1, log1p
  /// 0 where a < 0; NaN stays.
  case relu
  /// a where a > 0, else slope * a.
  case leakyRelu(slope: Double)
  case isNaN
}

package enum Binary: String, Hashable, Sendable, CaseIterable {
  case add, subtract, multiply, divide, power
  /// The larger; NaN if either is.
  case maximum
  /// The smaller; NaN if either is.
  case minimum
  // These give bool.
  case less, lessOrEqual, equal
}
