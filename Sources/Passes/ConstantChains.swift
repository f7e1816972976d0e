import Program

/// Additions and multiplications by constants, one after the other, each read by the next alone.
struct ConstantChain {
  enum Step { case negate, add, subtract, subtractFrom, multiply, divide }

  struct Link {
    let value: ValueID
    let step: Step
    /// The other operand; none for `negate`.
    let constant: ValueID?
    let inner: ValueID
  }

  /// From the first that is computed to the last.
  let links: [Link]
  var base: ValueID { links[0].inner }
  var top: ValueID { links[links.count - 1].value }
}

/// Finds chains of constants and the linear maps beside them.
struct ConstantChains {
  /// A linear map with constant weights, perhaps scaled by a number for each row.
  struct Map {
    let value: ValueID
    let scaling: (function: Binary, by: ValueID)?
  }

  private let program: Program
  private let readers: Readers

  init(_ program: Program) {
    self.program = program
    readers = Readers(program)
  }

  /// The longest chain that ends at a value.
  func chain(endingAt top: ValueID) -> ConstantChain? {
    var links: [ConstantChain.Link] = []
    var value = top
    while let link = link(value), links.isEmpty || isInner(value) {
      links.insert(link, at: 0)
      value = link.inner
    }
    return links.isEmpty ? nil : ConstantChain(links: links)
  }

  /// Whether a link belongs to the chain of its only reader.
  func isInner(_ value: ValueID) -> Bool {
    guard link(value) != nil, let reader = readers.only(value), let next = link(reader) else {
      return false
    }
    return next.inner == value && program[reader].type.shape == program[value].type.shape
  }

  /// Whether a linear map with constant weights is the only reader.
  func isReadByMap(_ value: ValueID) -> Bool {
    guard let reader = readers.only(value), isMap(reader) else { return false }
    return program[reader].operands[0] == value && program[reader].operation == .linear(batch: 0)
  }

  /// The map whose product a chain changes, if nothing else reads it.
  func map(under chain: ConstantChain) -> Map? {
    let base = chain.base
    guard readers.hasOneReader(base), program[base].type.shape == program[chain.top].type.shape else {
      return nil
    }
    if isMap(base) { return Map(value: base, scaling: nil) }
    guard case .binary(let function) = program[base].operation,
      function == .multiply || function == .divide
    else { return nil }
    let operands = program[base].operands
    let places = function == .multiply ? [(0, 1), (1, 0)] : [(0, 1)]
    for (row, scalar) in places {
      let map = operands[row]
      if isMap(map), readers.hasOneReader(map), program[operands[scalar]].type.isScalar,
        program[map].type.shape == program[base].type.shape
      {
        return Map(value: map, scaling: (function, operands[scalar]))
      }
    }
    return nil
  }

  /// Whether a map is dealt with where the chain behind it ends.
  func isUnderChain(_ map: ValueID) -> Bool {
    guard let reader = readers.only(map) else { return false }
    if link(reader) != nil { return isMapUnder(reader, map) }
    guard let next = readers.only(reader), link(next) != nil else { return false }
    return isMapUnder(next, map)
  }

  private func isMapUnder(_ first: ValueID, _ map: ValueID) -> Bool {
    var top = first
    while isInner(top) { top = readers.only(top)! }
    guard !isReadByMap(top), let chain = chain(endingAt: top) else { return false }
    return self.map(under: chain)?.value == map
  }

  private func isMap(_ value: ValueID) -> Bool {
    guard case .linear = program[value].operation else { return false }
    return program[program[value].operands[1]].type.space.isConstant
      && !program[value].type.space.isConstant
  }

  /// The value as one step of a chain.
  private func link(_ value: ValueID) -> ConstantChain.Link? {
    let instruction = program[value]
    guard !instruction.type.space.isConstant, instruction.type.element == .f32 else { return nil }
    let operands = instruction.operands
    func make(_ step: ConstantChain.Step, constant: Int, inner: Int) -> ConstantChain.Link {
      ConstantChain.Link(
        value: value, step: step, constant: operands[constant], inner: operands[inner])
    }
    func isConstant(_ place: Int) -> Bool { program[operands[place]].type.space.isConstant }
    switch instruction.operation {
    case .unary(.negate):
      return ConstantChain.Link(value: value, step: .negate, constant: nil, inner: operands[0])
    case .binary(.add):
      if isConstant(1) { return make(.add, constant: 1, inner: 0) }
      return isConstant(0) ? make(.add, constant: 0, inner: 1) : nil
    case .binary(.multiply):
      if isConstant(1) { return make(.multiply, constant: 1, inner: 0) }
      return isConstant(0) ? make(.multiply, constant: 0, inner: 1) : nil
    case .binary(.subtract):
      if isConstant(1) { return make(.subtract, constant: 1, inner: 0) }
      return isConstant(0) ? make(.subtractFrom, constant: 0, inner: 1) : nil
    case .binary(.divide):
      return isConstant(1) ? make(.divide, constant: 1, inner: 0) : nil
    default: return nil
    }
  }
}
