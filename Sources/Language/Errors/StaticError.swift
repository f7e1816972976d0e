import Diagnostics
import Program

/// What can be wrong with values that are known before the model runs.
enum StaticError: Mistake {
  case noOperator(Span, String, [Value])
  case overflow(Span)
  case divisionByZero(Span)
  case notAList(Span, Value)
  case notWhole(Span, Value)
  case notASize(Span, Value)
  case badRange(Span, Int, Int)
  case outside(Span, Int, count: Int)
  case listIndex(Span)
  case noMember(Name, Value)
  case noBrackets(Span, Value)
  case notCallable(Span, Value)

  func diagnostic(_ elaborator: Elaborator) -> Diagnostic {
    switch self {
    case .noOperator(let span, let symbol, let values):
      return error(
        "value", "`\(symbol)` has no meaning for \(values.map(\.described).joined(separator: " and "))", span)
    case .overflow(let span):
      return error("static", "the number is too large", span)
    case .divisionByZero(let span):
      return error("static", "division by zero", span)
    case .notAList(let span, let value):
      return error(
        "static", "`for` runs over a list, not \(value.described)", span,
        help: "`0 ..< 4` is the list of 0, 1, 2, 3")
    case .notWhole(let span, let value):
      return error("static", "a whole number is needed, not \(value.described)", span)
    case .notASize(let span, let value):
      return error("static", "a size is a whole number, not \(value.described)", span)
    case .badRange(let span, let from, let to):
      return error("static", "there is no range from \(from) up to \(to)", span)
    case .outside(let span, let index, let count):
      return error("shape", "there is no element \(index) of \(count)", span)
    case .listIndex(let span):
      return error(
        "static", "a list takes one index or one stretch", span, help: "`list[0]`, `list[-1]` or `list[1:3]`")
    case .noMember(let name, let value):
      return error("value", "\(value.described) has no `\(name.text)`", name.span)
    case .noBrackets(let span, let value):
      return error("value", "\(value.described) takes no brackets", span)
    case .notCallable(let span, let value):
      return error("value", "\(value.described) cannot be called", span)
    }
  }
}
