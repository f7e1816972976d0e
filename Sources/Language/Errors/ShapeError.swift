import Diagnostics
import Program

/// Two values that do not fit each other.
enum ShapeError: Mistake {
  case shapesDiffer(Span, Tensor, Tensor)
  case linearShapes(Span, Tensor, Tensor)
  case matrixShapes(Span, Tensor, Tensor)
  case concatShapes(Span, Tensor, Tensor, Int)
  case elementsDiffer(Span, Tensor, Tensor)
  case notReal(Span, Tensor)
  case notACondition(Span, Tensor)

  func diagnostic(_ elaborator: Elaborator) -> Diagnostic {
    switch self {
    case .shapesDiffer(let span, let x, let y):
      let both = Words.both(x, y)
      return error(
        "shape",
        "\(x.type.shape.count == 1 && y.type.shape.count == 1 ? "widths" : "shapes") differ: \(both)", span,
        "both sides need one \(x.type.shape.count == 1 && y.type.shape.count == 1 ? "width" : "shape")",
        also: Words.origins(x, y, besides: span))
    case .linearShapes(let span, let x, let w):
      return error(
        "shape",
        "a weight of \(w.type.shape) does not fit a value that is \(Elaborator.described(x.type.shape))",
        span,
        also: Words.origins(x, w, besides: span),
        help: "a weight is [outputs, inputs], and the value's last axis is `inputs` wide")
    case .matrixShapes(let span, let x, let w):
      return error(
        "shape",
        "a matrix of \(w.type.shape) does not fit a row that is \(Elaborator.described(x.type.shape))", span,
        also: Words.origins(x, w, besides: span), help: "`x @ w` takes x [..., k] and w [..., k, n]")
    case .concatShapes(let span, let x, let y, let axis):
      return error(
        "shape", "shapes differ outside axis \(axis): \(Words.both(x, y))", span,
        also: Words.origins(x, y, besides: span))
    case .elementsDiffer(let span, let x, let y):
      return error(
        "type", "types differ: `\(x.type.element.rawValue)` and `\(y.type.element.rawValue)`", span,
        also: Words.origin(x, besides: span, "`\(x.type.element.rawValue)`")
          + Words.origin(y, besides: span, "`\(y.type.element.rawValue)`"))
    case .notReal(let span, let x):
      return error(
        "type", "this takes `f32`, not `\(x.type.element.rawValue)`", span,
        help: x.type.element == .bool ? "`where(condition, 1, 0)` makes numbers of it" : nil)
    case .notACondition(let span, let x):
      return error(
        "type", "a condition is `bool`, not `\(x.type.element.rawValue)`", span, help: "compare it: `x > 0`")
    }
  }
}
