import Diagnostics
import Program

/// Functions along the axes of a row.
extension Elaborator {
  /// sum, mean, max, min and norm2 along one axis or several; or, over a list, element by element.
  mutating func alongAxis(_ function: Builtin, _ call: Matched) -> Value {
    if case .list(let values) = call["x"]!.value, function != .norm2 {
      return overList(function, values, call)
    }
    guard let x = tensor(call["x"]!, function) else { return .poison }
    guard x.type.element == .f32 else { return report(.notReal(call["x"]!.span, x)) }
    guard let keep = flag(call["keep"], function), let axes = axes(call["axis"], x, function, call.span)
    else {
      return .poison
    }
    if function != .sum, let empty = axes.first(where: { x.type.shape[$0] == 0 }) {
      return report(.emptyAxis(call.span, empty, x))
    }
    let count = axes.reduce(1) { $0 * x.type.shape[$1] }
    return compute(call.span) { make in
      var value: ValueID? = function == .norm2 ? make.multiply(x.id, x.id) : x.id
      let reduction: AxisReduction = function == .max ? .max : function == .min ? .min : .sum
      for axis in axes.sorted(by: >) {
        value = make.reduce(reduction, value, axis: axis)
        if keep { value = make.kept(value, axis: axis) }
      }
      switch function {
      case .mean: return make.divide(value, make.literal(Double(count)))
      case .norm2: return make.unary(.squareRoot, value)
      default: return value
      }
    }
  }

  private mutating func axes(_ given: Given?, _ x: Tensor, _ function: Builtin, _ span: Span) -> [Int]? {
    guard let given, case .list(let values) = given.value else {
      return axis(given, of: x.type.shape, span, function).map { [$0] }
    }
    var axes: [Int] = []
    for value in values {
      let one = Given(name: nil, value: value, span: given.span)
      guard let axis = axis(one, of: x.type.shape, span, function) else { return nil }
      guard !axes.contains(axis) else {
        report(.noAxis(given.span, axis, x.type.shape))
        return nil
      }
      axes.append(axis)
    }
    return axes
  }

  private mutating func overList(_ function: Builtin, _ values: [Value], _ call: Matched) -> Value {
    let span = call["x"]!.span
    guard let first = values.first else { return report(.emptyList(span, function)) }
    if call["axis"] != nil || call["keep"] != nil { return report(.axisOfList(call.span, function)) }
    let operation: InfixOperator = .add
    var total = first
    for value in values.dropFirst() {
      if let a = total.real, let b = value.real {
        switch function {
        case .max: total = a >= b ? total : value
        case .min: total = a <= b ? total : value
        default:
          if case .integer(let x) = total, case .integer(let y) = value,
            !x.addingReportingOverflow(y).overflow
          {
            total = .integer(x + y)
          } else {
            total = .number(a + b)
          }
        }
        continue
      }
      guard let a = promote(total, span), let b = promote(value, span) else {
        return wrong(call["x"]!, function, "a list of values")
      }
      switch function {
      case .max: total = binary(.maximum, a, b, call.span, call.span)
      case .min: total = binary(.minimum, a, b, call.span, call.span)
      default: total = combine(a, operation, b, place: call.span, call.span)
      }
      if total.isPoison { return .poison }
    }
    guard function == .mean else { return total }
    if let number = total.real { return .number(number / Double(values.count)) }
    guard let sum = promote(total, span), let count = promote(.integer(values.count), span) else {
      return wrong(call["x"]!, function, "a list of values")
    }
    return binary(.divide, sum, count, call.span, call.span)
  }

  /// softmax and log_softmax along a feature axis, the largest taken out first.
  mutating func softmax(_ function: Builtin, _ call: Matched) -> Value {
    guard let x = tensor(call["x"]!, function) else { return .poison }
    guard x.type.element == .f32 else { return report(.notReal(call["x"]!.span, x)) }
    guard let axis = axis(call["axis"], of: x.type.shape, call.span, function) else { return .poison }
    guard x.type.shape[axis] > 0 else { return report(.emptyAxis(call.span, axis, x)) }
    return compute(call.span) { make in
      let largest = make.kept(make.reduce(.max, x.id, axis: axis), axis: axis)
      let shifted = make.subtract(x.id, largest)
      let powers = make.unary(.exponential, shifted)
      let sum = make.kept(make.reduce(.sum, powers, axis: axis), axis: axis)
      return function == .softmax
        ? make.divide(powers, sum) : make.subtract(shifted, make.unary(.logarithm, sum))
    }
  }

  /// The sum of products along the last axis.
  mutating func dot(_ call: Matched) -> Value {
    guard let a = tensor(call["a"]!, .dot), let b = tensor(call["b"]!, .dot),
      case .tensor(let product) = binary(.multiply, a, b, call.span, call.span)
    else { return .poison }
    guard !product.type.shape.isEmpty else { return report(.noAxis(call.span, -1, product.type.shape)) }
    return emit(.reduceAxis(.sum, axis: product.type.shape.count - 1), [product.id], at: call.span)
  }

  /// x wᵀ + b; further axes of w before its last two are shared with x.
  mutating func linear(_ call: Matched) -> Value {
    guard let x = tensor(call["x"]!, .linear), let w = tensor(call["weight"]!, .linear) else {
      return .poison
    }
    let batch = w.type.shape.count - 2
    guard batch >= 0, x.type.shape.count >= batch + 1, x.type.shape.last == w.type.shape.last,
      x.type.shape.prefix(batch) == w.type.shape.prefix(batch)
    else { return report(.linearShapes(call.span, x, w)) }
    guard x.type.element == .f32 else { return report(.notReal(call["x"]!.span, x)) }
    guard let aligned = align([x, w], call.span) else { return .poison }
    let product = emit(.linear(batch: batch), aligned.map(\.id), at: call.span)
    guard let given = call["bias"], case .tensor(let rows) = product else { return product }
    guard let bias = tensor(given, .linear) else { return .poison }
    return binary(.add, rows, bias, given.span, call.span)
  }

  // MARK: Joining

  mutating func concat(_ call: Matched) -> Value {
    guard let parts = parts(call, .concat), let first = parts.first else { return .poison }
    guard let axis = axis(call["axis"], of: first.type.shape, call.span, .concat) else { return .poison }
    if parts.count == 1 { return .tensor(first) }
    for part in parts.dropFirst() {
      var shape = part.type.shape
      guard part.type.element == first.type.element else {
        return report(.elementsDiffer(call.span, first, part))
      }
      guard shape.count == first.type.shape.count else {
        return report(.concatShapes(call.span, first, part, axis))
      }
      shape[axis] = first.type.shape[axis]
      guard shape == first.type.shape else { return report(.concatShapes(call.span, first, part, axis)) }
    }
    guard let aligned = align(parts, call.span) else { return .poison }
    return emit(.concat(axis: axis), aligned.map(\.id), at: call.span)
  }

  /// Values of one shape, side by side along a new axis.
  mutating func stack(_ call: Matched) -> Value {
    guard let parts = parts(call, .stack), let first = parts.first else { return .poison }
    let given = call["axis"] ?? Given(name: nil, value: .integer(0), span: call.span)
    guard let axis = axis(given, of: first.type.shape, extra: 1, call.span, .stack) else { return .poison }
    for part in parts.dropFirst() {
      guard part.type.element == first.type.element else {
        return report(.elementsDiffer(call.span, first, part))
      }
      guard part.type.shape == first.type.shape else { return report(.shapesDiffer(call.span, first, part)) }
    }
    guard let aligned = align(parts, call.span) else { return .poison }
    return compute(call.span) { make in
      make.emit(.concat(axis: axis), aligned.map { make.kept($0.id, axis: axis) }, asked: Type(.constant))
    }
  }

  private mutating func parts(_ call: Matched, _ function: Builtin) -> [Tensor]? {
    var given = call.open
    if given.count == 1, case .list(let values) = given[0].value {
      let span = given[0].span
      given = values.map { Given(name: nil, value: $0, span: span) }
    }
    guard !given.isEmpty else {
      report(.emptyList(call.span, function))
      return nil
    }
    var parts: [Tensor] = []
    for part in given {
      guard let tensor = tensor(part, function) else { return nil }
      parts.append(tensor)
    }
    return parts
  }
}
