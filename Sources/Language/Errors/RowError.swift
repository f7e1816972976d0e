import Diagnostics
import Program

/// A row that cannot be taken as it is asked for.
enum RowError: Mistake {
  case noAxis(Span, Int, [Int])
  case emptyAxis(Span, Int, Tensor)
  case badShape(Span, [Int])
  case reshapeWidth(Span, Tensor, [Int])
  case broadcastShape(Span, Tensor, [Int])
  case badOrder(Span, [Int], Tensor)
  case tooManyIndices(Span, Int, Tensor)
  case badIndex(Span)

  func diagnostic(_ elaborator: Elaborator) -> Diagnostic {
    switch self {
    case .noAxis(let span, let axis, let shape):
      return error("shape", "there is no axis \(axis) in \(shape.isEmpty ? "one number" : "\(shape)")", span)
    case .emptyAxis(let span, let axis, let x):
      return error("shape", "axis \(axis) of \(x.type.shape) is empty", span)
    case .badShape(let span, let shape):
      return error(
        "shape", "\(shape) is no shape", span,
        help: "sizes are whole numbers; one of them may be -1 in `reshape`")
    case .reshapeWidth(let span, let x, let shape):
      return error(
        "shape",
        "\(Elaborator.described(x.type.shape)) cannot become \(shape): there are \(x.type.width) numbers",
        span, also: Words.origin(x, besides: span))
    case .broadcastShape(let span, let x, let shape):
      return error(
        "shape", "\(Elaborator.described(x.type.shape)) does not broadcast to \(shape)", span,
        also: Words.origin(x, besides: span))
    case .badOrder(let span, let order, let x):
      return error("shape", "\(order) is no order of the axes of \(x.type.shape)", span)
    case .tooManyIndices(let span, let count, let x):
      return error(
        "shape",
        "\(count == 1 ? "an index" : "\(count) indices") for \(x.type.shape.isEmpty ? "one number" : "\(x.type.shape)")",
        span, also: Words.origin(x, besides: span))
    case .badIndex(let span):
      return error("shape", "this cannot stand among indices", span)
    }
  }
}
