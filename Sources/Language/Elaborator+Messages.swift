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
    guard let set = frame.edges, let call = incomingCall(member, arguments, span) else { return .poison }
    if call.function == .lstm { return lstm(arguments, over: set, span) }
    let value = call.message.map { evaluate($0) }
    guard let message = message(of: call, value, over: set) else { return .poison }
    return reduce([message], call, over: [set])[0]
  }

  /// What is called on `incoming`, its arguments counted and named, not evaluated.
  mutating func incomingCall(_ member: Name, _ arguments: [Argument], _ span: Span) -> IncomingCall? {
    guard let function = IncomingFunction(rawValue: member.text) else {
      report(.noIncoming(member))
      return nil
    }
    let values = arguments.filter { $0.name == nil }.map(\.value)
    let named = Dictionary(
      arguments.compactMap { argument in argument.name.map { ($0.text, argument.value) } }
    ) { a, _ in a }
    let names = function.takesClasses ? Set(named.keys).subtracting(["by", "of"]) : Set(named.keys)
    guard (named["by"] == nil) == (named["of"] == nil), names.isEmpty || !function.takesClasses else {
      report(.incomingClasses(span, function))
      return nil
    }
    guard values.count == function.valueCount, names.isEmpty else {
      report(.incomingForm(span, function))
      return nil
    }
    return IncomingCall(
      function: function, message: values.first, exponent: values.count > 1 ? values[1] : nil,
      index: named["by"], classes: named["of"], span: span)
  }

  /// A call's argument as a message on each edge of `set`; in the row of its class, where there are classes.
  mutating func message(of call: IncomingCall, _ value: Value?, over set: EdgeSet) -> IncomingMessage? {
    var message: Tensor?
    if let value, let expression = call.message {
      message = self.message(value, over: set, expression.span)
      guard message != nil else { return nil }
    }
    guard let by = call.index, let of = call.classes else {
      return IncomingMessage(message: message, ones: nil)
    }
    guard let classes = size(of), let one = promote(.integer(1), call.span) else { return nil }
    let edgeClass = evaluate(by)
    if edgeClass.isPoison { return nil }
    guard case .tensor(let index) = edgeClass, index.type.element == .i32 || index.type.element == .i64,
      index.type.shape.isEmpty, case .edges(let other) = index.type.space,
      other == set || isViewable(other, as: set), let place = view(index, as: set, by.span)
    else {
      report(.notAClass(by.span, edgeClass))
      return nil
    }
    guard case .tensor(let ones) = scatter(one, place, classes: classes, of.span, call.span) else {
      return nil
    }
    guard let unscattered = message else { return IncomingMessage(message: nil, ones: ones) }
    guard case .tensor(let scattered) = scatter(unscattered, place, classes: classes, of.span, call.span)
    else {
      return nil
    }
    return IncomingMessage(message: scattered, ones: ones)
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
  mutating func reduce(_ messages: [IncomingMessage], _ call: IncomingCall, over sets: [EdgeSet]) -> [Value] {
    let tensors = messages.compactMap(\.message)
    for other in tensors.dropFirst() where other.type.shape != tensors[0].type.shape {
      let fault = report(.shapesDiffer(call.span, tensors[0], other))
      return sets.map { _ in fault }
    }
    let ids = tensors.map(\.id)
    if call.function == .softmax { return softmax(ids, sets, call.span) }
    var exponent: Tensor?
    if let expression = call.exponent {
      guard let value = promote(evaluate(expression), expression.span) else {
        return sets.map { _ in .poison }
      }
      exponent = value
    }
    let ones = messages.compactMap { $0.ones?.id }
    let reduced = compute(call.span) { make in
      switch call.function {
      case .sum, .softmax: make.emit(.reduce(.sum), ids, asked: Type(.constant))
      case .max: make.emit(.reduce(.max), ids, asked: Type(.constant))
      case .min: make.emit(.reduce(.min), ids, asked: Type(.constant))
      case .product: make.emit(.reduce(.product), ids, asked: Type(.constant))
      case .count: make.count(ones, sets)
      case .mean: make.mean(ids, make.count(ones, sets))
      case .var: make.variance(ids, make.count(ones, sets))
      case .std: make.deviation(ids, make.count(ones, sets))
      case .powermean: make.powerMean(ids, make.count(ones, sets), exponent?.id)
      case .lstm: nil  // of one set alone: see `lstm`
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
  /// In-edges of all sets together; where there are classes, how many of each.
  fileprivate mutating func count(_ ones: [ValueID], _ sets: [EdgeSet]) -> ValueID? {
    if !ones.isEmpty { return emit(.reduce(.sum), ones, asked: Type(.constant)) }
    var total = emit(.inDegree(sets[0]))
    for set in sets.dropFirst() { total = add(total, emit(.inDegree(set))) }
    return total
  }

  /// The sum over the count; of no in-edges it is 0 over 1, as PyG counts.
  fileprivate mutating func mean(_ messages: [ValueID?], _ count: ValueID?) -> ValueID? {
    guard var count = maximum(count, literal(1)),
      let sum = emit(.reduce(.sum), messages, asked: Type(.constant))
    else { return nil }
    while !shape(count).isEmpty, shape(count).count < shape(sum).count {
      guard let wider = kept(count, axis: shape(count).count) else { return nil }
      count = wider
    }
    return divide(sum, count)
  }

  /// E[x²] - E[x]². PyG: VarAggregation.
  fileprivate mutating func variance(_ messages: [ValueID], _ count: ValueID?) -> ValueID? {
    let mean = mean(messages, count)
    var squares: [ValueID?] = []
    for message in messages { squares.append(multiply(message, message)) }
    return subtract(self.mean(squares, count), multiply(mean, mean))
  }

  /// sqrt(max(variance, 1e-5)), and 0 where the variance is no more than that. PyG: StdAggregation.
  fileprivate mutating func deviation(_ messages: [ValueID], _ count: ValueID?) -> ValueID? {
    let variance = variance(messages, count)
    let isNone = emit(.binary(.lessOrEqual), variance, literal(1e-5))
    return select(isNone, literal(0), unary(.squareRoot, maximum(variance, literal(1e-5))))
  }

  /// The p-th root of the mean of p-th powers, clamped to [1e-4, 100] before and after; p of 1 is the plain mean.
  /// PyG: PowerMeanAggregation.
  fileprivate mutating func powerMean(_ messages: [ValueID], _ count: ValueID?, _ p: ValueID?) -> ValueID? {
    if let p, case .literal(1) = elaborator.program[p].operation { return mean(messages, count) }
    var powers: [ValueID?] = []
    for message in messages { powers.append(emit(.binary(.power), clamped(message), p)) }
    return emit(.binary(.power), clamped(mean(powers, count)), emit(.unary(.reciprocal), p))
  }

  private mutating func clamped(_ x: ValueID?) -> ValueID? {
    minimum(maximum(x, literal(1e-4)), literal(100))
  }
}

/// What `incoming` can do with messages.
enum IncomingFunction: String, CaseIterable {
  case sum, mean, max, min, product, softmax, count, `var`, std, powermean, lstm

  /// How many values it takes by position.
  var valueCount: Int {
    switch self {
    case .count: 0
    case .sum, .mean, .max, .min, .product, .softmax, .var, .std: 1
    case .powermean: 2
    case .lstm: 5
    }
  }

  /// Whether it can give a row for each class of edges: `by: relation, of: 8`.
  var takesClasses: Bool {
    switch self {
    case .sum, .mean, .count: true
    case .max, .min, .product, .softmax, .var, .std, .powermean, .lstm: false
    }
  }
}

/// A call on `incoming`, as it is written.
struct IncomingCall {
  let function: IncomingFunction
  let message: Expression?
  let exponent: Expression?
  /// The class of each edge, and how many there are.
  let index: Expression?
  let classes: Expression?
  let span: Span
}

/// What a call on `incoming` reduces on one edge set.
struct IncomingMessage {
  /// None for a count.
  let message: Tensor?
  /// One in the row of the edge's class, where there are classes.
  let ones: Tensor?
}
