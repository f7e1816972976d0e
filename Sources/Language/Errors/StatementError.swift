import Diagnostics
import Program

/// What can be wrong with a statement.
enum StatementError: Mistake {
  case unset(Span, String)
  case severalForOne(Span, Int)
  case countsDiffer(Span, names: Int, values: Int)
  case outputTwice(Span, String, first: Span)
  case outputSpace(Span, Space)
  case outputKind(Span, Value)
  case noOutput(Span)
  case noReturn(Name)
  case requirement(Span, String?, use: Span?, name: String?)
  case notStatic(Span, Value)
  case notACount(Span, Value)

  func diagnostic(_ elaborator: Elaborator) -> Diagnostic {
    switch self {
    case .unset(let span, let name):
      return error(
        "name", "`\(name)` is not set here", span,
        help: "it gets its value later, or only in a branch that is not taken")
    case .severalForOne(let span, let count):
      return error("value", "\(count) values for one name", span, help: "name each: `a, b = ...`")
    case .countsDiffer(let span, let names, let values):
      return error(
        "value",
        "\(names) \(names == 1 ? "name" : "names") for \(values) \(values == 1 ? "value" : "values")", span)
    case .outputTwice(let span, let name, let first):
      return error("output", "two outputs are called `\(name)`", span, also: [Label(first, "first here")])
    case .outputSpace(let span, _):
      return error(
        "output", "an output has a row for each vertex or edge", span, "this is one row, the same for all")
    case .outputKind(let span, let value):
      return error("output", "\(value.described) cannot be an output", span)
    case .noOutput(let span):
      return error("output", "the model has no output", span, help: "add `output y = ...`")
    case .noReturn(let name):
      return error("value", "`\(name.text)` does not return anything", name.span)
    case .requirement(let span, let reason, let use, let name):
      let message = reason ?? "\(name.map { "`\($0)`" } ?? "the model") requires something that does not hold"
      guard let use else { return error("requirement", message, span) }
      return error("requirement", message, use, also: [Label(span, "required here")])
    case .notStatic(let span, let value):
      return error(
        "static", "a condition is `true` or `false` before the model runs, not \(value.described)", span,
        help: value.isTensor ? "`where(condition, a, b)` decides for each vertex or edge" : nil)
    case .notACount(let span, let value):
      return error("static", "`repeat` takes a whole number, not \(value.described)", span)
    }
  }
}
