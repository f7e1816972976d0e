import Diagnostics
import Program

/// Splits a product on edges into products of what comes from each end, which can then be made once for each vertex.
///
///     before   %1 = target %0              : cites f32[8]
///              %2 = source %0              : cites f32[8]
///              %4 = concat %1, %2 axis 0   : cites f32[16]
///              %5 = linear %4, %3          : cites f32[4]        // %3: constant f32[4, 16]
///     after    %4 = slice %3 axis 1 from 0 : constant f32[4, 8]
///              %5 = linear %1, %4          : cites f32[4]
///              %6 = slice %3 axis 1 from 8 : constant f32[4, 8]
///              %7 = linear %2, %6          : cites f32[4]
///              %8 = add %5, %7             : cites f32[4]
///
/// A sum or difference of values from different ends is split as well, where that leaves no product on the edges; and
/// a factor that is one number for each edge is taken out of the product. Products on vertices stay whole: there a
/// concatenation costs nothing. The terms are added in another order than before, which changes rounding.
struct SplitLinear: Pass {
  let name = "split-linear"
  let summary = "splits products on edges into products of what comes from each end"

  func run(on program: Program) throws(InternalFault) -> PassResult {
    let parts = Parts(program: program, ends: Ends.all(program))
    var rewriter = Rewriter(program)
    return try rewriter.rewrite { (rewriter, value) throws(InternalFault) in
      let instruction = program[value]
      guard case .linear(let batch) = instruction.operation, instruction.type.space.isEdges,
        program[instruction.operands[1]].type.space.isConstant,
        parts.isWorthSplitting(instruction.operands[0])
      else { return nil }
      rewriter.note("\(program.mention(value)) is split into products of what comes from each end")
      return try split(
        instruction.operands[0], rewriter[instruction.operands[1]], batch, parts, &rewriter)
    }
  }

  /// linear(x, weights) as a sum over the parts of x.
  private func split(
    _ x: ValueID, _ weights: ValueID, _ batch: Int, _ parts: Parts, _ rewriter: inout Rewriter
  ) throws(InternalFault) -> ValueID {
    guard parts.isWorthSplitting(x) else {
      return try rewriter.builder.linear(rewriter[x], weights, batch: batch)
    }
    let operands = rewriter.old[x].operands
    switch parts.form(of: x) {
    case .concat:
      var sum: ValueID?
      var lower = 0
      for part in operands {
        let upper = lower + (rewriter.old[part].type.shape.last ?? 0)
        let columns = try rewriter.builder.slice(
          weights, axis: batch + 1, lower: lower, upper: upper)
        let term = try split(part, columns, batch, parts, &rewriter)
        if let before = sum { sum = try rewriter.builder.binary(.add, before, term) } else { sum = term }
        lower = upper
      }
      return sum!
    case .sum(let function):
      let a = try split(operands[0], weights, batch, parts, &rewriter)
      let b = try split(operands[1], weights, batch, parts, &rewriter)
      return try rewriter.builder.binary(function, a, b)
    case .scaled(let function, let row, let scalar):
      let product = try split(operands[row], weights, batch, parts, &rewriter)
      return try rewriter.builder.binary(function, product, rewriter[operands[scalar]])
    case .whole:
      return try rewriter.builder.linear(rewriter[x], weights, batch: batch)
    }
  }
}

/// How the rows of a product's input are put together.
private struct Parts {
  enum Form {
    case concat
    /// Both operands have the shape of the whole.
    case sum(Binary)
    /// Operand `row` times, or divided by, operand `scalar`.
    case scaled(Binary, row: Int, scalar: Int)
    case whole
  }

  let program: Program
  let ends: [Ends]

  func form(of x: ValueID) -> Form {
    let instruction = program[x]
    let shapes = instruction.operands.map { program[$0].type }
    switch instruction.operation {
    case .concat(let axis) where axis == instruction.type.shape.count - 1:
      return .concat
    case .binary(let function) where function == .add || function == .subtract:
      let alike = shapes.allSatisfy { $0.shape == instruction.type.shape && $0.space.isEdges }
      return alike ? .sum(function) : .whole
    case .binary(.multiply) where shapes[0].isScalar && shapes[1].shape == instruction.type.shape:
      return .scaled(.multiply, row: 1, scalar: 0)
    case .binary(let function) where function == .multiply || function == .divide:
      let isScaled = shapes[1].isScalar && shapes[0].shape == instruction.type.shape
      return isScaled ? .scaled(function, row: 0, scalar: 1) : .whole
    default:
      return .whole
    }
  }

  /// Whether the value depends on one end at most.
  private func hasOneEnd(_ x: ValueID) -> Bool {
    ends[x.number] == .source || ends[x.number] == .target || ends[x.number] == []
  }

  /// Whether a product of this value can leave the edges altogether.
  private func canMove(_ x: ValueID) -> Bool {
    if hasOneEnd(x) { return true }
    let operands = program[x].operands
    return switch form(of: x) {
    case .concat, .sum: operands.allSatisfy(canMove)
    case .scaled(_, let row, _): canMove(operands[row])
    case .whole: false
    }
  }

  func isWorthSplitting(_ x: ValueID) -> Bool {
    if hasOneEnd(x) { return false }
    let operands = program[x].operands
    return switch form(of: x) {
    case .concat: operands.contains(where: canMove)
    case .sum: operands.allSatisfy(canMove)
    case .scaled(_, let row, _): canMove(operands[row])
    case .whole: false
    }
  }
}
