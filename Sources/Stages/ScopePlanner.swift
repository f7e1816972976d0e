import Program

/// Decides which values of one scope (the rows of a tile, or the edges of a sweep) get rows of their own in scratch
/// memory, and which are only parts of the expressions that read them.
///
/// A value gets rows when it is the result of a product or a reduction, when several readers would compute it again,
/// when a wider reader would repeat costly arithmetic, or when a reader needs it as rows (a product's input). Reshapes,
/// slices and broadcasts of rows cost nothing: they are other indices into the same numbers.
struct ScopePlanner {
  let program: Program
  /// What the scope computes, in order.
  let values: [ValueID]
  /// Values that get rows in any case.
  let required: Set<ValueID>
  /// Values that are in memory already, though their operation computes something.
  let given: Set<ValueID>
  let kind: Kind
  private let members: Set<ValueID>
  private(set) var materialized: Set<ValueID> = []
  /// The loop indices of each value with rows, where reshapes inside its expression ask for finer ones than its shape.
  private(set) var domains: [ValueID: [Int]] = [:]

  enum Kind { case rows, edges }

  init(
    _ program: Program, _ kind: Kind, values: [ValueID], required: Set<ValueID>, given: Set<ValueID> = []
  ) {
    self.program = program
    self.kind = kind
    self.values = values
    self.required = required
    self.given = given
    members = Set(values)
    let readers = countReaders()
    for value in values.reversed() where !isReshape(value) {
      if required.contains(value) || materialized.contains(value)
        || mustHaveRows(value, readers: readers[value] ?? [])
      {
        materialized.insert(value)
        lookInside(value)
      }
    }
  }

  /// Whether a value is computed here and not merely other indices into another's rows.
  private func isReshape(_ value: ValueID) -> Bool { program[value].operation == .reshape }

  /// The readers of each value in this scope; a reshape's readers are its operand's too.
  private func countReaders() -> [ValueID: [ValueID]] {
    var readers: [ValueID: [ValueID]] = [:]
    for value in values.reversed() {
      for operand in Set(program[value].operands) {
        if isReshape(value) {
          readers[operand, default: []] += readers[value] ?? []
        } else {
          readers[operand, default: []].append(value)
        }
      }
    }
    return readers
  }

  private func mustHaveRows(_ value: ValueID, readers: [ValueID]) -> Bool {
    let instruction = program[value]
    if given.contains(value) { return readers.contains { needsRows($0, of: value) } }
    switch instruction.operation {
    case .linear, .reduce, .lstm, .reduceGraph, .reduceAxis, .selfLoop, .concat, .withLoops:
      return true
    case .literal, .inDegree, .vertexCount, .feature, .parameter, .source, .target, .view, .reshape, .lookup:
      return readers.contains { needsRows($0, of: value) }
    case .slice, .permute, .broadcast:
      return readers.contains { needsRows($0, of: value) || needsMemory($0, of: value) }
    case .unary, .binary, .select, .scatter:
      if readers.contains(where: { needsMemory($0, of: value) }) { return true }
      if readers.count > 1 || readers.contains(where: { needsRows($0, of: value) }) { return true }
      guard let reader = readers.first else { return false }
      // A few numbers for each edge: the costly step then runs over those of all edges of a block at once.
      if kind == .edges, isCostly(program[reader].operation), instruction.type.width < 16 { return true }
      return isCostly(instruction.operation) && program[reader].type.width > instruction.type.width
    }
  }

  /// Whether a reader takes whole rows of a value.
  private func needsRows(_ reader: ValueID, of value: ValueID) -> Bool {
    switch program[reader].operation {
    case .linear: Schedule.root(program[reader].operands[0], in: program) == value
    default: false
    }
  }

  /// Whether a reader takes a value from an address that it computes.
  private func needsMemory(_ reader: ValueID, of value: ValueID) -> Bool {
    guard case .lookup = program[reader].operation else { return false }
    return program[reader].operands.contains { Schedule.root($0, in: program) == value }
  }

  private func isCostly(_ operation: Operation) -> Bool {
    switch operation {
    case .unary(let function):
      switch function {
      case .exponential, .logarithm, .squareRoot, .reciprocal, .sine, .cosine, .tanh, .sigmoid, .erf,
        .expm1, .log1p:
        true
      case .negate, .absolute, .relu, .leakyRelu, .isNaN: false
      }
    case .binary(.divide), .binary(.power): true
    default: false
    }
  }

  // MARK: - Reshapes inside an expression

  /// Walks the expression that makes `value`, and finds loop indices that suit the reshapes in it; what they cannot
  /// suit gets rows of its own.
  private mutating func lookInside(_ value: ValueID) {
    let instruction = program[value]
    if given.contains(value) { return }
    switch instruction.operation {
    case .linear, .reduce, .lstm, .reduceGraph, .concat, .withLoops, .selfLoop, .reduceAxis, .lookup:
      // Each operand is evaluated in its own shape.
      for operand in instruction.operands { giveRowsBelow(operand) }
      return
    default: break
    }
    domains[value] = instruction.type.shape
    var domain = instruction.type.shape
    refine(value, isTop: true, &domain)
    domains[value] = domain
  }

  private mutating func refine(_ value: ValueID, isTop: Bool, _ domain: inout [Int]) {
    let instruction = program[value]
    guard isTop || (members.contains(value) && !materialized.contains(value)) else { return }
    for operand in instruction.operands where members.contains(operand) {
      let type = program[operand].type
      switch instruction.operation {
      case .unary, .binary, .select:
        if type.shape == instruction.type.shape || type.width == instruction.type.width {
          refine(operand, isTop: false, &domain)
        } else {
          giveRowsBelow(operand)
        }
      case .reshape:
        let source = Schedule.root(operand, in: program)
        guard members.contains(source), !materialized.contains(source), !isLeaf(source) else { continue }
        if Self.differInUnitAxes(instruction.type.shape, type.shape) {
          refine(operand, isTop: false, &domain)
        } else if let finer = Self.refinement(domain, type.shape) {
          domain = finer
          refine(operand, isTop: false, &domain)
        } else {
          materialized.insert(source)
        }
      default:
        giveRowsBelow(operand)
      }
    }
  }

  /// Below a broadcast or another change of indices, what a reshape reads must have rows.
  private mutating func giveRowsBelow(_ value: ValueID) {
    guard members.contains(value), !materialized.contains(value) else { return }
    let instruction = program[value]
    for operand in instruction.operands where members.contains(operand) {
      if instruction.operation == .reshape {
        let source = Schedule.root(operand, in: program)
        if Self.differInUnitAxes(instruction.type.shape, program[source].type.shape) {
          giveRowsBelow(operand)
        } else if members.contains(source), !isLeaf(source) {
          materialized.insert(source)
        }
      } else {
        giveRowsBelow(operand)
      }
    }
  }

  /// Whether a value is read from memory as it stands.
  private func isLeaf(_ value: ValueID) -> Bool {
    switch program[value].operation {
    case .feature, .parameter, .literal, .inDegree, .vertexCount, .source, .target, .lookup: true
    default: given.contains(value)
    }
  }

  /// Whether two shapes differ only in axes of one: then their indices are the same.
  static func differInUnitAxes(_ a: [Int], _ b: [Int]) -> Bool {
    a.filter { $0 != 1 } == b.filter { $0 != 1 }
  }

  /// The coarsest axes that split into those of both shapes, if there are any.
  static func refinement(_ a: [Int], _ b: [Int]) -> [Int]? {
    func cuts(_ shape: [Int]) -> Set<Int> {
      var product = 1
      var found: Set<Int> = []
      for size in shape.reversed() {
        product *= size
        found.insert(product)
      }
      return found
    }
    guard a.reduce(1, *) == b.reduce(1, *) else { return nil }
    let all = cuts(a).union(cuts(b)).subtracting([1]).sorted()
    var sizes: [Int] = []
    var before = 1
    for cut in all {
      guard cut % before == 0 else { return nil }
      sizes.append(cut / before)
      before = cut
    }
    return sizes.reversed()
  }
}
