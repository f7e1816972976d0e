import Diagnostics
import Program

/// Which values are stored between stages, and by the stage of which level.
///
/// A value's level is the number of gathers of computed values, and of values of the whole graph, that it waits for. What
/// is gathered must be stored, at its own level. What is read later at the same vertex or edge is either stored too, or
/// made again where it is read, whichever moves fewer bytes. What depends on the graph alone has levels of its own, the
/// prologue, which run first.
struct Schedule {
  struct Level: Hashable, Comparable {
    let isPrologue: Bool
    let number: Int

    static func < (a: Self, b: Self) -> Bool {
      a.isPrologue != b.isPrologue ? a.isPrologue : a.number < b.number
    }
  }

  let program: Program
  /// Values that stages write, and the level that does so. Reshapes are looked through.
  private(set) var stored: [ValueID: Level] = [:]
  /// The values that have each value as an operand, once each.
  let readers: [[ValueID]]
  private let levels: [Int]
  private let graphOnly: [Bool]
  private let sweeps: [Bool]

  init(_ program: Program) {
    self.program = program
    readers = Schedule.readers(program)
    graphOnly = Schedule.graphOnly(program)
    sweeps = Schedule.sweeps(program)
    let gathered = Schedule.gathered(program)
    let prologue = Schedule.prologue(program, graphOnly, sweeps, gathered)
    levels = Schedule.levels(program, prologue: prologue)
    for value in prologue { stored[value] = Level(isPrologue: true, number: 0) }
    place(gathered: gathered)
    numberPrologue()
  }

  /// The value whose rows hold `value` in memory: reshapes move nothing.
  static func root(_ value: ValueID, in program: Program) -> ValueID {
    var value = value
    while program[value].operation == .reshape { value = program[value].operands[0] }
    return value
  }

  func root(_ value: ValueID) -> ValueID { Schedule.root(value, in: program) }

  /// Whether a value's rows are there before any stage runs.
  func isInput(_ value: ValueID) -> Bool { Schedule.isInput(value, in: program) }

  private static func isInput(_ value: ValueID, in program: Program) -> Bool {
    switch program[value].operation {
    case .feature: true
    case .parameter: program[value].type.space != .constant
    default: false
    }
  }
}

// MARK: - Facts about values

extension Schedule {
  private static func readers(_ program: Program) -> [[ValueID]] {
    var readers = [[ValueID]](repeating: [], count: program.instructions.count)
    for value in program.values {
      for operand in Set(program[value].operands) { readers[operand.number].append(value) }
    }
    return readers
  }

  /// Whether a value depends on neither vertex features nor weights.
  private static func graphOnly(_ program: Program) -> [Bool] {
    var facts: [Bool] = []
    for instruction in program.instructions {
      let own: Bool
      switch (instruction.operation, instruction.type.space) {
      case (.feature, .vertices), (.parameter, _): own = false
      default: own = true
      }
      facts.append(own && instruction.operands.allSatisfy { facts[$0.number] })
    }
    return facts
  }

  /// Whether making a vertex value takes a sweep over edges.
  private static func sweeps(_ program: Program) -> [Bool] {
    var facts: [Bool] = []
    for instruction in program.instructions {
      let own: Bool
      switch instruction.operation {
      case .reduce, .selfLoop, .lstm, .reduceGraph: own = true
      default: own = false
      }
      facts.append(own || instruction.operands.contains { facts[$0.number] })
    }
    return facts
  }

  private static func gathered(_ program: Program) -> Set<ValueID> {
    var found: Set<ValueID> = []
    for instruction in program.instructions {
      if case .source = instruction.operation {
        found.insert(root(instruction.operands[0], in: program))
      }
    }
    return found
  }

  /// What the prologue stores: values of the graph alone that are gathered, or that take a sweep and are read by
  /// something that is not of the graph alone, and all values of the whole graph. The rest of the graph's own values are
  /// cheap and made where read.
  private static func prologue(
    _ program: Program, _ graphOnly: [Bool], _ sweeps: [Bool], _ gathered: Set<ValueID>
  ) -> Set<ValueID> {
    var found: Set<ValueID> = []
    func consider(_ value: ValueID) {
      let value = root(value, in: program)
      guard graphOnly[value.number], !isInput(value, in: program) else { return }
      switch program[value].type.space {
      case .vertices, .graph: found.insert(value)
      case .edges: found.formUnion(kept(value))
      case .constant: break
      }
    }
    /// An edge value, or the targets' values behind it, whichever takes less memory.
    func kept(_ value: ValueID) -> Set<ValueID> {
      guard case .edges(let set) = program[value].type.space else { return [] }
      let atTargets = targetValues(behind: value).filter { sweeps[$0.number] }
      let width = atTargets.reduce(0) { $0 + program[$1].type.width }
      let degree = program.schema.meanDegree(of: set, at: program.schema.target(of: set))
      return Double(width) <= degree * Double(program[value].type.width)
        ? atTargets : [value]
    }
    /// The targets' values that an edge value reads.
    func targetValues(behind value: ValueID) -> Set<ValueID> {
      let instruction = program[value]
      switch (instruction.operation, instruction.type.space) {
      case (.source, _), (_, .constant), (_, .graph): return []
      case (_, .vertices): return [root(value, in: program)]
      case (_, .edges):
        return instruction.operands.reduce(into: []) { $0.formUnion(targetValues(behind: $1)) }
      }
    }
    for value in gathered { consider(value) }
    for value in program.values where program[value].type.space == .graph { consider(value) }
    for (number, instruction) in program.instructions.enumerated() where !graphOnly[number] {
      for operand in instruction.operands where sweeps[operand.number] { consider(operand) }
    }
    for output in program.outputs {
      let value = root(output.value, in: program)
      if graphOnly[value.number], !isInput(value, in: program), program[value].type.space != .constant {
        found.insert(value)
      }
    }
    return found
  }

  private static func levels(_ program: Program, prologue: Set<ValueID>) -> [Int] {
    var levels: [Int] = []
    for instruction in program.instructions {
      var level = 0
      for operand in instruction.operands {
        let stored = root(operand, in: program)
        var operandLevel = prologue.contains(stored) ? 0 : levels[operand.number]
        if case .source = instruction.operation, !prologue.contains(stored), !isInput(stored, in: program) {
          operandLevel += 1
        }
        if readsGraph(instruction, operand, in: program), !prologue.contains(stored) { operandLevel += 1 }
        level = max(level, operandLevel)
      }
      levels.append(level)
    }
    return levels
  }
}

extension Schedule {
  /// Whether an instruction on vertices or edges reads a value of the whole graph, which must be there before its stage.
  private static func readsGraph(_ instruction: Instruction, _ operand: ValueID, in program: Program) -> Bool
  {
    program[operand].type.space == .graph && instruction.type.space != .graph
  }
}

// MARK: - Where values are made

extension Schedule {
  /// Decides, from the last value to the first, what is stored and at which levels each value is made.
  private mutating func place(gathered: Set<ValueID>) {
    var madeAt = [Set<Int>](repeating: [], count: program.instructions.count)
    let outputs = Set(program.outputs.map { root($0.value) })
    for value in program.values.reversed() {
      let instruction = program[value]
      guard instruction.type.space != .constant else { continue }
      var wanted = madeAt[value.number]
      switch instruction.type.space {
      case .vertices, .edges, .graph:
        if stored[value] != nil { continue }
        if isInput(value) || instruction.operation == .reshape { break }
        let own = levels[value.number]
        let isForced =
          gathered.contains(value) || outputs.contains(value) || instruction.type.space == .graph
        if isForced || shouldStore(value, wanted: wanted) {
          if isForced || !wanted.isEmpty {
            stored[value] = Level(isPrologue: false, number: own)
            wanted = [own]
          }
        }
      case .constant:
        break
      }
      demand(instruction, at: wanted, &madeAt)
    }
  }

  private func demand(
    _ instruction: Instruction, at levels: Set<Int>, _ madeAt: inout [Set<Int>]
  ) {
    if case .source = instruction.operation { return }  // read from where it is stored
    for operand in instruction.operands { madeAt[operand.number].formUnion(levels) }
  }

  /// Whether a value that is read at `wanted` levels costs less to keep than to make again where it is read.
  private func shouldStore(_ value: ValueID, wanted: Set<Int>) -> Bool {
    let own = levels[value.number]
    let later = wanted.subtracting([own])
    if later.isEmpty || (graphOnly[value.number] && !sweeps[value.number]) { return false }
    let instruction = program[value]
    if case .edges = instruction.type.space { return shouldStoreOnEdges(value, later: later.count) }
    switch instruction.operation {
    case .reduce, .selfLoop, .lstm: return true
    case .linear where wanted.count > 1: return true
    default: break
    }
    var readAgain = 0
    for operand in instruction.operands where program[operand].type.space != .constant {
      let source = root(operand)
      let isThere = isInput(source) || stored[source] != nil
      readAgain += program[operand].type.width * (isThere ? 1 : 2)
    }
    let width = instruction.type.width
    return readAgain * later.count > width * (1 + later.count)
  }

  /// An edge value is made again where that costs less than storing and reading it, in bytes.
  private func shouldStoreOnEdges(_ value: ValueID, later: Int) -> Bool {
    var bytes = 0.0
    func visit(_ value: ValueID) {
      let instruction = program[value]
      guard case .edges = instruction.type.space, stored[value] == nil else { return }
      switch instruction.operation {
      case .source, .feature: bytes += Double(4 * instruction.type.width)
      case .target: return
      case .linear:
        let inputs = program[instruction.operands[0]].type.shape.last ?? 1
        bytes += CostModel.bytesPerFlop * Double(2 * inputs * instruction.type.width)
        visit(instruction.operands[0])
      default: for operand in instruction.operands { visit(operand) }
      }
    }
    let instruction = program[value]
    switch instruction.operation {
    case .source, .target, .feature, .view, .withLoops: return false
    case .linear: break
    default:
      // What is made number by number of less: that is stored in its stead.
      let below = Set(instruction.operands).reduce(0) { $0 + (isOnEdges($1) ? program[$1].type.width : 0) }
      guard below > instruction.type.width else { return false }
    }
    visit(value)
    return bytes * Double(later) > Double(4 * instruction.type.width * (1 + later))
  }

  /// Whether a value is another for each edge, and not for each target alone.
  private func isOnEdges(_ value: ValueID) -> Bool {
    guard case .edges = program[value].type.space else { return false }
    if case .target = program[value].operation { return false }
    return true
  }

  /// Numbers the prologue's levels: a stored value that gathers another stored one waits for it.
  private mutating func numberPrologue() {
    var numbers = [Int](repeating: 0, count: program.instructions.count)
    for value in program.values where graphOnly[value.number] {
      let instruction = program[value]
      var number = 0
      for operand in instruction.operands {
        var waits = numbers[operand.number]
        if case .source = instruction.operation, stored[root(operand)] != nil { waits += 1 }
        if Schedule.readsGraph(instruction, operand, in: program) { waits += 1 }
        number = max(number, waits)
      }
      numbers[value.number] = number
      if let level = stored[value], level.isPrologue {
        stored[value] = Level(isPrologue: true, number: number)
      }
    }
  }
}
