import Diagnostics
import Program

extension Elaborator {
  /// What an expression stands for; `poison` once a mistake in it has been reported.
  mutating func evaluate(_ expression: Expression) -> Value {
    guard step(at: expression.span) else { return .poison }
    if let joint, let values = joint.reduced[Joint.Place(expression)] { return values[joint.current] }
    let span = expression.span
    switch expression.node {
    case .integer(let whole): return .integer(whole)
    case .number(let number): return .number(number)
    case .boolean(let flag): return .boolean(flag)
    case .none: return .none
    case .text(let template): return .text(key([template]))
    case .name(let name): return lookUp(name, span)
    case .list(let elements): return .list(evaluate(elements))
    case .member(let value, let member): return self.member(evaluate(value), member, span)
    case .brackets(let callee, let items): return brackets(callee, items, span)
    case .call(let callee, let arguments): return call(callee, arguments, keys: [], span)
    case .at(let callee, let keys): return at(callee, keys, span)
    case .prefix(let operation, let value):
      let given = Given(name: nil, value: evaluate(value), span: value.span)
      guard given.value.isFamily else { return prefix(operation, given.value, span) }
      return lift([given], span) { $0.prefix(operation, $1[0].value, span) }
    case .infix(let left, let operation, let place, let right):
      return infix(left, operation, place, right, span)
    case .isNone(let value, let negated):
      let found = evaluate(value)
      if found.isPoison { return .poison }
      if case .none = found { return .boolean(!negated) }
      return .boolean(negated)
    case .conditional(let condition, let then, let otherwise):
      guard let holds = decide(condition) else { return .poison }
      return several(holds ? then : otherwise)
    case .collect(let name, let elements, let body): return collect(name, elements, body)
    case .range(let lower, let upper): return range(lower, upper, span)
    case .allEdges: return .list(schema.edgeTypes.indices.map { .edges(EdgeSet(EdgeTypeID($0))) })
    }
  }

  mutating func evaluate(_ expressions: [Expression]) -> [Value] {
    var values: [Value] = []
    for expression in expressions { values.append(evaluate(expression)) }
    return values
  }

  /// A name's meaning: what the body has bound, then modules, then types of the graph, then what is built in.
  private mutating func lookUp(_ name: String, _ span: Span) -> Value {
    if let value = frame.bindings[name] { return value }
    if let weight = frame.weights[name] { return parameter(weight, span) }
    if name == "incoming", frame.module?.kind == .message { return .incoming }
    if let id = names.modules[frame.text][name] { return .module(ModuleUse(id: id, name: name, span: span)) }
    if let type = schema.vertexTypes.firstIndex(where: { $0.name == name }) {
      return .vertexType(VertexTypeID(type))
    }
    if let type = schema.edgeTypes.firstIndex(where: { $0.name == name }) {
      return .edges(EdgeSet(EdgeTypeID(type)))
    }
    if name == "infinity" { return .number(.infinity) }
    if name == "graph" { return .graph }
    if let function = Builtin(rawValue: name) { return .function(function) }
    return report(.unset(span, name))
  }

  private mutating func member(_ value: Value, _ member: Name, _ span: Span) -> Value {
    switch value {
    case .poison: return .poison
    case .tensor(let tensor) where member.text == "shape":
      return .list(tensor.type.shape.map { .integer($0) })
    case .vertexType(let type):
      let features = schema[type].features.map(\.name)
      guard let number = features.firstIndex(of: member.text) else {
        return report(.noFeature(member, of: schema[type].name, features))
      }
      return .vertexFeature(type, number)
    case .edges(let set):
      let features = schema[set.type].features.map(\.name)
      guard set.direction != .undirected else { return report(.undirectedFeature(span, described(set))) }
      guard let number = features.firstIndex(of: member.text) else {
        return report(.noFeature(member, of: schema[set.type].name, features))
      }
      return .edgeFeature(set.type, number)
    default: return report(.noMember(member, value))
    }
  }

  private mutating func collect(_ name: Name, _ elements: Expression, _ body: Expression) -> Value {
    let values: [Value]
    switch evaluate(elements) {
    case .poison: return .poison
    case .list(let found): values = found
    case let other: return report(.notAList(elements.span, other))
    }
    let outer = frame.bindings[name.text]
    var collected: [Value] = []
    for value in values {
      guard step(at: body.span) else { return .poison }
      frame.bindings[name.text] = value
      collected.append(evaluate(body))
    }
    frame.bindings[name.text] = outer
    return .list(collected)
  }

  private mutating func range(_ lower: Expression, _ upper: Expression, _ span: Span) -> Value {
    let (first, end) = (evaluate(lower), evaluate(upper))
    if first.isPoison || end.isPoison { return .poison }
    guard let from = first.whole else { return report(.notWhole(lower.span, first)) }
    guard let to = end.whole else { return report(.notWhole(upper.span, end)) }
    guard to >= from, to - from <= limits.steps else { return report(.badRange(span, from, to)) }
    return .list((from..<to).map { .integer($0) })
  }

  // MARK: Calls

  /// `f(x) at "p"` and `M[8] at "p"`: the prefix belongs to the module, wherever the text puts it.
  private mutating func at(_ expression: Expression, _ keys: [Template], _ span: Span) -> Value {
    if case .call(let callee, let arguments) = expression.node {
      return call(callee, arguments, keys: keys, span)
    }
    let value = evaluate(expression)
    return attach(keys, to: value, span)
  }

  private mutating func attach(_ keys: [Template], to value: Value, _ span: Span) -> Value {
    guard !keys.isEmpty else { return value }
    switch value {
    case .poison: return .poison
    case .module(var use):
      // A module that comes with a prefix of its own keeps it, inside the one of what uses it.
      use.prefix = key(keys).joined(use.prefix)
      return .module(use)
    default: return report(.prefixOnNothing(span, value))
    }
  }

  private mutating func call(
    _ callee: Expression, _ arguments: [Argument], keys: [Template], _ span: Span
  ) -> Value {
    if case .member(let base, let member) = callee.node {
      switch evaluate(base) {
      case .incoming:
        return keys.isEmpty ? incoming(member, arguments, span) : report(.prefixOnNothing(span, .incoming))
      case .graph:
        return keys.isEmpty ? graph(member, arguments, span) : report(.prefixOnNothing(span, .graph))
      case .poison: return .poison
      case let value: return report(.notCallable(callee.span, self.member(value, member, callee.span)))
      }
    }
    switch attach(keys, to: evaluate(callee), span) {
    case .poison:
      // Mistakes in the arguments are the user's to see as well.
      for argument in arguments { _ = evaluate(argument.value) }
      return .poison
    case .function(let function): return self.function(function, arguments, span)
    case .module(let use):
      var values: [Given] = []
      for argument in arguments {
        values.append(Given(name: argument.name, value: evaluate(argument.value), span: argument.value.span))
      }
      return apply(use, values, edges: nil, span)
    case let value: return report(.notCallable(callee.span, value))
    }
  }

  /// A module's static arguments, a list's element, a value's slice, or the shape of `zeros`.
  private mutating func brackets(_ callee: Expression, _ items: [BracketItem], _ span: Span) -> Value {
    let value = evaluate(callee)
    switch value {
    case .poison: return .poison
    case .module(let use): return bind(use, items, span)
    case .list(let elements): return element(of: elements, items, span)
    case .tensor(let tensor): return index(tensor, items, span)
    case .family(let members): return member(of: members, items, span)
    case .function(.zeros): return filled(0, items, span)
    case .function(.ones): return filled(1, items, span)
    default: return report(.noBrackets(span, value))
    }
  }

  private mutating func element(of elements: [Value], _ items: [BracketItem], _ span: Span) -> Value {
    guard items.count == 1 else { return report(.listIndex(span)) }
    switch items[0].node {
    case .value(let expression):
      let place = evaluate(expression)
      if place.isPoison { return .poison }
      guard let number = place.whole else { return report(.notWhole(expression.span, place)) }
      let index = number < 0 ? elements.count + number : number
      guard elements.indices.contains(index) else {
        return report(.outside(expression.span, number, count: elements.count))
      }
      return elements[index]
    case .colon(let lower, let upper):
      guard let bounds = bounds(lower, upper, count: elements.count, span) else { return .poison }
      return .list(Array(elements[bounds]))
    case .new, .ellipsis: return report(.listIndex(span))
    }
  }

  /// The stretch `lower:upper` of `count` things, as numpy counts: from the end where negative, cut to what is there.
  mutating func bounds(_ lower: Expression?, _ upper: Expression?, count: Int, _ span: Span) -> Range<Int>? {
    func place(_ expression: Expression?, _ fallback: Int, _ elaborator: inout Elaborator) -> Int? {
      guard let expression else { return fallback }
      let value = elaborator.evaluate(expression)
      if value.isPoison { return nil }
      guard let whole = value.whole else {
        elaborator.report(.notWhole(expression.span, value))
        return nil
      }
      return min(max(whole < 0 ? count + whole : whole, 0), count)
    }
    guard let from = place(lower, 0, &self), let to = place(upper, count, &self) else { return nil }
    return from..<max(from, to)
  }
}
