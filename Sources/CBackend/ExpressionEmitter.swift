import Program
import Stages

/// A part of an expression: its text, and what it depends on.
struct Term {
  var text: String
  /// Loop variables: 0 is the row, the rest are axes.
  var variables: Set<Int>
  /// Worth a name of its own where it is hoisted out of a loop.
  var isAtom: Bool
  /// A comparison, which C has as an int.
  var isCondition = false
  /// The factors, where it is a product: a sum adds it with one rounding.
  var factors: [String] = []
}

/// Writes a value at one index as C, and hoists what an inner loop does not change.
///
/// It runs twice for each loop nest: first to see every access, which tells the axes that can be walked as one; then to
/// write.
struct ExpressionEmitter {
  /// One read or write: the coefficients of the loop variables in its index.
  struct Access {
    let index: Affine
  }

  let scope: Scope
  /// How many numbers each loop variable runs over; that of the row is not known.
  let extents: [Int]
  /// Loop variables that are walked as one, outermost first; nil while accesses are being collected.
  var nest: [[Int]]?
  var variableNames: [String] = []
  /// Values that are in a register, by their names there.
  var inRegisters: [ValueID: String] = [:]
  private(set) var accesses: [Access] = []
  /// Something is found for each row by other means than an index.
  private(set) var rowIsOpaque = false
  /// Statements that stand at the head of each loop; 0 is before the outermost.
  private(set) var hoisted: [[String]]
  private(set) var gathered: [(pointer: String, stride: Int, first: Int, width: Int, row: String)] = []
  private var named: [String: String] = [:]
  private var identifiers: Identifiers

  init(_ scope: Scope, extents: [Int], nest: [[Int]]? = nil, identifiers: Identifiers) {
    self.scope = scope
    self.extents = extents
    self.nest = nest
    self.identifiers = identifiers
    hoisted = Array(repeating: [], count: (nest?.count ?? extents.count) + 1)
  }

  private var program: Program { scope.program }

  // MARK: - Values

  /// A value at an index of its own shape, in row `row`. `isTop` values are computed even if they have memory.
  mutating func value(_ id: ValueID, _ index: [Affine], row: Affine, isTop: Bool = false) -> Term {
    let instruction = program[id]
    if let name = inRegisters[root(id)] {
      return Term(text: name, variables: Set(index.flatMap(\.terms.keys)), isAtom: true)
    }
    if case .literal(let number) = program[root(id)].operation {
      let text = instruction.type.element == .f32 ? scope.precision.literal(number) : "\(Int(number))"
      return Term(text: text, variables: [], isAtom: true)
    }
    if !isTop || isLeaf(id), let memory = scope.memory(of: id, row: rowText(row), isTop ? .given : .made) {
      let flat = Affine.flat(index, Shape.strides(instruction.type.shape))
      return load(memory, flat, row: row, of: id)
    }
    let operands = instruction.operands
    switch instruction.operation {
    case .unary(let function):
      let a = elementwise(operands[0], instruction, index, row)
      return Term(
        text: Arithmetic.unary(function, a.text, scope.precision), variables: a.variables,
        isAtom: false, isCondition: function == .isNaN)
    case .binary(let function):
      let (a, b) = (
        elementwise(operands[0], instruction, index, row), elementwise(operands[1], instruction, index, row)
      )
      return Term(
        text: Arithmetic.binary(function, a.text, b.text, scope.precision),
        variables: a.variables.union(b.variables), isAtom: false,
        isCondition: [.less, .lessOrEqual, .equal].contains(function),
        factors: function == .multiply ? [a.text, b.text] : [])
    case .select:
      let parts = operands.map { elementwise($0, instruction, index, row) }
      let condition = parts[0].isCondition ? parts[0].text : "\(parts[0].text) != 0"
      return Term(
        text: "(\(condition) ? \(parts[1].text) : \(parts[2].text))",
        variables: parts.reduce(into: []) { $0.formUnion($1.variables) }, isAtom: false)
    case .scatter:
      return scattered(operands, index, row: row)
    case .inDegree(let set):
      rowIsOpaque = true
      return hoist(
        Term(text: scope.degree(set, edge: rowText(row)), variables: [0], isAtom: false),
        type: "const float ", named: "degree")
    default:
      return otherIndex(instruction, index, row)
    }
  }

  /// The value in its own class, 0 in the others.
  private mutating func scattered(_ operands: [ValueID], _ index: [Affine], row: Affine) -> Term {
    let place = value(operands[1], [], row: row)
    let x = value(operands[0], Array(index.dropFirst()), row: row)
    // The class must not be walked as one with the axes behind it.
    let own = text(note(index[0]))
    return Term(
      text: "((size_t)\(place.text) == \(own) ? \(x.text) : \(scope.precision.literal(0)))",
      variables: place.variables.union(x.variables).union(index[0].terms.keys), isAtom: false)
  }

  /// Operations that only change the index.
  private mutating func otherIndex(_ instruction: Instruction, _ index: [Affine], _ row: Affine) -> Term {
    let operand = instruction.operands[0]
    let shape = program[operand].type.shape
    switch instruction.operation {
    case .reshape:
      let flat = Affine.flat(index, Shape.strides(instruction.type.shape))
      guard let split = flat.split(shape, extents: extents) else {
        preconditionFailure("a reshape that no loop suits")
      }
      return value(operand, split, row: row)
    case .permute(let order):
      var source = [Affine](repeating: .zero, count: shape.count)
      for (axis, from) in order.enumerated() { source[from] = index[axis] }
      return value(operand, source, row: row)
    case .slice(let axis, let lower):
      var source = index
      source[axis] = source[axis] + Affine(constant: lower)
      return value(operand, source, row: row)
    case .broadcast: return value(operand, broadcastIndex(index, to: shape), row: row)
    case .view, .target: return value(operand, index, row: row)
    default: preconditionFailure("\(instruction.operation) has no rows and is not an expression")
    }
  }

  private mutating func elementwise(
    _ operand: ValueID, _ instruction: Instruction, _ index: [Affine], _ row: Affine
  ) -> Term {
    let term = value(operand, broadcastIndex(index, to: program[operand].type.shape), row: row)
    return hoist(term, named: Names.of(operand, in: program), isCondition: term.isCondition)
  }

  /// The index into an operand that is broadcast: 0 along axes of one, none along missing axes.
  func broadcastIndex(_ index: [Affine], to shape: [Int]) -> [Affine] {
    zip(index.suffix(shape.count), shape).map { $1 == 1 ? .zero : $0 }
  }

  func root(_ value: ValueID) -> ValueID {
    var value = value
    while program[value].operation == .reshape { value = program[value].operands[0] }
    return value
  }

  private func isLeaf(_ value: ValueID) -> Bool {
    switch program[value].operation {
    case .source, .target, .feature, .parameter, .view, .reshape, .lookup: true
    default: scope.isGiven(value)
    }
  }

  // MARK: - Memory

  private mutating func load(_ memory: Scope.Memory, _ flat: Affine, row: Affine, of id: ValueID) -> Term {
    let index = access(memory, flat, row: row)
    var pointer = memory.pointer
    var variables = Set(index.terms.keys)
    if memory.changesWithRow {
      rowIsOpaque = true
      variables.insert(0)
      if let gathered = memory.gathered {
        noteGather(gathered, row: row)
      }
      pointer =
        hoist(
          Term(text: memory.pointer, variables: [0], isAtom: false), type: "const \(memory.element) *",
          named: Names.of(program[id].operands.first ?? id, in: program)
        ).text
    }
    return Term(text: "\(pointer)[\(text(index))]", variables: variables, isAtom: false)
  }

  private mutating func noteGather(
    _ gather: (tensor: String, stride: Int, first: Int, width: Int), row: Affine
  ) {
    let text = rowText(row)
    if !gathered.contains(where: { $0.pointer == gather.tensor && $0.first == gather.first && $0.row == text }
    ) {
      gathered.append((gather.tensor, gather.stride, gather.first, gather.width, text))
    }
  }

  /// Notes an access, and gives the whole index.
  mutating func access(_ memory: Scope.Memory, _ flat: Affine, row: Affine) -> Affine {
    var index = flat + Affine(constant: memory.first)
    if !memory.isOneRow { index = index + row * memory.stride }
    accesses.append(Access(index: index))
    return index
  }

  /// Notes an access to a row that does not move with the row variable.
  mutating func note(_ index: Affine) -> Affine {
    accesses.append(Access(index: index))
    return index
  }

  // MARK: - Text

  func rowText(_ row: Affine) -> String {
    row.constant == 0 ? scope.rowVariable : "\(scope.rowVariable) + \(row.constant)"
  }

  /// An index in terms of the loops as they are walked.
  func text(_ index: Affine) -> String {
    guard let nest else { return "" }
    var parts: [String] = []
    for (place, group) in nest.enumerated() {
      guard let coefficient = index.terms[group.last!] else { continue }
      let name = variableNames[place]
      parts.append(coefficient == 1 ? name : "\(name) * \(coefficient)")
    }
    if index.constant != 0 || parts.isEmpty { parts.append("\(index.constant)") }
    return parts.joined(separator: " + ")
  }

  /// The loop inside which a term must stand.
  private func depth(_ variables: Set<Int>) -> Int {
    guard let nest else { return 0 }
    return (nest.lastIndex { !variables.isDisjoint(with: $0) } ?? -1) + 1
  }

  /// Gives a term a name outside the innermost loop, if it does not change there.
  mutating func hoist(
    _ term: Term, type: String? = nil, named wish: String, isCondition: Bool = false
  ) -> Term {
    guard let nest, !term.isAtom else { return term }
    let depth = depth(term.variables)
    guard depth < nest.count || type != nil else { return term }
    if let known = named[term.text] {
      // The same text at the same depth is the same value.
      return Term(text: known, variables: term.variables, isAtom: true, isCondition: isCondition)
    }
    let name = identifiers.unique(type == nil ? wish + "_" + level(depth) : wish + "_row")
    let declared = type ?? (isCondition ? "const int " : "const \(scope.precision.type) ")
    hoisted[depth].append("\(declared)\(declared.hasSuffix("*") ? "const " : "")\(name) = \(term.text);")
    named[term.text] = name
    return Term(text: name, variables: term.variables, isAtom: true, isCondition: isCondition)
  }

  private func level(_ depth: Int) -> String { depth == 0 ? "all" : variableNames[depth - 1] }
}
