import Diagnostics
import Program

/// Looks for the largest message before the functions that keep order, and applies them once to what is found.
///
///     before   %4 = add %2, %3                 : cites f32[8]      // %2: source %0, %3: target %1
///              %5 = leaky_relu %4 slope 0.2    : cites f32[8]
///              %6 = incoming.max %5            : paper f32[8]
///     after    %6 = incoming.max %2            : paper f32[8]
///              %7 = add %6, %1                 : paper f32[8]
///              %8 = leaky_relu %7 slope 0.2    : paper f32[8]
///
/// The first of the two sweeps of a softmax then reads one number for each edge and head. Bits do not change: rounding
/// keeps order too. Works for `max` and `min` of one edge set. Where a target has no in-edges the result must be 0: it
/// is chosen by the in-degree, unless it is only read on the edges of the same set, where there is at least one.
/// Limits: NaN that comes of adding infinities of both signs is seen only where the largest message is part of it;
/// exponentials and other functions whose rounding need not keep order are left alone.
struct MaxThroughMonotone: Pass {
  let name = "max-through-monotone"
  let summary = "finds the largest message before applying what keeps order"

  func run(on program: Program) throws(InternalFault) -> PassResult {
    let readers = Readers(program)
    var rewriter = Rewriter(program)
    return try rewriter.rewrite { (rewriter, value) throws(InternalFault) in
      guard case .reduce(let function) = program[value].operation,
        function == .max || function == .min, program[value].operands.count == 1
      else { return nil }
      let message = program[value].operands[0]
      guard case .edges(let set) = program[message].type.space,
        step(message, program, readers) != nil
      else { return nil }
      rewriter.note(
        "\(program.mention(value)) looks for the \(function.rawValue) before \(program.mention(message)) is made"
      )
      var result = try reduce(function, message, readers, &rewriter)
      if set.loops != .added && !isReadOnEdges(value, set, program, readers) {
        let none = try rewriter.builder.binary(
          .equal, rewriter.builder.inDegree(set), rewriter.builder.literal(0))
        result = try rewriter.builder.select(none, rewriter.builder.literal(0), result)
      }
      return result
    }
  }

  /// Whether every reader spreads the value over the in-edges again.
  private func isReadOnEdges(
    _ value: ValueID, _ set: EdgeSet, _ program: Program, _ readers: Readers
  ) -> Bool {
    !readers.isOutput(value) && readers[value].allSatisfy { program[$0].operation == .target(set) }
  }

  /// A function that keeps order: which operand it orders by; the others are the same for all in-edges of a target.
  private func step(_ message: ValueID, _ program: Program, _ readers: Readers) -> Int? {
    let instruction = program[message]
    let operands = instruction.operands
    func isOuter(_ place: Int) -> Bool {
      if case .target = program[operands[place]].operation { return true }
      return program[operands[place]].type.space.isConstant
    }
    /// A value that grows under the function would be wider on the edges than what is reduced.
    func inner(_ place: Int) -> Int? {
      program[operands[place]].type.space.isEdges && !isOuter(place) ? place : nil
    }
    switch instruction.operation {
    case .unary(.relu), .reshape: return inner(0)
    case .unary(.leakyRelu(let slope)): return slope >= 0 ? inner(0) : nil
    case .binary(.add), .binary(.maximum), .binary(.minimum):
      if isOuter(1) { return inner(0) }
      return isOuter(0) ? inner(1) : nil
    case .binary(.subtract): return isOuter(1) ? inner(0) : nil
    case .binary(.divide): return isPositive(operands[1], program) ? inner(0) : nil
    case .binary(.multiply):
      if isPositive(operands[1], program) { return inner(0) }
      return isPositive(operands[0], program) ? inner(1) : nil
    default: return nil
    }
  }

  private func isPositive(_ value: ValueID, _ program: Program) -> Bool {
    program.literal(value).map { $0 > 0 && $0 < .infinity } ?? false
  }

  /// The reduction of a message, as far inside as order allows.
  private func reduce(
    _ function: Reduction, _ message: ValueID, _ readers: Readers, _ rewriter: inout Rewriter
  ) throws(InternalFault) -> ValueID {
    let program = rewriter.old
    guard let place = step(message, program, readers) else {
      return try rewriter.builder.reduce(function, [rewriter[message]])
    }
    var operands = program[message].operands.map { operand in
      if case .target = program[operand].operation {
        rewriter[program[operand].operands[0]]
      } else {
        rewriter[operand]
      }
    }
    operands[place] = try reduce(function, program[message].operands[place], readers, &rewriter)
    return try rewriter.builder.append(
      program[message].operation, operands, asked: program[message].type)
  }
}
