import Diagnostics
import Program

/// What can be wrong with features, edge sets and what is over them.
enum GraphError: Mistake {
  case noFeature(Name, of: String, [String])
  case undirectedFeature(Span, String)
  case notEdges(Span, Value)
  case twoTypes(Span, Builtin, EdgeSet)
  case notOnEdges(Span, Value)
  case noIncoming(Name)
  case incomingForm(Span, IncomingFunction)
  case incomingClasses(Span, IncomingFunction)
  case notAClass(Span, Value)
  case jointRecurrence(Span)
  case recurrentWeight(Span, Tensor)
  case recurrentShapes(Span, Tensor, Tensor)
  case spacesDiffer(Span, Tensor, Tensor)

  func diagnostic(_ elaborator: Elaborator) -> Diagnostic {
    switch self {
    case .noFeature(let name, let type, let features):
      return error(
        "name", "`\(type)` has no feature `\(name.text)`", name.span,
        help: nearest(to: name.text, among: features).map { "the nearest name is `\($0)`" }
          ?? (features.isEmpty ? "declare it in the graph block" : "it has \(Words.list(features))"))
    case .undirectedFeature(let span, let set):
      return error(
        "space", "the edges of `\(set)` have no features", span,
        help: "an undirected edge may stand for several edges, or for two directions")
    case .notEdges(let span, let value):
      return error("space", "an edge set is needed, not \(value.described)", span)
    case .twoTypes(let span, let function, let set):
      let schema = elaborator.schema
      return error(
        "space", "`\(function.rawValue)` needs edges between vertices of one type", span,
        "`\(schema[set.type].name)` goes from `\(schema[schema.source(of: set)].name)` to `\(schema[schema.target(of: set)].name)`"
      )
    case .notOnEdges(let span, let value):
      if case .tensor(let tensor) = value {
        let help = tensor.type.space == .constant ? "it is the same for every edge" : nil
        return error(
          "space",
          "`incoming` reduces values over the edges, and this is over \(elaborator.described(tensor.type.space))",
          span, help: help)
      }
      return error("space", "`incoming` reduces values over the edges, not \(value.described)", span)
    case .noIncoming(let name):
      let names = IncomingFunction.allCases.map(\.rawValue)
      return error(
        "name", "`incoming` has no `\(name.text)`", name.span,
        help: nearest(to: name.text, among: names).map { "the nearest name is `\($0)`" }
          ?? "it has \(Words.list(names))")
    case .incomingForm(let span, let function):
      let wanted =
        switch function.valueCount {
        case 0: "nothing"
        case 1: "one value over the edges"
        case 2: "a value over the edges, and a number"
        default: "a value over the edges, weight_ih, weight_hh, bias_ih and bias_hh"
        }
      return error("argument", "`incoming.\(function.rawValue)` takes \(wanted)", span)
    case .notAClass(let span, let value):
      return error(
        "value",
        "the class of an edge is one whole number (`i32` or `i64`) on the edge, not \(value.described)", span,
        help: "an integer feature of the edges, taken in the role `edge`")
    case .incomingClasses(let span, let function):
      return error(
        "argument", "a row for each class of edges needs the class of each, and how many there are", span,
        help: "`incoming.\(function.rawValue)(\(function == .count ? "" : "x, ")by: relation, of: 8)`")
    case .jointRecurrence(let span):
      return error(
        "space", "`incoming.lstm` runs over the edges of one set, not of several", span,
        help: "edges of several sets have no order among each other: use a message module for each set")
    case .recurrentWeight(let span, let weight):
      return error(
        "space",
        "the weights of `incoming.lstm` are the same for every edge, and this is over \(elaborator.described(weight.type.space))",
        span)
    case .recurrentShapes(let span, let input, let weight):
      return error(
        "shape",
        "a weight of \(weight.type.shape) does not fit a weight_ih of \(input.type.shape)", span,
        also: Words.origins(input, weight, besides: span),
        help: "an LSTM that is h wide has weight_ih [4h, inputs], weight_hh [4h, h] and biases [4h]")
    case .spacesDiffer(let span, let x, let y):
      return error(
        "space",
        "these are over different things: \(elaborator.described(x.type.space)) and \(elaborator.described(y.type.space))",
        span,
        also: Words.origin(x, besides: span, elaborator.described(x.type.space))
          + Words.origin(y, besides: span, elaborator.described(y.type.space)),
        help: "only a message module sees both ends of an edge: `message_passing(edges, M, ...)`")
    }
  }
}
