import Diagnostics
import Program

/// What can be wrong with the values that a module is given.
enum InputError: Mistake {
  case noValue(Name, Module)
  case valueTwice(Name, Module)
  case tooManyValues(Span, Module)
  case missingValues(Span, Module, [ValueParameter])
  case noneGiven(Span, ValueParameter, Module)
  case notAValue(Span, Value, ValueParameter)
  case notAFamily(Span, Value, ValueParameter)
  case wrongElement(Span, Element, ValueParameter, Module)
  case wrongShape(Span, Tensor, [Int], ValueParameter, Module)
  case wrongRole(Span, Tensor, Role, ValueParameter, EdgeSet)

  func diagnostic(_ elaborator: Elaborator) -> Diagnostic {
    switch self {
    case .noValue(let name, let module):
      let names = module.inputs.map(\.name.text)
      return error(
        "argument", "`\(module.name.text)` takes no value `\(name.text)`", name.span,
        also: [Label(module.name.span, "declared here")],
        help: nearest(to: name.text, among: names).map { "the nearest name is `\($0)`" }
          ?? (names.isEmpty ? nil : "it takes \(Words.list(names))"))
    case .valueTwice(let name, let module):
      return error("argument", "`\(name.text)` of `\(module.name.text)` is given twice", name.span)
    case .tooManyValues(let span, let module):
      return error(
        "argument", "`\(module.name.text)` takes \(Words.count(module.inputs.count, "value"))", span,
        "one too many",
        also: [Label(module.name.span, "declared here")])
    case .missingValues(let span, let module, let missing):
      let wanted = missing.map { input in
        (input.role.map { "the \($0.rawValue) value " } ?? "") + "`\(input.name.text)`"
      }
      return error(
        "argument", "`\(module.name.text)` needs \(wanted.joined(separator: " and "))", span,
        also: missing.map { Label($0.name.span, "declared here") })
    case .noneGiven(let span, let input, let module):
      return error(
        "argument", "`\(input.name.text)` of `\(module.name.text)` cannot be `none`", span,
        also: [Label(input.name.span, "declared here")])
    case .notAValue(let span, let value, let input):
      return error(
        "argument", "`\(input.name.text)` is a computed value, not \(value.described)", span,
        also: [Label(input.name.span, "declared here")])
    case .notAFamily(let span, let value, let input):
      return error(
        "argument",
        "`\(input.name.text)` is a family, one value for each vertex type, not \(value.described)",
        span, also: [Label(input.name.span, "declared here")], help: "`family(a, b)` makes one")
    case .wrongElement(let span, let element, let input, let module):
      return error(
        "type",
        "`\(input.name.text)` of `\(module.name.text)` is `\(input.type?.element.text ?? "f32")`, and this is `\(element.rawValue)`",
        span,
        also: [Label(input.name.span, "declared here")])
    case .wrongShape(let span, let tensor, let wanted, let input, let module):
      let leading = input.type?.isOpen == true ? "in its last axes " : ""
      return error(
        "shape",
        "`\(input.name.text)` of `\(module.name.text)` is \(leading)\(Elaborator.described(wanted)), and this is \(Elaborator.described(tensor.type.shape))",
        span,
        also: [Label(input.name.span, "declared here")] + Words.origin(tensor, besides: span))
    case .wrongRole(let span, let tensor, let role, let input, let set):
      return wrongRole(span, tensor, role, input, set, elaborator)
    }
  }

  private func wrongRole(
    _ span: Span, _ tensor: Tensor, _ role: Role, _ input: ValueParameter, _ set: EdgeSet,
    _ elaborator: Elaborator
  ) -> Diagnostic {
    let schema = elaborator.schema
    let edges = "`\(elaborator.described(set))`"
    let wanted: String
    var help: String?
    switch role {
    case .source: wanted = "vertices of `\(schema[schema.source(of: set)].name)`, the sources of \(edges)"
    case .target: wanted = "vertices of `\(schema[schema.target(of: set)].name)`, the targets of \(edges)"
    case .edge: wanted = "edges of \(edges)"
    }
    let found = elaborator.described(tensor.type.space)
    if role == .edge, case .edges(let own) = tensor.type.space {
      if set.direction == .undirected {
        help = "undirected edges have no values of their own"
      } else if own.type == set.type, set.loops == .added {
        help = "say what the loops hold: `with_loops(\(input.name.text), fill)`"
      }
    }
    return error(
      "space", "`\(input.name.text)` must be over \(wanted), and this is over \(found)", span,
      also: [Label(input.name.span, "declared here")] + Words.origin(tensor, besides: span, found), help: help
    )
  }
}
