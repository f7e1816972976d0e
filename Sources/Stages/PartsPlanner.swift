import Program

/// Finds the sums over in-edges whose zeros need not be written down, because products are all that becomes of them: those
/// of a class that no edge of the row has, and those of a row without edges.
///
///     before   s = sum by class [8, 128]; m = s / max(count, 1) [8, 128]; y = linear m, W [64]
///     after    the same, of the parts of s that an edge has added to
///
/// Leaves alone sums that are stored, or that anything else reads; divisors that may be 0 or not a number; narrow parts;
/// sets with added self-loops, whose rows all have an edge; and sets on whose edges there are products, since blocks of
/// these cross rows.
struct PartsPlanner {
  let program: Program
  let schedule: Schedule
  let content: StageContent
  /// Where values are that are not in rows of a tile.
  let stored: [ValueID: Location]
  /// Vertex values that edges read at their target, or that a later section reads.
  let neededInMemory: Set<ValueID>
  /// Numbers of the narrowest part that is worth leaving out.
  let narrowest: Int

  /// The values with parts left out: each sum, how many parts it has, and what becomes of it.
  func sums() -> [(sum: ValueID, parts: Int, values: Set<ValueID>)] {
    content.reductions.compactMap { sum in
      guard let parts = parts(of: sum) else { return nil }
      var values: Set<ValueID> = []
      return endsInProducts(sum, parts, &values) ? (sum, parts, values) : nil
    }
  }

  /// The runs of a sum's row that may be left out.
  private func parts(of sum: ValueID) -> Int? {
    let instruction = program[sum]
    guard instruction.operation == .reduce(.sum), instruction.operands.count == 1,
      case .edges(let set) = program[instruction.operands[0]].type.space, set.loops != .added,
      !hasProducts(set)
    else { return nil }
    var parts = 1
    let message = instruction.operands[0]
    if case .scatter = program[message].operation {
      // Others may want its rows on the edges.
      guard schedule.readers[message.number].count == 1, schedule.stored[message] == nil else { return nil }
      parts = instruction.type.shape[0]
    }
    return instruction.type.width >= narrowest * parts ? parts : nil
  }

  private func hasProducts(_ set: EdgeSet) -> Bool {
    program.instructions.contains { instruction in
      guard case .linear = instruction.operation else { return false }
      return instruction.type.space == .edges(set)
    }
  }

  /// Whether zeros of a value are zeros of products alone. Adds the value and what else has its parts.
  private func endsInProducts(_ value: ValueID, _ parts: Int, _ values: inout Set<ValueID>) -> Bool {
    guard stored[value] == nil, !neededInMemory.contains(value), !content.roots.contains(value),
      !content.sums.contains(where: { program[$0].operands.contains(value) })
    else { return false }
    values.insert(value)
    return schedule.readers[value.number].allSatisfy { reader in
      let instruction = program[reader]
      switch instruction.operation {
      case .reshape:
        return endsInProducts(reader, parts, &values)
      case .binary(.divide):
        let divisor = instruction.operands[1]
        guard instruction.operands[0] == value, instruction.type.width == program[value].type.width,
          isPositive(divisor)
        else { return false }
        return endsInProducts(reader, parts, &values)
      case .linear(batch: 0):
        let weights = program[instruction.operands[1]].type
        return instruction.operands[0] == value && weights.space == .constant
          && weights.shape.last == program[value].type.width
      default: return false
      }
    }
  }

  /// Whether a value is above 0 and below infinity wherever it stands: the larger of a count and such a number.
  private func isPositive(_ value: ValueID) -> Bool {
    let instruction = program[value]
    switch instruction.operation {
    case .literal(let number): return number > 0 && number.isFinite
    case .reshape, .broadcast: return isPositive(instruction.operands[0])
    case .binary(.maximum):
      let (a, b) = (instruction.operands[0], instruction.operands[1])
      return isPositive(a) && isCount(b) || isCount(a) && isPositive(b)
    default: return false
    }
  }

  private func isCount(_ value: ValueID) -> Bool {
    let instruction = program[value]
    switch instruction.operation {
    case .inDegree: return true
    case .literal(let number): return number >= 0 && number.isFinite
    case .reduce(.sum), .scatter, .reshape, .broadcast, .source, .target:
      return isCount(instruction.operands[0])
    default: return false
    }
  }
}
