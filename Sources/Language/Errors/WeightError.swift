import Diagnostics
import Program

/// What can be wrong with weights and their keys.
enum WeightError: Mistake {
  case noElement(Name)
  case openWeight(Span)
  case notAVertexType(Span, Value)
  case countOutside(Span)
  case countedTwice(Span)
  case prefixOnNothing(Span, Value)
  case notInKey(Span, Value)
  case openTypeName(Span, TypeName)
  case weightTwice(Span, Parameter, Parameter, first: Span)

  func diagnostic(_ elaborator: Elaborator) -> Diagnostic {
    switch self {
    case .noElement(let name):
      return error(
        "type", "there is no type `\(name.text)`", name.span,
        help: "a type is `f32`, `i32`, `i64` or `bool`, with sizes in brackets")
    case .openWeight(let span):
      return error("type", "sizes are given in full here", span)
    case .notAVertexType(let span, let value):
      return error("type", "`count` takes a vertex type, not \(value.described)", span)
    case .countOutside(let span):
      return error(
        "type", "`count` stands only in the shape of a weight", span,
        help: "how many vertices there are is known when a graph is")
    case .countedTwice(let span):
      return error("type", "only one dimension of a weight may count vertices", span)
    case .prefixOnNothing(let span, let value):
      return error("key", "`at` belongs to a module or layer, not to \(value.described)", span)
    case .notInKey(let span, let value):
      return error("key", "\(value.described) cannot stand in a text", span)
    case .openTypeName(let span, let name):
      return error(
        "key",
        "there is no one \(name == .vertex ? "vertex type" : "edge type") here that `{\(name.rawValue)}` could mean",
        span)
    case .weightTwice(let span, let parameter, let old, let first):
      return error(
        "key",
        "`\(parameter.keys[0])` is asked for as \(Words.described(parameter)), and elsewhere as \(Words.described(old))",
        span,
        also: first == span ? [] : [Label(first, "elsewhere")],
        help: "two uses of one weight agree; two weights have different prefixes")
    }
  }
}
