import Diagnostics
import Program

/// What is too large.
enum LimitError: Mistake {
  case hugeRow(Span, [Int])
  case tooManyInstructions(Span, Int)
  case tooManySteps(Span, Int)
  /// The program's own rules refuse an operation that nothing before has.
  case refused(Span, String)

  func diagnostic(_ elaborator: Elaborator) -> Diagnostic {
    switch self {
    case .hugeRow(let span, let shape):
      return error(
        "limit", "a row of \(shape.map(String.init).joined(separator: " x ")) numbers is too large", span,
        help: "a row holds at most 2^31 numbers")
    case .tooManyInstructions(let span, let most):
      return error(
        "limit", "the model has more than \(most) instructions", span,
        help: "repetition is unrolled: look at what `repeat` and `for` run over")
    case .tooManySteps(let span, let most):
      return error(
        "limit", "the model takes more than \(most) static steps", span,
        help: "look at what `repeat` and `for` run over")
    case .refused(let span, let reason):
      return error("type", reason, span)
    }
  }
}
