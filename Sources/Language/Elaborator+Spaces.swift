import Diagnostics
import Program

extension Elaborator {
  /// Takes values to one space: weights go beside anything; on the edges of a message module, a target's value is the
  /// same on each of its in-edges, and a value over more edges is read on fewer.
  mutating func align(_ tensors: [Tensor], _ span: Span) -> [Tensor]? {
    let spaces = tensors.map(\.type.space).filter { $0 != .constant && $0 != .graph }
    guard let first = spaces.first, spaces.contains(where: { $0 != first }) else { return tensors }
    guard let set = commonEdges(spaces) else {
      let different = tensors.first {
        $0.type.space != first && $0.type.space != .constant && $0.type.space != .graph
      }
      let one = tensors.first { $0.type.space == first }
      report(.spacesDiffer(span, one!, different!))
      return nil
    }
    var aligned: [Tensor] = []
    for tensor in tensors {
      guard let moved = move(tensor, to: set, span) else { return nil }
      aligned.append(moved)
    }
    return aligned
  }

  /// The edges on which values of all these spaces can be read.
  private func commonEdges(_ spaces: [Space]) -> EdgeSet? {
    var sets = spaces.compactMap { space -> EdgeSet? in
      if case .edges(let set) = space { return set }
      return nil
    }
    if let own = frame.edges { sets.insert(own, at: 0) }
    return sets.first { set in
      spaces.allSatisfy { space in
        switch space {
        case .edges(let other): other == set || isViewable(other, as: set)
        case .vertices(let type): frame.edges == set && schema.target(of: set) == type
        case .graph, .constant: true
        }
      }
    }
  }

  /// A value on the edges of `set`; what is over other vertices or edges has none.
  private mutating func move(_ tensor: Tensor, to set: EdgeSet, _ span: Span) -> Tensor? {
    switch tensor.type.space {
    case .constant, .graph: return tensor
    case .edges: return view(tensor, as: set, span)
    case .vertices: return spread(tensor, over: set, span)
    }
  }

  /// A target's value on each of its in-edges.
  mutating func spread(_ tensor: Tensor, over set: EdgeSet, _ span: Span) -> Tensor? {
    guard case .tensor(var result) = emit(.target(set), [tensor.id], at: span) else { return nil }
    result.origin = tensor.origin
    return result
  }

  func isViewable(_ from: EdgeSet, as to: EdgeSet) -> Bool {
    from.type == to.type && (from.direction == .undirected) == (to.direction == .undirected)
      && (from.loops == to.loops || to.loops == .removed)
  }

  /// The same value over other edges of its type: without loops, or turned round. Nil where there is none.
  mutating func view(_ tensor: Tensor, as set: EdgeSet, _ span: Span) -> Tensor? {
    guard case .edges(let old) = tensor.type.space else { return nil }
    if old == set { return tensor }
    guard isViewable(old, as: set), case .tensor(var result) = emit(.view(set), [tensor.id], at: span) else {
      return nil
    }
    result.origin = tensor.origin
    return result
  }

  // MARK: Message passing

  /// `message_passing(edges, M[8] at "p", h: h, to: t)`
  mutating func messagePassing(_ given: [Given], _ span: Span) -> Value {
    guard given.count >= 2, given[0].name == nil, given[1].name == nil else {
      return report(.messagePassingForm(span))
    }
    if case .list = given[0].value {
      return report(.notYet(given[0].span, "message passing over several edge types at once"))
    }
    guard case .edges(let set) = given[0].value else {
      return report(.notEdges(given[0].span, given[0].value))
    }
    guard case .module(let use) = given[1].value, names[use.id].kind == .message else {
      return report(.notAMessageModule(given[1].span, given[1].value))
    }
    return apply(use, Array(given.dropFirst(2)), edges: set, span)
  }

  /// `incoming.sum(x)` and its like: the messages of a target's in-edges become one row.
  mutating func incoming(_ member: Name, _ arguments: [Argument], _ span: Span) -> Value {
    guard let set = frame.edges else { return .poison }
    if let by = arguments.first(where: { $0.name?.text == "by" }) {
      return report(.notYet(by.value.span, "a reduction by relation"))
    }
    if member.text == "count" {
      guard arguments.isEmpty else { return report(.incomingForm(span, member.text, 0)) }
      return emit(.inDegree(set), at: span)
    }
    guard let function = IncomingFunction(rawValue: member.text) else { return report(.noIncoming(member)) }
    guard arguments.count == 1, arguments[0].name == nil else {
      return report(.incomingForm(span, member.text, 1))
    }
    let argument = arguments[0].value
    let value = evaluate(argument)
    guard !value.isPoison else { return .poison }
    guard case .tensor(let tensor) = value else { return report(.notOnEdges(argument.span, value)) }
    guard tensor.type.element == .f32 else { return report(.notReal(argument.span, tensor)) }
    guard let messages = onEdges(tensor, set, argument.span) else { return .poison }
    switch function {
    case .sum: return reduce(.sum, messages, span)
    case .max: return reduce(.max, messages, span)
    case .min: return reduce(.min, messages, span)
    case .product: return reduce(.product, messages, span)
    case .mean: return mean(messages, set, span)
    case .softmax: return softmax(messages, set, span)
    }
  }

  private mutating func onEdges(_ tensor: Tensor, _ set: EdgeSet, _ span: Span) -> Tensor? {
    switch tensor.type.space {
    case .edges(let other) where other == set || isViewable(other, as: set):
      return view(tensor, as: set, span)
    case .vertices(let type) where type == schema.target(of: set): return spread(tensor, over: set, span)
    default:
      report(.notOnEdges(span, .tensor(tensor)))
      return nil
    }
  }

  private mutating func reduce(_ reduction: Reduction, _ messages: Tensor, _ span: Span) -> Value {
    emit(.reduce(reduction), [messages.id], at: span)
  }

  /// The sum over the number of in-edges, of which there is at least one as PyG counts.
  private mutating func mean(_ messages: Tensor, _ set: EdgeSet, _ span: Span) -> Value {
    compute(span) { make in
      let count = make.maximum(make.emit(.inDegree(set)), make.literal(1))
      return make.divide(make.emit(.reduce(.sum), messages.id), count)
    }
  }

  /// exp(s - max) / (sum + 1e-16), as PyG's softmax over in-edges.
  private mutating func softmax(_ scores: Tensor, _ set: EdgeSet, _ span: Span) -> Value {
    compute(span) { make in
      let largest = make.emit(.target(set), make.emit(.reduce(.max), scores.id))
      let powers = make.unary(.exponential, make.subtract(scores.id, largest))
      let sum = make.add(make.emit(.reduce(.sum), powers), make.literal(1e-16))
      return make.divide(powers, make.emit(.target(set), sum))
    }
  }
}

/// What `incoming` can do with messages.
enum IncomingFunction: String, CaseIterable {
  case sum, mean, max, min, product, softmax
}
