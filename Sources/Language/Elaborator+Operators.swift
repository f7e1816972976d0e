import Diagnostics
import Foundation
import Program

extension Elaborator {
  mutating func prefix(_ operation: PrefixOperator, _ value: Value, _ span: Span) -> Value {
    switch (operation, value) {
    case (_, .poison): return .poison
    case (.minus, .integer(let whole)):
      let (result, overflow) = 0.subtractingReportingOverflow(whole)
      return overflow ? report(.overflow(span)) : .integer(result)
    case (.minus, .number(let number)): return .number(-number)
    case (.not, .boolean(let flag)): return .boolean(!flag)
    case (.minus, .tensor(let x)): return emit(.unary(.negate), [x.id], at: span)
    case (.not, .tensor(let x)) where x.type.element == .bool: return not(x, span)
    default: return report(.noOperator(span, operation.rawValue, [value]))
    }
  }

  mutating func infix(
    _ left: Expression, _ operation: InfixOperator, _ place: Span, _ right: Expression, _ span: Span
  ) -> Value {
    let a = evaluate(left)
    switch (operation, a) {
    case (.and, .boolean(false)): return .boolean(false)
    case (.or, .boolean(true)): return .boolean(true)
    case (.equal, .word(let word, let choices)), (.notEqual, .word(let word, let choices)):
      // Beside a choice, a plain name is a choice.
      guard case .name(let name) = right.node, frame.bindings[name] == nil || choices.contains(name) else {
        break
      }
      guard choices.contains(name) else { return report(.notAChoice(right.span, name, choices)) }
      return .boolean((word == name) == (operation == .equal))
    default: break
    }
    let b = evaluate(right)
    if a.isPoison || b.isPoison { return .poison }
    if a.isFamily || b.isFamily {
      let sides = [Given(name: nil, value: a, span: left.span), Given(name: nil, value: b, span: right.span)]
      return lift(sides, span) { $0.infix($1[0], operation, place, $1[1], span) }
    }
    return infix(
      Given(name: nil, value: a, span: left.span), operation, place,
      Given(name: nil, value: b, span: right.span), span)
  }

  private mutating func infix(
    _ left: Given, _ operation: InfixOperator, _ place: Span, _ right: Given, _ span: Span
  ) -> Value {
    let (a, b) = (left.value, right.value)
    if a.isTensor || b.isTensor {
      guard let x = promote(a, left.span, beside: b), let y = promote(b, right.span, beside: a) else {
        return report(.noOperator(place, operation.rawValue, [a, b]))
      }
      return combine(x, operation, y, place: place, span)
    }
    return fold(a, operation, b, place, span)
  }

  // MARK: Static

  private mutating func fold(
    _ a: Value, _ operation: InfixOperator, _ b: Value, _ place: Span, _ span: Span
  ) -> Value {
    switch (operation, a, b) {
    case (.and, .boolean, .boolean(let flag)), (.or, .boolean, .boolean(let flag)): return .boolean(flag)
    case (.add, .list(let x), .list(let y)): return .list(x + y)
    case (.equal, _, _), (.notEqual, _, _):
      guard let same = isSame(a, b) else { return report(.noOperator(place, operation.rawValue, [a, b])) }
      return .boolean(same == (operation == .equal))
    default: break
    }
    if case .integer(let x) = a, case .integer(let y) = b, let result = whole(x, operation, y, span) {
      return result
    }
    guard let x = a.real, let y = b.real else {
      return report(.noOperator(place, operation.rawValue, [a, b]))
    }
    switch operation {
    case .add: return .number(x + y)
    case .subtract: return .number(x - y)
    case .multiply: return .number(x * y)
    case .divide: return .number(x / y)
    case .remainder: return .number(x.truncatingRemainder(dividingBy: y))
    case .less: return .boolean(x < y)
    case .lessOrEqual: return .boolean(x <= y)
    case .greater: return .boolean(x > y)
    case .greaterOrEqual: return .boolean(x >= y)
    case .matrix, .and, .or, .equal, .notEqual: return report(.noOperator(place, operation.rawValue, [a, b]))
    }
  }

  /// Whole numbers stay whole; `/` does where it divides without rest.
  private mutating func whole(_ x: Int, _ operation: InfixOperator, _ y: Int, _ span: Span) -> Value? {
    let result: (partialValue: Int, overflow: Bool)
    switch operation {
    case .add: result = x.addingReportingOverflow(y)
    case .subtract: result = x.subtractingReportingOverflow(y)
    case .multiply: result = x.multipliedReportingOverflow(by: y)
    case .divide, .remainder:
      guard y != 0 else { return report(.divisionByZero(span)) }
      let (quotient, rest) = (x.dividedReportingOverflow(by: y), x.remainderReportingOverflow(dividingBy: y))
      if operation == .divide, rest.partialValue != 0 { return nil }
      result = operation == .divide ? quotient : rest
    default: return nil
    }
    return result.overflow ? report(.overflow(span)) : .integer(result.partialValue)
  }

  private func isSame(_ a: Value, _ b: Value) -> Bool? {
    switch (a, b) {
    case (.boolean(let x), .boolean(let y)): return x == y
    case (.word(let x, _), .word(let y, _)): return x == y
    case (.vertexType(let x), .vertexType(let y)): return x == y
    case (.edges(let x), .edges(let y)): return x == y
    case (.text(let x), .text(let y)): return x.alternatives == y.alternatives
    case (.list(let x), .list(let y)):
      guard x.count == y.count else { return false }
      for (p, q) in zip(x, y) {
        guard let same = isSame(p, q) else { return nil }
        if !same { return false }
      }
      return true
    default:
      guard let x = a.real, let y = b.real else { return nil }
      return x == y
    }
  }

  // MARK: Values of the program

  /// A static number or Boolean as a value of the program.
  mutating func promote(_ value: Value, _ span: Span, beside other: Value = .none) -> Tensor? {
    let made: Value
    switch value {
    case .tensor(let tensor): return tensor
    case .integer(let whole):
      made = emit(.literal(Double(whole)), asked: Type(.constant, element(beside: other)), at: span)
    case .number(let number): made = emit(.literal(number), at: span)
    case .boolean(let flag): made = emit(.literal(flag ? 1 : 0), asked: Type(.constant, .bool), at: span)
    default: return nil
    }
    if case .tensor(let tensor) = made { return tensor }
    return nil
  }

  /// A whole number beside whole numbers is one of their kind.
  private func element(beside other: Value) -> Element {
    guard case .tensor(let tensor) = other, tensor.type.element != .bool else { return .f32 }
    return tensor.type.element
  }

  mutating func combine(
    _ x: Tensor, _ operation: InfixOperator, _ y: Tensor, place: Span, _ span: Span
  ) -> Value {
    switch operation {
    case .add: return binary(.add, x, y, place, span)
    case .subtract: return binary(.subtract, x, y, place, span)
    case .multiply: return binary(.multiply, x, y, place, span)
    case .divide: return binary(.divide, x, y, place, span)
    case .less: return binary(.less, x, y, place, span)
    case .lessOrEqual: return binary(.lessOrEqual, x, y, place, span)
    case .greater: return binary(.less, y, x, place, span)
    case .greaterOrEqual: return binary(.lessOrEqual, y, x, place, span)
    case .equal: return binary(.equal, x, y, place, span)
    case .notEqual:
      guard case .tensor(let same) = binary(.equal, x, y, place, span) else { return .poison }
      return not(same, span)
    case .matrix: return matrix(x, y, place, span)
    case .and, .or:
      guard x.type.element == .bool, y.type.element == .bool else {
        return report(.noOperator(place, operation.rawValue, [.tensor(x), .tensor(y)]))
      }
      guard let other = promote(.boolean(operation == .or), span) else { return .poison }
      return operation == .and ? select(x, y, other, place, span) : select(x, other, y, place, span)
    case .remainder: return report(.noOperator(place, "%", [.tensor(x), .tensor(y)]))
    }
  }

  mutating func binary(_ operation: Binary, _ x: Tensor, _ y: Tensor, _ place: Span, _ span: Span) -> Value {
    guard x.type.element == y.type.element else { return report(.elementsDiffer(place, x, y)) }
    if !operation.compares, let odd = [x, y].first(where: { $0.type.element != .f32 }) {
      return report(.notReal(place, odd))
    }
    guard let aligned = align([x, y], place) else { return .poison }
    guard Shape.broadcast(x.type.shape, y.type.shape) != nil else {
      return report(.shapesDiffer(place, x, y))
    }
    return emit(.binary(operation), aligned.map(\.id), at: span)
  }

  mutating func select(_ condition: Tensor, _ x: Tensor, _ y: Tensor, _ place: Span, _ span: Span) -> Value {
    guard condition.type.element == .bool else { return report(.notACondition(place, condition)) }
    guard x.type.element == y.type.element else { return report(.elementsDiffer(place, x, y)) }
    guard let aligned = align([condition, x, y], place) else { return .poison }
    guard let both = Shape.broadcast(x.type.shape, y.type.shape) else {
      return report(.shapesDiffer(place, x, y))
    }
    guard Shape.broadcast(both, condition.type.shape) != nil else {
      return report(.shapesDiffer(place, condition, x.type.width > y.type.width ? x : y))
    }
    return emit(.select, aligned.map(\.id), at: span)
  }

  mutating func unary(_ operation: Unary, _ x: Tensor, _ span: Span) -> Value {
    guard x.type.element == .f32 else { return report(.notReal(span, x)) }
    return emit(.unary(operation), [x.id], at: span)
  }

  private mutating func not(_ x: Tensor, _ span: Span) -> Value {
    guard let yes = promote(.boolean(true), span), let no = promote(.boolean(false), span) else {
      return .poison
    }
    return select(x, no, yes, span, span)
  }

  /// `x @ w`: the row x times the matrix w [k, n]; further axes of w before these are shared with x.
  private mutating func matrix(_ x: Tensor, _ w: Tensor, _ place: Span, _ span: Span) -> Value {
    let rank = w.type.shape.count
    guard rank >= 2, x.type.shape.count >= rank - 1, x.type.shape.last == w.type.shape[rank - 2],
      x.type.shape.prefix(rank - 2) == w.type.shape.prefix(rank - 2)
    else { return report(.matrixShapes(place, x, w)) }
    let order = Array(0..<(rank - 2)) + [rank - 1, rank - 2]
    guard let aligned = align([x, w], place),
      case .tensor(let turned) = emit(.permute(order), [aligned[1].id], at: span)
    else { return .poison }
    return emit(.linear(batch: rank - 2), [aligned[0].id, turned.id], at: span)
  }
}

extension Binary {
  /// Whether it gives a Boolean.
  fileprivate var compares: Bool {
    switch self {
    case .less, .lessOrEqual, .equal: true
    case .add, .subtract, .multiply, .divide, .power, .maximum, .minimum: false
    }
  }
}
