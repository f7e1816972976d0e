import Diagnostics
import Program

extension ElaborationError {
  /// The message, in words of the model's own types.
  func diagnostic(elaborator: Elaborator) -> Diagnostic {
    aboutStatements ?? aboutStaticValues ?? aboutModules ?? aboutInputs(elaborator) ?? aboutWeights
      ?? aboutTheGraph(elaborator) ?? aboutShapes ?? aboutRows ?? aboutFunctions ?? aboutLimits
  }

  private func error(
    _ kind: String, _ message: String, _ span: Span, _ label: String = "", also: [Label] = [], help: String? = nil
  ) -> Diagnostic {
    Diagnostic(kind: kind, message, at: .text(Label(span, label), also: also), help: help)
  }

  private var aboutStatements: Diagnostic? {
    switch self {
    case .unset(let span, let name):
      return error("name", "`\(name)` is not set here", span, help: "it gets its value later, or only in a branch that is not taken")
    case .severalForOne(let span, let count):
      return error("value", "\(count) values for one name", span, help: "name each: `a, b = ...`")
    case .countsDiffer(let span, let names, let values):
      return error("value", "\(names) \(names == 1 ? "name" : "names") for \(values) \(values == 1 ? "value" : "values")", span)
    case .outputTwice(let span, let name, let first):
      return error("output", "two outputs are called `\(name)`", span, also: [Label(first, "first here")])
    case .outputSpace(let span, _):
      return error("output", "an output has a row for each vertex or edge", span, "this is one row, the same for all")
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
    default: return nil
    }
  }

  private var aboutStaticValues: Diagnostic? {
    switch self {
    case .noOperator(let span, let symbol, let values):
      return error("value", "`\(symbol)` has no meaning for \(values.map(\.described).joined(separator: " and "))", span)
    case .overflow(let span):
      return error("static", "the number is too large", span)
    case .divisionByZero(let span):
      return error("static", "division by zero", span)
    case .notAList(let span, let value):
      return error("static", "`for` runs over a list, not \(value.described)", span, help: "`0 ..< 4` is the list of 0, 1, 2, 3")
    case .notWhole(let span, let value):
      return error("static", "a whole number is needed, not \(value.described)", span)
    case .notASize(let span, let value):
      return error("static", "a size is a whole number, not \(value.described)", span)
    case .badRange(let span, let from, let to):
      return error("static", "there is no range from \(from) up to \(to)", span)
    case .outside(let span, let index, let count):
      return error("shape", "there is no element \(index) of \(count)", span)
    case .listIndex(let span):
      return error("static", "a list takes one index or one stretch", span, help: "`list[0]`, `list[-1]` or `list[1:3]`")
    case .noMember(let name, let value):
      return error("value", "\(value.described) has no `\(name.text)`", name.span)
    case .noBrackets(let span, let value):
      return error("value", "\(value.described) takes no brackets", span)
    case .notCallable(let span, let value):
      return error("value", "\(value.described) cannot be called", span)
    default: return nil
    }
  }

  private var aboutModules: Diagnostic? {
    switch self {
    case .tooManyArguments(let span, let module):
      return error(
        "argument", "`\(module.name.text)` takes \(Self.count(module.parameters.count, "static argument"))", span,
        "one too many", also: [Label(module.name.span, "declared here")])
    case .noArgument(let name, let module):
      let names = module.parameters.map(\.name.text)
      return error(
        "argument", "`\(module.name.text)` has no static argument `\(name.text)`", name.span,
        also: [Label(module.name.span, "declared here")],
        help: nearest(to: name.text, among: names).map { "the nearest name is `\($0)`" }
          ?? (names.isEmpty ? nil : "it takes \(Self.list(names))"))
    case .argumentTwice(let name, let module):
      return error("argument", "`\(name.text)` of `\(module.name.text)` is given twice", name.span)
    case .notAnArgument(let span, let module):
      return error("argument", "a static argument of `\(module.name.text)` is a value, or `name: value`", span)
    case .missingArguments(let span, let module, let missing):
      return error(
        "argument", "`\(module.name.text)` needs \(Self.list(missing))", span,
        also: [Label(module.name.span, "declared here")],
        help: "static arguments stand in brackets: `\(module.name.text)[\(missing.map { "\($0): ..." }.joined(separator: ", "))]`")
    case .notAChoice(let span, let word, let choices):
      return error("argument", "`\(word)` is none of \(Self.list(choices))", span, help: nearest(to: word, among: choices).map { "the nearest is `\($0)`" })
    case .wrongKind(let span, let value, let parameter):
      return error(
        "argument", "`\(parameter.name.text)` is \(parameter.kind.described), not \(value.described)", span,
        also: [Label(parameter.name.span, "declared here")])
    case .messageOutside(let span, let name):
      return error("module", "`\(name)` is a message module: it runs over edges", span, help: "`message_passing(edges, \(name)[...], ...)`")
    case .notAMessageModule(let span, let value):
      return error("module", "`message_passing` takes a message module, not \(value.described)", span)
    case .notAVertexModule(let span, let name, let kind):
      return error("module", "`transform` takes a vertex module, and `\(name)` is a \(kind.rawValue)", span, help: kind == .layer ? "a layer is called: `\(name)[...](edges, x)`" : "`message_passing(edges, \(name)[...], ...)`")
    case .usesTooDeep(let span, let name):
      return error("module", "more than \(Elaborator.deepestUse) modules use each other, down to `\(name)`", span, help: "a module cannot use itself without end")
    case .transformForm(let span):
      return error("module", "`transform` takes values and then a vertex module", span, help: "`transform(x, Linear[16, 8] at \"lin\")`")
    case .messagePassingForm(let span):
      return error("module", "`message_passing` takes edges, a message module, and values", span, help: "`message_passing(cites, Mean[16], h: x)`")
    default: return nil
    }
  }

  private func aboutInputs(_ elaborator: Elaborator) -> Diagnostic? {
    switch self {
    case .noValue(let name, let module):
      let names = module.inputs.map(\.name.text)
      return error(
        "argument", "`\(module.name.text)` takes no value `\(name.text)`", name.span,
        also: [Label(module.name.span, "declared here")],
        help: nearest(to: name.text, among: names).map { "the nearest name is `\($0)`" }
          ?? (names.isEmpty ? nil : "it takes \(Self.list(names))"))
    case .valueTwice(let name, let module):
      return error("argument", "`\(name.text)` of `\(module.name.text)` is given twice", name.span)
    case .tooManyValues(let span, let module):
      return error(
        "argument", "`\(module.name.text)` takes \(Self.count(module.inputs.count, "value"))", span, "one too many",
        also: [Label(module.name.span, "declared here")])
    case .missingValues(let span, let module, let missing):
      let wanted = missing.map { input in (input.role.map { "the \($0.rawValue) value " } ?? "") + "`\(input.name.text)`" }
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
    case .wrongElement(let span, let element, let input, let module):
      return error(
        "type", "`\(input.name.text)` of `\(module.name.text)` is `\(input.type?.element.text ?? "f32")`, and this is `\(element.rawValue)`", span,
        also: [Label(input.name.span, "declared here")])
    case .wrongShape(let span, let tensor, let wanted, let input, let module):
      let leading = input.type?.isOpen == true ? "in its last axes " : ""
      return error(
        "shape", "`\(input.name.text)` of `\(module.name.text)` is \(leading)\(Elaborator.described(wanted)), and this is \(Elaborator.described(tensor.type.shape))", span,
        also: [Label(input.name.span, "declared here")] + Self.origin(tensor, besides: span))
    case .wrongRole(let span, let tensor, let role, let input, let set):
      return wrongRole(span, tensor, role, input, set, elaborator)
    default: return nil
    }
  }

  private func wrongRole(
    _ span: Span, _ tensor: Tensor, _ role: Role, _ input: ValueParameter, _ set: EdgeSet, _ elaborator: Elaborator
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
      also: [Label(input.name.span, "declared here")] + Self.origin(tensor, besides: span, found), help: help)
  }

  private var aboutWeights: Diagnostic? {
    switch self {
    case .noElement(let name):
      return error("type", "there is no type `\(name.text)`", name.span, help: "a type is `f32`, `i32`, `i64` or `bool`, with sizes in brackets")
    case .openWeight(let span):
      return error("type", "sizes are given in full here", span)
    case .notAVertexType(let span, let value):
      return error("type", "`count` takes a vertex type, not \(value.described)", span)
    case .countOutside(let span):
      return error("type", "`count` stands only in the shape of a weight", span, help: "how many vertices there are is known when a graph is")
    case .prefixOnNothing(let span, let value):
      return error("key", "`at` belongs to a module or layer, not to \(value.described)", span)
    case .notInKey(let span, let value):
      return error("key", "\(value.described) cannot stand in a text", span)
    case .openTypeName(let span, let name):
      return error("key", "there is no one \(name == .vertex ? "vertex type" : "edge type") here that `{\(name.rawValue)}` could mean", span)
    case .weightTwice(let span, let parameter, let old, let first):
      return error(
        "key", "`\(parameter.keys[0])` is asked for as \(Self.described(parameter)), and elsewhere as \(Self.described(old))", span,
        also: first == span ? [] : [Label(first, "elsewhere")], help: "two uses of one weight agree; two weights have different prefixes")
    default: return nil
    }
  }

  private func aboutTheGraph(_ elaborator: Elaborator) -> Diagnostic? {
    switch self {
    case .noFeature(let name, let type, let features):
      return error(
        "name", "`\(type)` has no feature `\(name.text)`", name.span,
        help: nearest(to: name.text, among: features).map { "the nearest name is `\($0)`" }
          ?? (features.isEmpty ? "declare it in the graph block" : "it has \(Self.list(features))"))
    case .undirectedFeature(let span, let set):
      return error("space", "the edges of `\(set)` have no features", span, help: "an undirected edge may stand for several edges, or for two directions")
    case .notEdges(let span, let value):
      return error("space", "an edge set is needed, not \(value.described)", span)
    case .twoTypes(let span, let function, let set):
      let schema = elaborator.schema
      return error(
        "space", "`\(function.rawValue)` needs edges between vertices of one type", span,
        "`\(schema[set.type].name)` goes from `\(schema[schema.source(of: set)].name)` to `\(schema[schema.target(of: set)].name)`")
    case .notOnEdges(let span, let value):
      if case .tensor(let tensor) = value {
        let help = tensor.type.space == .constant ? "it is the same for every edge" : nil
        return error("space", "`incoming` reduces values over the edges, and this is over \(elaborator.described(tensor.type.space))", span, help: help)
      }
      return error("space", "`incoming` reduces values over the edges, not \(value.described)", span)
    case .noIncoming(let name):
      let names = IncomingFunction.allCases.map(\.rawValue) + ["count"]
      return error(
        "name", "`incoming` has no `\(name.text)`", name.span,
        help: nearest(to: name.text, among: names).map { "the nearest name is `\($0)`" } ?? "it has \(Self.list(names))")
    case .incomingForm(let span, let name, let count):
      return error("argument", "`incoming.\(name)` takes \(count == 0 ? "nothing" : "one value over the edges")", span)
    case .spacesDiffer(let span, let x, let y):
      return error(
        "space", "these are over different things: \(elaborator.described(x.type.space)) and \(elaborator.described(y.type.space))", span,
        also: Self.origin(x, besides: span, elaborator.described(x.type.space)) + Self.origin(y, besides: span, elaborator.described(y.type.space)),
        help: "only a message module sees both ends of an edge: `message_passing(edges, M, ...)`")
    default: return nil
    }
  }

  private var aboutShapes: Diagnostic? {
    switch self {
    case .shapesDiffer(let span, let x, let y):
      let both = Self.both(x, y)
      return error(
        "shape", "\(x.type.shape.count == 1 && y.type.shape.count == 1 ? "widths" : "shapes") differ: \(both)", span,
        "both sides need one \(x.type.shape.count == 1 && y.type.shape.count == 1 ? "width" : "shape")",
        also: Self.origins(x, y, besides: span))
    case .linearShapes(let span, let x, let w):
      return error(
        "shape", "a weight of \(w.type.shape) does not fit a value that is \(Elaborator.described(x.type.shape))", span,
        also: Self.origins(x, w, besides: span), help: "a weight is [outputs, inputs], and the value's last axis is `inputs` wide")
    case .matrixShapes(let span, let x, let w):
      return error(
        "shape", "a matrix of \(w.type.shape) does not fit a row that is \(Elaborator.described(x.type.shape))", span,
        also: Self.origins(x, w, besides: span), help: "`x @ w` takes x [..., k] and w [..., k, n]")
    case .concatShapes(let span, let x, let y, let axis):
      return error(
        "shape", "shapes differ outside axis \(axis): \(Self.both(x, y))", span, also: Self.origins(x, y, besides: span))
    case .elementsDiffer(let span, let x, let y):
      return error(
        "type", "types differ: `\(x.type.element.rawValue)` and `\(y.type.element.rawValue)`", span,
        also: Self.origin(x, besides: span, "`\(x.type.element.rawValue)`") + Self.origin(y, besides: span, "`\(y.type.element.rawValue)`"))
    case .notReal(let span, let x):
      return error("type", "this takes `f32`, not `\(x.type.element.rawValue)`", span, help: x.type.element == .bool ? "`where(condition, 1, 0)` makes numbers of it" : nil)
    case .notACondition(let span, let x):
      return error("type", "a condition is `bool`, not `\(x.type.element.rawValue)`", span, help: "compare it: `x > 0`")
    default: return nil
    }
  }

  private var aboutRows: Diagnostic? {
    switch self {
    case .noAxis(let span, let axis, let shape):
      return error("shape", "there is no axis \(axis) in \(shape.isEmpty ? "one number" : "\(shape)")", span)
    case .emptyAxis(let span, let axis, let x):
      return error("shape", "axis \(axis) of \(x.type.shape) is empty", span)
    case .badShape(let span, let shape):
      return error("shape", "\(shape) is no shape", span, help: "sizes are whole numbers; one of them may be -1 in `reshape`")
    case .reshapeWidth(let span, let x, let shape):
      return error("shape", "\(Elaborator.described(x.type.shape)) cannot become \(shape): there are \(x.type.width) numbers", span, also: Self.origin(x, besides: span))
    case .broadcastShape(let span, let x, let shape):
      return error("shape", "\(Elaborator.described(x.type.shape)) does not broadcast to \(shape)", span, also: Self.origin(x, besides: span))
    case .badOrder(let span, let order, let x):
      return error("shape", "\(order) is no order of the axes of \(x.type.shape)", span)
    case .tooManyIndices(let span, let count, let x):
      return error("shape", "\(count == 1 ? "an index" : "\(count) indices") for \(x.type.shape.isEmpty ? "one number" : "\(x.type.shape)")", span, also: Self.origin(x, besides: span))
    case .badIndex(let span):
      return error("shape", "this cannot stand among indices", span)
    default: return nil
    }
  }

  private var aboutFunctions: Diagnostic? {
    switch self {
    case .functionForm(let span, let function):
      return error("argument", "`\(function.rawValue)` is not used like this", span, help: "`\(function.form)`")
    case .functionArgument(let name, let function):
      let names = function.signature.required + function.signature.optional + function.signature.named
      return error(
        "argument", "`\(function.rawValue)` takes no `\(name.text)`", name.span,
        help: nearest(to: name.text, among: names).map { "the nearest name is `\($0)`" } ?? "`\(function.form)`")
    case .functionWants(let span, let function, let wanted, let value):
      return error("value", "`\(function.rawValue)` takes \(wanted) here, not \(value.described)", span, help: Self.helpForFeature(function, value))
    case .emptyList(let span, let function):
      return error("value", "`\(function.rawValue)` of nothing", span)
    case .axisOfList(let span, let function):
      return error("argument", "`\(function.rawValue)` of a list works element by element and has no axis", span, help: "`stack(list, axis: 0)` makes one value of it")
    default: return nil
    }
  }

  private var aboutLimits: Diagnostic {
    switch self {
    case .notYet(let span, let what):
      return error("not-yet", "\(what) is not in this version", span)
    case .hugeRow(let span, let shape):
      return error("limit", "a row of \(shape.map(String.init).joined(separator: " x ")) numbers is too large", span, help: "a row holds at most 2^31 numbers")
    case .tooManyInstructions(let span, let most):
      return error("limit", "the model has more than \(most) instructions", span, help: "repetition is unrolled: look at what `repeat` and `for` run over")
    case .tooManySteps(let span, let most):
      return error("limit", "the model takes more than \(most) static steps", span, help: "look at what `repeat` and `for` run over")
    case .refused(let span, let reason):
      return error("type", reason, span)
    default:
      return Diagnostic(kind: "internal", "an error without words: \(self)", at: .none)
    }
  }

  // MARK: Parts of sentences

  private static func helpForFeature(_ function: Builtin, _ value: Value) -> String? {
    switch value {
    case .vertexFeature: "`get_vertex(...)` reads a feature of vertices"
    case .edgeFeature: "`get_edge(...)` reads a feature of edges"
    default: nil
    }
  }

  private static func both(_ x: Tensor, _ y: Tensor) -> String {
    func bare(_ shape: [Int]) -> String { shape.count == 1 ? "\(shape[0])" : shape.isEmpty ? "one number" : "\(shape)" }
    if x.type.shape.count == 1, y.type.shape.count == 1 { return "\(bare(x.type.shape)) and \(bare(y.type.shape))" }
    return "\(x.type.shape) and \(y.type.shape)"
  }

  private static func origins(_ x: Tensor, _ y: Tensor, besides span: Span) -> [Label] {
    x.origin == y.origin ? origin(x, besides: span) : origin(x, besides: span) + origin(y, besides: span)
  }

  private static func origin(_ tensor: Tensor, besides span: Span, _ what: String? = nil) -> [Label] {
    tensor.origin == span ? [] : [Label(tensor.origin, "\(what ?? Elaborator.described(tensor.type.shape)), from here")]
  }

  private static func described(_ parameter: Parameter) -> String {
    let sizes = parameter.shape.map { dimension in
      switch dimension {
      case .size(let size): String(size)
      case .count: "count"
      }
    }
    return parameter.element.rawValue + "[" + sizes.joined(separator: ", ") + "]"
  }

  private static func list(_ names: [String]) -> String {
    let quoted = names.map { "`\($0)`" }
    guard quoted.count > 1 else { return quoted.first ?? "nothing" }
    return quoted.dropLast().joined(separator: ", ") + " and " + quoted[quoted.count - 1]
  }

  private static func count(_ number: Int, _ what: String) -> String {
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
    case .transform: return "transform(x, Module[...])"
    case .messagePassing: return "message_passing(edges, Module[...], h: x)"
    default: break
    }
    let signature = signature
    let parts = signature.required + signature.optional.map { "\($0): ..." } + signature.named.map { "\($0): ..." }
    return "\(rawValue)(\(parts.joined(separator: ", ")))"
  }
}
