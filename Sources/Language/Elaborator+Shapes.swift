import Diagnostics
import Program

/// Functions that only move numbers about in a row.
extension Elaborator {
  /// One size may be -1: what is left for it.
  mutating func reshape(_ call: Matched) -> Value {
    guard let x = tensor(call["x"]!, .reshape), var shape = sizes(call["shape"]!, .reshape) else {
      return .poison
    }
    let span = call["shape"]!.span
    let known = shape.filter { $0 != -1 }
    guard known.allSatisfy({ $0 >= 0 }), shape.count - known.count <= 1, fits(known) else {
      return report(.badShape(span, shape))
    }
    let width = known.reduce(1, *)
    if let open = shape.firstIndex(of: -1) {
      guard width > 0, x.type.width % width == 0 else { return report(.reshapeWidth(call.span, x, shape)) }
      shape[open] = x.type.width / width
    }
    guard shape.reduce(1, *) == x.type.width else { return report(.reshapeWidth(call.span, x, shape)) }
    return emit(.reshape, [x.id], asked: Type(.constant, .f32, shape), at: call.span)
  }

  mutating func broadcast(_ call: Matched) -> Value {
    guard let x = tensor(call["x"]!, .broadcast), let shape = sizes(call["shape"]!, .broadcast) else {
      return .poison
    }
    guard shape.allSatisfy({ $0 >= 0 }), fits(shape) else {
      return report(.badShape(call["shape"]!.span, shape))
    }
    guard Shape.broadcast(x.type.shape, shape) == shape else {
      return report(.broadcastShape(call.span, x, shape))
    }
    return emit(.broadcast, [x.id], asked: Type(.constant, .f32, shape), at: call.span)
  }

  mutating func permute(_ call: Matched) -> Value {
    guard let x = tensor(call["x"]!, .permute), let order = sizes(call["order"]!, .permute) else {
      return .poison
    }
    let rank = x.type.shape.count
    let places = order.map { $0 < 0 ? rank + $0 : $0 }
    guard places.sorted() == Array(0..<rank) else { return report(.badOrder(call["order"]!.span, order, x)) }
    return emit(.permute(places), [x.id], at: call.span)
  }

  /// The last two axes exchanged.
  mutating func transpose(_ call: Matched) -> Value {
    guard let x = tensor(call["x"]!, .transpose) else { return .poison }
    let rank = x.type.shape.count
    guard rank >= 2 else { return report(.noAxis(call.span, -2, x.type.shape)) }
    return emit(.permute(Array(0..<(rank - 2)) + [rank - 1, rank - 2]), [x.id], at: call.span)
  }

  mutating func lookup(_ table: Given, _ index: Given, _ span: Span) -> Value {
    guard let rows = tensor(table, .lookup), let place = self.index(index, .lookup) else { return .poison }
    guard !rows.type.shape.isEmpty else {
      return wrong(table, .lookup, "a table, whose first axis is looked up,")
    }
    guard let aligned = align([rows, place], span) else { return .poison }
    return emit(.lookup, aligned.map(\.id), at: span)
  }

  /// `scatter(x, index, classes)`: x in row `index` of as many rows as there are classes.
  mutating func scatter(_ call: Matched) -> Value {
    guard let x = tensor(call["x"]!, .scatter), let place = index(call["index"]!, .scatter),
      let classes = whole(call["classes"]!, .scatter)
    else { return .poison }
    guard x.type.element == .f32 else { return report(.notReal(call["x"]!.span, x)) }
    return scatter(x, place, classes: classes, call["classes"]!.span, call.span)
  }

  mutating func scatter(_ x: Tensor, _ place: Tensor, classes: Int, _ asked: Span, _ span: Span) -> Value {
    guard classes > 0, fits([classes] + x.type.shape) else { return report(.badShape(asked, [classes])) }
    guard let aligned = align([x, place], span) else { return .poison }
    return emit(.scatter(classes: classes), aligned.map(\.id), at: span)
  }

  /// One whole number for each vertex or edge.
  mutating func index(_ given: Given, _ function: Builtin) -> Tensor? {
    guard let place = tensor(given, function) else { return nil }
    guard place.type.element == .i32 || place.type.element == .i64, place.type.shape.isEmpty else {
      wrong(given, function, "one whole number (`i32` or `i64`) for each vertex or edge")
      return nil
    }
    return place
  }

  /// `zeros[4, 8]`
  mutating func filled(_ number: Double, _ items: [BracketItem], _ span: Span) -> Value {
    var shape: [Int] = []
    for item in items {
      guard case .value(let expression) = item.node else { return report(.badIndex(item.span)) }
      guard let size = size(expression) else { return .poison }
      shape.append(size)
    }
    guard fits(shape) else { return report(.hugeRow(span, shape)) }
    guard case .tensor(let literal) = emit(.literal(number), at: span) else { return .poison }
    return shape.isEmpty
      ? .tensor(literal) : emit(.broadcast, [literal.id], asked: Type(.constant, .f32, shape), at: span)
  }

  // MARK: x[...]

  /// `x[0]`, `x[:, 1:3]`, `x[..., new]`, and `table[i]` with a computed index.
  mutating func index(_ x: Tensor, _ items: [BracketItem], _ span: Span) -> Value {
    let wanted = items.filter {
      if case .new = $0.node { false } else if case .ellipsis = $0.node { false } else { true }
    }
    let rank = x.type.shape.count
    guard wanted.count <= rank else { return report(.tooManyIndices(span, wanted.count, x)) }
    var value = x
    var axis = 0
    var hasEllipsis = false
    for item in items {
      let next: Value
      switch item.node {
      case .ellipsis:
        guard !hasEllipsis else { return report(.badIndex(item.span)) }
        hasEllipsis = true
        axis += rank - wanted.count
        continue
      case .new:
        next = inserted(value, axis, span)
        axis += 1
      case .colon(let lower, let upper):
        guard let bounds = bounds(lower, upper, count: value.type.shape[axis], item.span) else {
          return .poison
        }
        next = slice(value, axis, bounds, span)
        axis += 1
      case .value(let expression):
        let place = evaluate(expression)
        if case .tensor(let computed) = place {
          guard items.count == 1 else { return report(.badIndex(item.span)) }
          return lookup(
            Given(name: nil, value: .tensor(x), span: span),
            Given(name: nil, value: .tensor(computed), span: expression.span), span)
        }
        next = self.element(of: value, axis, place, expression.span, span)
      }
      guard case .tensor(let tensor) = next else { return .poison }
      value = tensor
    }
    value.origin = span
    return .tensor(value)
  }

  private mutating func inserted(_ x: Tensor, _ axis: Int, _ span: Span) -> Value {
    var shape = x.type.shape
    shape.insert(1, at: axis)
    return emit(.reshape, [x.id], asked: Type(.constant, .f32, shape), at: span)
  }

  private mutating func slice(_ x: Tensor, _ axis: Int, _ bounds: Range<Int>, _ span: Span) -> Value {
    var shape = x.type.shape
    guard bounds.count != shape[axis] else { return .tensor(x) }
    shape[axis] = bounds.count
    return emit(
      .slice(axis: axis, lower: bounds.lowerBound), [x.id], asked: Type(.constant, .f32, shape), at: span)
  }

  private mutating func element(of x: Tensor, _ axis: Int, _ place: Value, _ asked: Span, _ span: Span)
    -> Value
  {
    if place.isPoison { return .poison }
    guard let whole = place.whole else { return report(.notWhole(asked, place)) }
    let count = x.type.shape[axis]
    let index = whole < 0 ? count + whole : whole
    guard index >= 0, index < count else { return report(.outside(asked, whole, count: count)) }
    guard case .tensor(let part) = slice(x, axis, index..<(index + 1), span) else { return .poison }
    var shape = part.type.shape
    shape.remove(at: axis)
    return emit(.reshape, [part.id], asked: Type(.constant, .f32, shape), at: span)
  }
}
