import Diagnostics
import Program

/// Message passing, and what `incoming` does with messages.
extension Elaborator {
  /// `message_passing(edges, M[8] at "p", h: h, to: t)`: over one edge set; or over several at once, from a list.
  mutating func messagePassing(_ given: [Given], _ span: Span) -> Value {
    guard given.count >= 2, given[0].name == nil, given[1].name == nil else {
      return report(.messagePassingForm(span))
    }
    guard case .module(let use) = given[1].value, names[use.id].kind == .message else {
      return report(.notAMessageModule(given[1].span, given[1].value))
    }
    let values = Array(given.dropFirst(2))
    switch given[0].value {
    case .edges(let set): return apply(use, values, edges: set, span)
    case .list(let elements):
      var sets: [EdgeSet] = []
      for element in elements {
        guard case .edges(let set) = element else { return report(.notEdges(given[0].span, element)) }
        sets.append(set)
      }
      return messagePassing(over: sets, use, values, span)
    default: return report(.notEdges(given[0].span, given[0].value))
    }
  }

  /// `incoming.sum(x)` and its like: the messages of a target's in-edges become one row.
  mutating func incoming(_ member: Name, _ arguments: [Argument], _ span: Span) -> Value {
    guard let set = frame.edges else { return .poison }
    guard let function = incomingFunction(member, arguments, span) else { return .poison }
    if function == .count { return reduce([], .count, over: [set], span)[0] }
    let value = evaluate(arguments[0].value)
    guard let message = message(value, over: set, arguments[0].value.span) else { return .poison }
    return reduce([message], function, over: [set], span)[0]
  }

  /// What is called on `incoming`, its arguments counted.
  mutating func incomingFunction(_ member: Name, _ arguments: [Argument], _ span: Span) -> IncomingFunction? {
    if let by = arguments.first(where: { $0.name?.text == "by" }) {
      report(.notYet(by.value.span, "a reduction by relation"))
      return nil
    }
    guard let function = IncomingFunction(rawValue: member.text) else {
      report(.noIncoming(member))
      return nil
    }
    guard arguments.count == (function == .count ? 0 : 1), arguments.first?.name == nil else {
      report(.incomingForm(span, function))
      return nil
    }
    return function
  }

  /// A value as a message on each edge of `set`.
  mutating func message(_ value: Value, over set: EdgeSet, _ span: Span) -> Tensor? {
    if value.isPoison { return nil }
    guard case .tensor(let tensor) = value else {
      report(.notOnEdges(span, value))
      return nil
    }
    guard tensor.type.element == .f32 else {
      report(.notReal(span, tensor))
      return nil
    }
    switch tensor.type.space {
    case .edges(let other) where other == set || isViewable(other, as: set):
      return view(tensor, as: set, span)
    case .vertices(let type) where type == schema.target(of: set): return spread(tensor, over: set, span)
    default:
      report(.notOnEdges(span, value))
      return nil
    }
  }

  /// One reduction over the in-edges of all `sets` together, which have one target type; what it gives for each set.
  mutating func reduce(
    _ messages: [Tensor], _ function: IncomingFunction, over sets: [EdgeSet], _ span: Span
  ) -> [Value] {
    for other in messages.dropFirst() where other.type.shape != messages[0].type.shape {
      let fault = report(.shapesDiffer(span, messages[0], other))
      return sets.map { _ in fault }
    }
    let ids = messages.map(\.id)
    if function == .softmax { return softmax(ids, sets, span) }
    let reduced = compute(span) { make in
      switch function {
      case .sum, .softmax: make.emit(.reduce(.sum), ids, asked: Type(.constant))
      case .max: make.emit(.reduce(.max), ids, asked: Type(.constant))
      case .min: make.emit(.reduce(.min), ids, asked: Type(.constant))
      case .product: make.emit(.reduce(.product), ids, asked: Type(.constant))
      case .count: make.inDegree(sets)
      case .mean:
        // Of no in-edges it is 0 over 1, as PyG counts.
        make.mean(ids, sets)
      }
    }
    return sets.map { _ in reduced }
  }

  /// exp(s - max) / (sum + 1e-16) on each set, as PyG's softmax over in-edges.
  private mutating func softmax(_ scores: [ValueID], _ sets: [EdgeSet], _ span: Span) -> [Value] {
    var powers: [ValueID?] = []
    let sum = compute(span) { make in
      let largest = make.emit(.reduce(.max), scores, asked: Type(.constant))
      for (score, set) in zip(scores, sets) {
        powers.append(make.unary(.exponential, make.subtract(score, make.emit(.target(set), largest))))
      }
      return make.add(make.emit(.reduce(.sum), powers, asked: Type(.constant)), make.literal(1e-16))
    }
    guard case .tensor(let total) = sum else { return sets.map { _ in .poison } }
    return zip(powers, sets).map { power, set in
      compute(span) { make in make.divide(power, make.emit(.target(set), total.id)) }
    }
  }
}

extension Formula {
  /// In-edges of all sets together.
  fileprivate mutating func inDegree(_ sets: [EdgeSet]) -> ValueID? {
    var total = emit(.inDegree(sets[0]))
    for set in sets.dropFirst() { total = add(total, emit(.inDegree(set))) }
    return total
  }

  fileprivate mutating func mean(_ messages: [ValueID], _ sets: [EdgeSet]) -> ValueID? {
    let count = maximum(inDegree(sets), literal(1))
    return divide(emit(.reduce(.sum), messages, asked: Type(.constant)), count)
  }
}

/// What `incoming` can do with messages.
enum IncomingFunction: String, CaseIterable {
  case sum, mean, max, min, product, softmax, count
}
