import Program

/// Who reads what: for each value in memory, the sweeps that gather it and the last stage that reads it.
struct Uses {
  /// One sweep of one stage.
  struct SweepID: Hashable {
    let stage: Int
    let sweep: Int
  }

  /// Features that are read at all.
  private(set) var features: [ValueID] = []
  private(set) var gatheredIn: [ValueID: Set<SweepID>] = [:]
  /// What is read at its own vertex or edge.
  private(set) var readInPlace: Set<ValueID> = []
  /// The last stage that reads a value, at its own vertex or at another's.
  private(set) var lastRead: [ValueID: Int] = [:]
  private(set) var edgeSets: [SweptEdges] = []
  let outputs: Set<ValueID>

  init(_ schedule: Schedule, _ contents: [StageContent]) {
    outputs = Set(schedule.program.outputs.map { schedule.root($0.value) })
    for (turn, content) in contents.enumerated() {
      for value in content.rowValues { note(value, turn, content, schedule) }
      for (value, sweep) in content.storedIn {
        edge(value, SweepID(stage: turn, sweep: sweep), content, schedule)
      }
      for value in content.sums { read(schedule.program[value].operands[0], turn: turn, schedule) }
      for value in content.roots + content.edgeRoots { lastRead[value] = max(lastRead[value] ?? turn, turn) }
    }
    for output in outputs where schedule.isInput(output) {
      if case .edges(let set) = schedule.program[output].type.space { swept(set) }
      read(output, turn: Int.max, schedule)
    }
    features.sort()
  }

  private mutating func note(
    _ value: ValueID, _ turn: Int, _ content: StageContent, _ schedule: Schedule
  ) {
    let instruction = schedule.program[value]
    if case .inDegree(let set) = instruction.operation { swept(set) }
    for operand in instruction.operands {
      if let sweep = content.sweepOf[value] {
        edge(operand, SweepID(stage: turn, sweep: sweep), content, schedule)
      } else {
        read(operand, turn: turn, schedule)
      }
    }
  }

  private mutating func edge(
    _ value: ValueID, _ sweep: SweepID, _ content: StageContent, _ schedule: Schedule
  ) {
    let instruction = schedule.program[value]
    guard case .edges(let set) = instruction.type.space else {
      return read(value, turn: sweep.stage, schedule)
    }
    swept(set)
    if let home = schedule.stored[value], home != content.level {
      return read(value, turn: sweep.stage, schedule)
    }
    if case .source = instruction.operation {
      let source = schedule.root(instruction.operands[0])
      gatheredIn[source, default: []].insert(sweep)
      return note(source, turn: sweep.stage, schedule)
    }
    if case .feature = instruction.operation { return read(value, turn: sweep.stage, schedule) }
    for operand in instruction.operands { edge(operand, sweep, content, schedule) }
  }

  private mutating func read(_ value: ValueID, turn: Int, _ schedule: Schedule) {
    readInPlace.insert(schedule.root(value))
    note(schedule.root(value), turn: turn, schedule)
  }

  private mutating func note(_ value: ValueID, turn: Int, _ schedule: Schedule) {
    if schedule.isInput(value), !features.contains(value) { features.append(value) }
    lastRead[value] = max(lastRead[value] ?? turn, turn)
  }

  private mutating func swept(_ set: EdgeSet) {
    let edges = SweptEdges(type: set.type, direction: set.direction)
    if !edgeSets.contains(edges) { edgeSets.append(edges) }
  }
}

/// Names of values for people and for C.
package enum Names {
  /// The user's name for a value, else one after what makes it.
  package static func of(_ value: ValueID, in program: Program) -> String {
    if let name = program[value].name { return name }
    let instruction = program[value]
    if instruction.operation == .reshape { return of(instruction.operands[0], in: program) }
    return word(instruction.operation)
  }

  package static func word(_ operation: Operation) -> String {
    switch operation {
    case .feature: "feature"
    case .parameter: "weight"
    case .literal: "number"
    case .inDegree: "degree"
    case .vertexCount: "count"
    case .source: "source"
    case .target: "target"
    case .view, .withLoops, .selfLoop: "edge"
    case .reduce(let reduction): reduction.rawValue
    case .reduceGraph(let reduction): reduction.rawValue
    case .lstm: "state"
    case .unary(let unary): "\(unary)".prefix { $0.isLetter }.lowercased()
    case .binary(let binary): binary.rawValue
    case .select: "choice"
    case .linear: "product"
    case .reduceAxis(let reduction, _): reduction.rawValue
    case .reshape, .permute, .slice, .broadcast: "part"
    case .concat: "joined"
    case .lookup: "row"
    case .scatter: "classes"
    }
  }
}
