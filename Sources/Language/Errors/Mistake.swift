import Diagnostics
import Program

/// One of the user's mistakes that elaboration finds, in words of the model's own types.
protocol Mistake {
  func diagnostic(_ elaborator: Elaborator) -> Diagnostic
}

extension Mistake {
  /// An error at a place in the text.
  func error(
    _ kind: String, _ message: String, _ span: Span, _ label: String = "", also: [Label] = [],
    help: String? = nil
  ) -> Diagnostic {
    Diagnostic(kind: kind, message, at: .text(Label(span, label), also: also), help: help)
  }
}

/// Each closed set of mistakes by its short name: `report(.shapesDiffer(...))`.
extension Elaborator {
  @discardableResult
  mutating func report(_ error: StatementError) -> Value { report(error as any Mistake) }

  @discardableResult
  mutating func report(_ error: StaticError) -> Value { report(error as any Mistake) }

  @discardableResult
  mutating func report(_ error: ModuleError) -> Value { report(error as any Mistake) }

  @discardableResult
  mutating func report(_ error: InputError) -> Value { report(error as any Mistake) }

  @discardableResult
  mutating func report(_ error: WeightError) -> Value { report(error as any Mistake) }

  @discardableResult
  mutating func report(_ error: GraphError) -> Value { report(error as any Mistake) }

  @discardableResult
  mutating func report(_ error: FamilyError) -> Value { report(error as any Mistake) }

  @discardableResult
  mutating func report(_ error: ShapeError) -> Value { report(error as any Mistake) }

  @discardableResult
  mutating func report(_ error: RowError) -> Value { report(error as any Mistake) }

  @discardableResult
  mutating func report(_ error: FunctionError) -> Value { report(error as any Mistake) }

  @discardableResult
  mutating func report(_ error: LimitError) -> Value { report(error as any Mistake) }
}

/// Parts of sentences.
enum Words {
  static func helpForFeature(_ function: Builtin, _ value: Value) -> String? {
    switch value {
    case .vertexFeature: "`get_vertex(...)` reads a feature of vertices"
    case .edgeFeature: "`get_edge(...)` reads a feature of edges"
    default: nil
    }
  }

  static func both(_ x: Tensor, _ y: Tensor) -> String {
    func bare(_ shape: [Int]) -> String {
      shape.count == 1 ? "\(shape[0])" : shape.isEmpty ? "one number" : "\(shape)"
    }
    if x.type.shape.count == 1, y.type.shape.count == 1 {
      return "\(bare(x.type.shape)) and \(bare(y.type.shape))"
    }
    return "\(x.type.shape) and \(y.type.shape)"
  }

  static func origins(_ x: Tensor, _ y: Tensor, besides span: Span) -> [Label] {
    x.origin == y.origin ? origin(x, besides: span) : origin(x, besides: span) + origin(y, besides: span)
  }

  static func origin(_ tensor: Tensor, besides span: Span, _ what: String? = nil) -> [Label] {
    tensor.origin == span
      ? [] : [Label(tensor.origin, "\(what ?? Elaborator.described(tensor.type.shape)), from here")]
  }

  static func described(_ parameter: Parameter) -> String {
    let sizes = parameter.shape.map { dimension in
      switch dimension {
      case .size(let size): String(size)
      case .count: "count"
      }
    }
    return parameter.element.rawValue + "[" + sizes.joined(separator: ", ") + "]"
  }

  static func list(_ names: [String]) -> String {
    let quoted = names.map { "`\($0)`" }
    guard quoted.count > 1 else { return quoted.first ?? "nothing" }
    return quoted.dropLast().joined(separator: ", ") + " and " + quoted[quoted.count - 1]
  }

  static func count(_ number: Int, _ what: String) -> String {
    number == 0 ? "no \(what)s" : number == 1 ? "one \(what)" : "\(number) \(what)s"
  }
}

extension StaticKind {
  /// The kind as it is named in a message.
  var described: String {
    switch self {
    case .size: "a size"
    case .boolean: "`true` or `false`"
    case .number: "a number"
    case .text: "a text"
    case .oneOf(let choices): "one of " + choices.map { "`\($0)`" }.joined(separator: ", ")
    case .module(let kind): kind.map { "a \($0.rawValue)" } ?? "a module"
    case .vertexType: "a vertex type"
    case .list(let inner): "a list, each \(inner.described)"
    case .optional(let inner): "\(inner.described) or `none`"
    }
  }
}

extension Builtin {
  /// How it is called, for a help line.
  var form: String {
    switch self {
    case .zeros, .ones: return "\(rawValue)[4, 8]"
    case .concat, .stack: return "\(rawValue)(a, b, axis: 0)"
    case .family: return "family(a, b)"
    case .transform: return "transform(x, Module[...])"
    case .messagePassing: return "message_passing(edges, Module[...], h: x)"
    default: break
    }
    let signature = signature
    let parts =
      signature.required + signature.optional.map { "\($0): ..." } + signature.named.map { "\($0): ..." }
    return "\(rawValue)(\(parts.joined(separator: ", ")))"
  }
}
