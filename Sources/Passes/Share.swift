import Diagnostics
import Program

/// Makes what is made twice only once.
///
///     before   %2 = exp %0         : paper f32[8]
///              %3 = exp %0         : paper f32[8]
///              %4 = add %2, %3     : paper f32[8]
///     after    %2 = exp %0         : paper f32[8]
///              %3 = add %2, %2     : paper f32[8]
///
/// The operands of a sum and of a product may stand in either order. 0 and -0 are two literals.
struct Share: Pass {
  let name = "share"
  let summary = "makes what is made twice only once"

  /// What two equal values have in common.
  private struct Key: Hashable {
    let operation: Operation
    /// A literal's bits: 0 equals -0 as a number.
    let bits: UInt64
    let operands: [ValueID]
    let type: Type
  }

  func run(on program: Program) throws(InternalFault) -> PassResult {
    var known: [Key: ValueID] = [:]
    var rewriter = Rewriter(program)
    var count = 0
    let result = try rewriter.rewrite { (rewriter, value) throws(InternalFault) in
      let key = key(program[value], program[value].operands.map { rewriter[$0] })
      if let same = known[key] {
        if case .literal = program[value].operation {} else { count += 1 }
        return same
      }
      let copy = try rewriter.copy(value)
      known[key] = copy
      return copy
    }
    guard count > 0 else { return result }
    let what = count == 1 ? "one value was" : "\(count) values were"
    return PassResult(program: result.program, notes: [Note("\(what) made twice")])
  }

  private func key(_ instruction: Instruction, _ operands: [ValueID]) -> Key {
    var operands = operands
    var bits: UInt64 = 0
    switch instruction.operation {
    case .binary(.add), .binary(.multiply): operands.sort()
    case .literal(let number), .selfLoop(let number): bits = number.bitPattern
    default: break
    }
    // NaN equals nothing, so its bits alone stand for it.
    var operation = instruction.operation
    if case .literal = operation { operation = .literal(0) }
    return Key(operation: operation, bits: bits, operands: operands, type: instruction.type)
  }
}
