import Diagnostics
import Program

/// Writes a formula of several instructions at one place in the text.
///
/// After a refusal every further step yields nil, and the formula as a whole is poison.
struct Formula {
  var elaborator: Elaborator
  let span: Span

  mutating func emit(_ operation: Operation, _ operands: ValueID?...) -> ValueID? {
    emit(operation, operands, asked: Type(.constant))
  }

  mutating func emit(_ operation: Operation, _ operands: [ValueID?], asked: Type) -> ValueID? {
    let present = operands.compactMap { $0 }
    guard present.count == operands.count else { return nil }
    guard case .tensor(let made) = elaborator.emit(operation, present, asked: asked, at: span) else {
      return nil
    }
    return made.id
  }

  mutating func literal(_ number: Double) -> ValueID? { emit(.literal(number)) }
  mutating func unary(_ operation: Unary, _ x: ValueID?) -> ValueID? { emit(.unary(operation), x) }
  mutating func add(_ x: ValueID?, _ y: ValueID?) -> ValueID? { emit(.binary(.add), x, y) }
  mutating func subtract(_ x: ValueID?, _ y: ValueID?) -> ValueID? { emit(.binary(.subtract), x, y) }
  mutating func multiply(_ x: ValueID?, _ y: ValueID?) -> ValueID? { emit(.binary(.multiply), x, y) }
  mutating func divide(_ x: ValueID?, _ y: ValueID?) -> ValueID? { emit(.binary(.divide), x, y) }
  mutating func maximum(_ x: ValueID?, _ y: ValueID?) -> ValueID? { emit(.binary(.maximum), x, y) }
  mutating func minimum(_ x: ValueID?, _ y: ValueID?) -> ValueID? { emit(.binary(.minimum), x, y) }
  mutating func less(_ x: ValueID?, _ y: ValueID?) -> ValueID? { emit(.binary(.less), x, y) }
  mutating func select(_ c: ValueID?, _ x: ValueID?, _ y: ValueID?) -> ValueID? { emit(.select, c, x, y) }

  mutating func reduce(_ reduction: AxisReduction, _ x: ValueID?, axis: Int) -> ValueID? {
    emit(.reduceAxis(reduction, axis: axis), x)
  }

  /// A reduced value with its axis back, one wide, so that it stands beside what it was made of.
  mutating func kept(_ x: ValueID?, axis: Int) -> ValueID? {
    guard let x else { return nil }
    var shape = elaborator.program[x].type.shape
    shape.insert(1, at: axis)
    return emit(.reshape, [x], asked: Type(.constant, .f32, shape))
  }

  func shape(_ x: ValueID) -> [Int] { elaborator.program[x].type.shape }
}

extension Elaborator {
  /// Makes the value of a formula.
  mutating func compute(_ span: Span, _ formula: (inout Formula) -> ValueID?) -> Value {
    // The elaborator moves into the formula and back, so that its program is never copied.
    var make = Formula(elaborator: self, span: span)
    program = Program(schema: schema)
    let result = formula(&make)
    self = make.elaborator
    guard let result else { return .poison }
    return .tensor(Tensor(id: result, type: program[result].type, origin: span))
  }
}
