import Diagnostics
import Program

/// A function that is not used as it is.
enum FunctionError: Mistake {
  case functionForm(Span, Builtin)
  case functionArgument(Name, Builtin)
  case functionWants(Span, Builtin, wanted: String, Value)
  case emptyList(Span, Builtin)
  case axisOfList(Span, Builtin)
  case noGraphFunction(Name)
  case graphForm(Span, GraphFunction)
  case notOverAll(Span, GraphFunction, Value)

  func diagnostic(_ elaborator: Elaborator) -> Diagnostic {
    switch self {
    case .functionForm(let span, let function):
      return error(
        "argument", "`\(function.rawValue)` is not used like this", span, help: "`\(function.form)`")
    case .functionArgument(let name, let function):
      let names = function.signature.required + function.signature.optional + function.signature.named
      return error(
        "argument", "`\(function.rawValue)` takes no `\(name.text)`", name.span,
        help: nearest(to: name.text, among: names).map { "the nearest name is `\($0)`" }
          ?? "`\(function.form)`")
    case .functionWants(let span, let function, let wanted, let value):
      return error(
        "value", "`\(function.rawValue)` takes \(wanted) here, not \(value.described)", span,
        help: Words.helpForFeature(function, value))
    case .emptyList(let span, let function):
      return error("value", "`\(function.rawValue)` of nothing", span)
    case .noGraphFunction(let name):
      let names = GraphFunction.allCases.map(\.rawValue)
      return error(
        "name", "`graph` has no `\(name.text)`", name.span,
        help: nearest(to: name.text, among: names).map { "the nearest is `graph.\($0)`" }
          ?? "there is \(Words.list(names))")
    case .graphForm(let span, let function):
      return error(
        "argument", "`graph.\(function.rawValue)` takes one value", span,
        help: "`graph.\(function.rawValue)(x)`")
    case .notOverAll(let span, let function, let value):
      return error(
        "value", "`graph.\(function.rawValue)` takes a value over vertices or edges, not \(value.described)",
        span)
    case .axisOfList(let span, let function):
      return error(
        "argument", "`\(function.rawValue)` of a list works element by element and has no axis", span,
        help: "`stack(list, axis: 0)` makes one value of it")
    }
  }
}
