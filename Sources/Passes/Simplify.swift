import Diagnostics
import Program

/// Leaves out steps that change nothing, and does at once what needs no graph and no weights.
///
///     before   %1 = reshape %0          : paper f32[8, 8]
///              %2 = reshape %1          : paper f32[64]
///              %5 = multiply %3, %4     : constant f32          // %3: literal 0.5, %4: literal 2.0
///              %6 = multiply %2, %5     : paper f32[64]
///     after    %0 x = feature x         : paper f32[64]
///
/// Only what leaves every bit as it is, NaN, infinity and the sign of zero included: x - 0 goes, x + 0 stays, since it
/// makes 0 of -0. Literals are computed in double precision.
struct Simplify: Pass {
  let name = "simplify"
  let summary = "leaves out steps that change nothing"

  func run(on program: Program) throws(InternalFault) -> PassResult {
    var rewriter = Rewriter(program)
    return try rewriter.rewrite { (rewriter, value) throws(InternalFault) in
      let instruction = program[value]
      let operands = instruction.operands.map { rewriter[$0] }
      return try simplified(instruction, operands, &rewriter.builder)
    }
  }

  /// What stands for an operation on operands that are simplified already; nil if nothing shorter does.
  private func simplified(
    _ instruction: Instruction, _ operands: [ValueID], _ builder: inout ProgramBuilder
  ) throws(InternalFault) -> ValueID? {
    if let literal = try folded(instruction, operands, &builder) { return literal }
    switch instruction.operation {
    case .reshape, .broadcast, .permute, .slice, .concat:
      return try moved(instruction, operands, &builder)
    case .unary(let function):
      return doubled(function, operands[0], builder.program)
    case .binary(let function):
      return try combined(function, instruction, operands, &builder)
    case .select:
      let isSame = operands[1] == operands[2] && builder.type(operands[1]) == instruction.type
      return isSame ? operands[1] : nil
    case .reduceAxis(_, let axis) where builder.type(operands[0]).shape[axis] == 1:
      return try builder.reshape(operands[0], to: instruction.type.shape)
    case .view(let set):
      return try viewed(operands[0], as: set, &builder)
    case .withLoops:
      return try looped(instruction, operands, &builder)
    case .feature, .parameter, .literal, .inDegree, .vertexCount, .source, .target, .selfLoop, .reduce,
      .lstm, .reduceGraph, .linear, .reduceAxis, .lookup, .scatter:
      return nil
    }
  }

  /// Elementwise operations on literals.
  private func folded(
    _ instruction: Instruction, _ operands: [ValueID], _ builder: inout ProgramBuilder
  ) throws(InternalFault) -> ValueID? {
    let numbers = operands.compactMap { operand -> Double? in
      if case .literal(let number) = builder.program[operand].operation { number } else { nil }
    }
    guard !numbers.isEmpty, numbers.count == operands.count else { return nil }
    switch instruction.operation {
    case .unary(let function):
      return try builder.literal(Double.apply(function, numbers[0]), instruction.type.element)
    case .binary(let function):
      return try builder.literal(
        Double.apply(function, numbers[0], numbers[1]), instruction.type.element)
    case .select:
      return try builder.literal(numbers[0] != 0 ? numbers[1] : numbers[2], instruction.type.element)
    default: return nil
    }
  }
}

// MARK: - Moving numbers within a row

extension Simplify {
  private func moved(
    _ instruction: Instruction, _ operands: [ValueID], _ builder: inout ProgramBuilder
  ) throws(InternalFault) -> ValueID? {
    let x = operands[0]
    let before = builder.program[x]
    let isWhole = builder.type(x).shape == instruction.type.shape
    switch (instruction.operation, before.operation) {
    case (.reshape, _) where isWhole, (.broadcast, _) where isWhole, (.slice, _) where isWhole: return x
    case (.concat, _) where operands.count == 1: return x
    case (.permute(let order), _) where order == order.sorted(): return x
    case (.reshape, .reshape):
      let first = before.operands[0]
      return builder.type(first).shape == instruction.type.shape
        ? first : try builder.reshape(first, to: instruction.type.shape)
    case (.permute(let order), .permute(let first)):
      let both = order.map { first[$0] }
      return both == both.sorted()
        ? before.operands[0] : try builder.permute(before.operands[0], both)
    case (.slice(let axis, let lower), .slice(let inner, let first)) where axis == inner:
      let upper = lower + first + instruction.type.shape[axis]
      return try builder.slice(before.operands[0], axis: axis, lower: lower + first, upper: upper)
    case (.slice(let axis, let lower), .concat(let inner)) where axis == inner:
      return try part(
        before.operands, axis, lower, lower + instruction.type.shape[axis], instruction.type, &builder)
    default: return nil
    }
  }

  /// A slice of concatenated parts that lies within one of them.
  private func part(
    _ parts: [ValueID], _ axis: Int, _ lower: Int, _ upper: Int, _ type: Type,
    _ builder: inout ProgramBuilder
  ) throws(InternalFault) -> ValueID? {
    var start = 0
    for part in parts {
      let end = start + builder.type(part).shape[axis]
      if start <= lower && upper <= end && builder.type(part).space == type.space {
        if end - start == upper - lower { return part }
        return try builder.slice(part, axis: axis, lower: lower - start, upper: upper - start)
      }
      start = end
    }
    return nil
  }
}

// MARK: - Arithmetic

extension Simplify {
  /// The function of a function, where that is one of the two.
  private func doubled(_ function: Unary, _ x: ValueID, _ program: Program) -> ValueID? {
    switch (function, program[x].operation) {
    case (.negate, .unary(.negate)): program[x].operands[0]
    case (.relu, .unary(.relu)), (.absolute, .unary(.absolute)): x
    default: nil
    }
  }

  private func combined(
    _ function: Binary, _ instruction: Instruction, _ operands: [ValueID],
    _ builder: inout ProgramBuilder
  ) throws(InternalFault) -> ValueID? {
    let (a, b) = (operands[0], operands[1])
    if let spared = try withoutBroadcast(instruction, operands, &builder) { return spared }
    /// The operand alone, where it has the result's type.
    func alone(_ x: ValueID) -> ValueID? { builder.type(x) == instruction.type ? x : nil }
    let (left, right) = (builder.program.literal(a), builder.program.literal(b))
    switch function {
    case .multiply where left == 1: return alone(b)
    case .multiply where right == 1, .divide where right == 1, .power where right == 1:
      return alone(a)
    case .multiply where right == -1, .divide where right == -1:
      guard let x = alone(a) else { return nil }
      return try builder.unary(.negate, x)
    case .power where right == 2:
      guard let x = alone(a) else { return nil }
      return try builder.binary(.multiply, x, x)
    case .subtract where isZero(right, .plus), .add where isZero(right, .minus): return alone(a)
    case .add where isZero(left, .minus): return alone(b)
    default: return nil
    }
  }

  private func isZero(_ number: Double?, _ sign: FloatingPointSign) -> Bool {
    number.map { $0 == 0 && $0.sign == sign } ?? false
  }

  /// An operand that is broadcast first need not be, where the operation does that itself.
  private func withoutBroadcast(
    _ instruction: Instruction, _ operands: [ValueID], _ builder: inout ProgramBuilder
  ) throws(InternalFault) -> ValueID? {
    for (place, operand) in operands.enumerated() {
      let before = builder.program[operand]
      guard before.operation == .broadcast else { continue }
      var narrower = operands
      narrower[place] = before.operands[0]
      let shapes = narrower.map { builder.type($0).shape }
      guard Shape.broadcast(shapes[0], shapes[1]) == instruction.type.shape else { continue }
      return try builder.append(instruction.operation, narrower, asked: instruction.type)
    }
    return nil
  }
}

// MARK: - Edge sets

extension Simplify {
  /// The view of a value from the vertices is that value on the other set.
  private func viewed(_ x: ValueID, as set: EdgeSet, _ builder: inout ProgramBuilder)
    throws(InternalFault) -> ValueID?
  {
    let before = builder.program[x]
    if before.type.space == .edges(set) { return x }
    guard case .edges(let old) = before.type.space else { return nil }
    let isTurned = old.direction != set.direction
    switch before.operation {
    case .source:
      return isTurned
        ? try builder.target(before.operands[0], set) : try builder.source(before.operands[0], set)
    case .target:
      return isTurned
        ? try builder.source(before.operands[0], set) : try builder.target(before.operands[0], set)
    case .view: return try builder.view(before.operands[0], as: set)
    default: return nil
    }
  }

  /// A value from the vertices whose loops hold the vertices' own value is that value on the set with loops.
  private func looped(
    _ instruction: Instruction, _ operands: [ValueID], _ builder: inout ProgramBuilder
  ) throws(InternalFault) -> ValueID? {
    guard case .edges(let set) = instruction.type.space else { return nil }
    let before = builder.program[operands[0]]
    guard before.operands == [operands[1]] else { return nil }
    switch before.operation {
    case .source: return try builder.source(operands[1], set)
    case .target: return try builder.target(operands[1], set)
    default: return nil
    }
  }
}
