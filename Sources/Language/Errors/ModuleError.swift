import Diagnostics
import Program

/// What can be wrong with the use of a module and its static arguments.
enum ModuleError: Mistake {
  case tooManyArguments(Span, Module)
  case noArgument(Name, Module)
  case argumentTwice(Name, Module)
  case notAnArgument(Span, Module)
  case missingArguments(Span, Module, [String])
  case notAChoice(Span, String, [String])
  case wrongKind(Span, Value, StaticParameter)
  case messageOutside(Span, String)
  case notAMessageModule(Span, Value)
  case notAVertexModule(Span, String, Module.Kind)
  case usesTooDeep(Span, String)
  case transformForm(Span)
  case messagePassingForm(Span)

  func diagnostic(_ elaborator: Elaborator) -> Diagnostic {
    switch self {
    case .tooManyArguments(let span, let module):
      return error(
        "argument", "`\(module.name.text)` takes \(Words.count(module.parameters.count, "static argument"))",
        span,
        "one too many", also: [Label(module.name.span, "declared here")])
    case .noArgument(let name, let module):
      let names = module.parameters.map(\.name.text)
      return error(
        "argument", "`\(module.name.text)` has no static argument `\(name.text)`", name.span,
        also: [Label(module.name.span, "declared here")],
        help: nearest(to: name.text, among: names).map { "the nearest name is `\($0)`" }
          ?? (names.isEmpty ? nil : "it takes \(Words.list(names))"))
    case .argumentTwice(let name, let module):
      return error("argument", "`\(name.text)` of `\(module.name.text)` is given twice", name.span)
    case .notAnArgument(let span, let module):
      return error(
        "argument", "a static argument of `\(module.name.text)` is a value, or `name: value`", span)
    case .missingArguments(let span, let module, let missing):
      return error(
        "argument", "`\(module.name.text)` needs \(Words.list(missing))", span,
        also: [Label(module.name.span, "declared here")],
        help:
          "static arguments stand in brackets: `\(module.name.text)[\(missing.map { "\($0): ..." }.joined(separator: ", "))]`"
      )
    case .notAChoice(let span, let word, let choices):
      return error(
        "argument", "`\(word)` is none of \(Words.list(choices))", span,
        help: nearest(to: word, among: choices).map { "the nearest is `\($0)`" })
    case .wrongKind(let span, let value, let parameter):
      return error(
        "argument", "`\(parameter.name.text)` is \(parameter.kind.described), not \(value.described)", span,
        also: [Label(parameter.name.span, "declared here")])
    case .messageOutside(let span, let name):
      return error(
        "module", "`\(name)` is a message module: it runs over edges", span,
        help: "`message_passing(edges, \(name)[...], ...)`")
    case .notAMessageModule(let span, let value):
      return error("module", "`message_passing` takes a message module, not \(value.described)", span)
    case .notAVertexModule(let span, let name, let kind):
      return error(
        "module", "`transform` takes a vertex module, and `\(name)` is a \(kind.rawValue)", span,
        help: kind == .layer
          ? "a layer is called: `\(name)[...](edges, x)`" : "`message_passing(edges, \(name)[...], ...)`")
    case .usesTooDeep(let span, let name):
      return error(
        "module", "more than \(Elaborator.deepestUse) modules use each other, down to `\(name)`", span,
        help: "a module cannot use itself without end")
    case .transformForm(let span):
      return error(
        "module", "`transform` takes values and then a vertex module", span,
        help: "`transform(x, Linear[16, 8] at \"lin\")`")
    case .messagePassingForm(let span):
      return error(
        "module", "`message_passing` takes edges, a message module, and values", span,
        help: "`message_passing(cites, Mean[16], h: x)`")
    }
  }
}
