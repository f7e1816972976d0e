import Program

/// What one stage computes: the values that it must make for those that it stores, and in which turn.
///
/// A stage alternates between its rows and sweeps over their in-edges: turn 0 is on rows, then comes sweep 1, then rows
/// again. A reduction stands in the sweep after all that its edge values read at the target.
struct StageContent {
  let level: Schedule.Level
  let vertexType: VertexTypeID
  /// What it stores for its vertices.
  let roots: [ValueID]
  /// What it stores for their in-edges.
  let edgeRoots: [ValueID]
  /// Values of the whole graph to which its rows contribute.
  let sums: [ValueID]
  /// The vertex values that it makes, in order.
  private(set) var rowValues: [ValueID] = []
  /// The sweep of each reduction, from 1 on.
  private(set) var sweepOf: [ValueID: Int] = [:]
  /// The sweep in which each of the edge roots is stored.
  private(set) var storedIn: [ValueID: Int] = [:]
  /// The sweep after which each vertex value that it makes can be had.
  private var readyAfter: [ValueID: Int] = [:]

  init(_ schedule: Schedule, level: Schedule.Level, vertexType: VertexTypeID, stored: [ValueID]) {
    self.level = level
    self.vertexType = vertexType
    func all(_ belongs: (Space) -> Bool) -> [ValueID] {
      stored.filter { belongs(schedule.program[$0].type.space) }
    }
    roots = all { if case .vertices = $0 { true } else { false } }
    edgeRoots = all { if case .edges = $0 { true } else { false } }
    sums = all { $0 == .graph }
    for root in roots { visit(root, schedule) }
    for root in edgeRoots { storedIn[root] = edgeValue(root, schedule) + 1 }
    for sum in sums { visit(schedule.program[sum].operands[0], schedule) }
    rowValues.sort()
  }

  var reductions: [ValueID] { sweepOf.keys.sorted() }
  var sweepCount: Int { max(sweepOf.values.max() ?? 0, storedIn.values.max() ?? 0) }

  func readyAfter(_ value: ValueID) -> Int { readyAfter[value] ?? 0 }

  /// All stages of a program: the prologue's first, then level by level, by vertex type within a level.
  static func all(_ schedule: Schedule) -> [StageContent] {
    var stored: [Key: [ValueID]] = [:]
    for (value, level) in schedule.stored {
      guard let type = home(of: value, schedule.program) else { continue }
      stored[Key(level: level, type: type), default: []].append(value)
    }
    return stored.keys.sorted().map {
      StageContent(schedule, level: $0.level, vertexType: $0.type, stored: stored[$0]!.sorted())
    }
  }

  /// The vertices whose stage makes a stored value, or contributes to it; none for what follows from other values of the
  /// whole graph.
  private static func home(of value: ValueID, _ program: Program) -> VertexTypeID? {
    switch program[value].type.space {
    case .vertices(let type): return type
    case .edges(let set): return program.schema.target(of: set)
    case .graph:
      guard case .reduceGraph = program[value].operation else { return nil }
      return home(of: program[value].operands[0], program)
    case .constant: return nil
    }
  }

  private struct Key: Hashable, Comparable {
    let level: Schedule.Level
    let type: VertexTypeID
    static func < (a: Self, b: Self) -> Bool {
      a.level != b.level ? a.level < b.level : a.type < b.type
    }
  }
}

// MARK: - Collecting

extension StageContent {
  /// Notes a vertex value and all that it needs and is not in memory; gives the sweep that it waits for.
  @discardableResult
  private mutating func visit(_ value: ValueID, _ schedule: Schedule) -> Int {
    if let known = readyAfter[value] { return known }
    let instruction = schedule.program[value]
    guard instruction.type.space != .constant, instruction.type.space != .graph, !schedule.isInput(value)
    else {
      return 0
    }
    if let home = schedule.stored[value], home != level { return 0 }
    var ready = 0
    switch instruction.operation {
    case .reduce, .selfLoop, .lstm:
      for operand in instruction.operands { ready = max(ready, edgeValue(operand, schedule)) }
      ready += 1
      sweepOf[value] = ready
    default:
      for operand in instruction.operands { ready = max(ready, visit(operand, schedule)) }
    }
    readyAfter[value] = ready
    rowValues.append(value)
    return ready
  }

  /// Looks through an edge value at what it reads at the target; gives the sweep that this waits for.
  private mutating func edgeValue(_ value: ValueID, _ schedule: Schedule) -> Int {
    if let known = readyAfter[value] { return known }
    let instruction = schedule.program[value]
    guard case .edges = instruction.type.space else {
      // The loops' values in `withLoops` are read at the target.
      return visit(value, schedule)
    }
    var ready = 0
    let isThere = schedule.stored[value].map { $0 != level } ?? false
    if case .source = instruction.operation {
    } else if !isThere {
      for operand in instruction.operands { ready = max(ready, edgeValue(operand, schedule)) }
    }
    readyAfter[value] = ready
    return ready
  }
}
