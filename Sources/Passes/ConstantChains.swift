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
  /// How a value that one other value reads is made of linear maps.
  enum Form {
    /// A linear map with constant weights.
    case map
    /// Operand `inner` plus, or minus, the constant.
    case shifted(Binary, inner: Int, constant: Int)
    /// The sum or difference of both operands.
    case terms(Binary)
    /// Operand `row` times, or divided by, a number for each row.
    case scaled(Binary, row: Int, scalar: Int)
    /// The operand's rows, gathered or summed.
    case passed
    case other
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

  /// Whether a scale along the last axis can go into the weights of all maps that a value is made of.
  func canAbsorb(_ x: ValueID) -> Bool {
    let operands = program[x].operands
    return switch form(x) {
    case .map: true
    case .shifted(_, let inner, _): canAbsorb(operands[inner])
    case .terms: operands.allSatisfy(canAbsorb)
    case .scaled(_, let row, _): canAbsorb(operands[row])
    case .passed: canAbsorb(operands[0])
    case .other: false
    }
  }

  func form(_ x: ValueID) -> Form {
    guard readers.hasOneReader(x) else { return .other }
    if isMap(x) { return .map }
    let instruction = program[x]
    let types = instruction.operands.map { program[$0].type }
    func isWhole(_ place: Int) -> Bool {
      types[place].shape == instruction.type.shape && !types[place].space.isConstant
    }
    switch instruction.operation {
    case .source: return .passed
    case .reduce(.sum) where types.count == 1: return .passed
    case .binary(let function) where function == .add || function == .subtract:
      if types[1].space.isConstant && isWhole(0) { return .shifted(function, inner: 0, constant: 1) }
      if function == .add && types[0].space.isConstant && isWhole(1) {
        return .shifted(.add, inner: 1, constant: 0)
      }
      return isWhole(0) && isWhole(1) ? .terms(function) : .other
    case .binary(let function) where function == .multiply || function == .divide:
      if types[1].isScalar && isWhole(0) { return .scaled(function, row: 0, scalar: 1) }
      guard function == .multiply, types[0].isScalar, isWhole(1) else { return .other }
      return .scaled(.multiply, row: 1, scalar: 0)
    default: return .other
    }
  }

  /// Whether a value is a linear map with constant weights.
  func isMap(_ value: ValueID) -> Bool {
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
