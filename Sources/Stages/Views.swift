import Program

/// Moves views of turned edges down to the features and vertices that they are of: a source of an edge is a target of the
/// same edge turned round.
///
///     before   a = target x : writes;   b = f a : writes;   c = view b : reverse(writes)
///     after    a = source x : reverse(writes);   c = f a : reverse(writes)
///
/// Leaves views that only drop self-loops: both ends stay where they are.
struct Views {
  private let old: Program
  private var new: Program
  private var moved: [ValueID: ValueID] = [:]
  private var turned: [Turned: ValueID] = [:]

  private struct Turned: Hashable {
    let value: ValueID
    let set: EdgeSet
  }

  static func movedDown(_ program: Program) -> Program {
    var views = Views(program)
    return views.run()
  }

  private init(_ program: Program) {
    old = program
    new = Program(schema: program.schema, parameters: program.parameters)
  }

  private mutating func run() -> Program {
    for value in old.values {
      let instruction = old[value]
      if case .view(let set) = instruction.operation, turns(instruction.operands[0], set) {
        moved[value] = turn(instruction.operands[0], set)
        continue
      }
      var copy = instruction
      copy.operands = instruction.operands.map { moved[$0]! }
      moved[value] = new.append(copy)
    }
    new.outputs = old.outputs.map { Program.Output(name: $0.name, value: moved[$0.value]!) }
    return new
  }

  private func turns(_ value: ValueID, _ set: EdgeSet) -> Bool {
    guard case .edges(let own) = old[value].type.space else { return false }
    return own.direction != set.direction
  }

  /// The value, read over `set`.
  private mutating func turn(_ value: ValueID, _ set: EdgeSet) -> ValueID {
    let instruction = old[value]
    guard case .edges = instruction.type.space else { return moved[value]! }
    let key = Turned(value: value, set: set)
    if let known = turned[key] { return known }
    var copy = instruction
    copy.type.space = .edges(set)
    switch instruction.operation {
    case .feature:
      copy.operation = .view(set)
      copy.operands = [moved[value]!]
    case .source, .target:
      let isTurned = turns(value, set)
      var isSource = false
      if case .source = instruction.operation { isSource = true }
      copy.operation = isSource != isTurned ? .source(set) : .target(set)
      copy.operands = [moved[instruction.operands[0]]!]
    case .withLoops where set.loops == .added:
      // A loop turned round is the loop.
      var others = set
      others.loops = .removed
      copy.operands = [turn(instruction.operands[0], others), moved[instruction.operands[1]]!]
    case .view, .withLoops:
      // Of an edge's own value: what lies under it is read over the same set.
      let result = turn(instruction.operands[0], set)
      turned[key] = result
      return result
    default:
      copy.operands = instruction.operands.map { turn($0, set) }
    }
    let result = new.append(copy)
    turned[key] = result
    return result
  }
}
