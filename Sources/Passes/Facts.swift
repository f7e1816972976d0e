import Program

// What can be told of a value from its program alone.

extension Operation {
  /// Whether each row of the result is made of the same row of the operands: it can stand at either end of an edge.
  var isRowWise: Bool {
    switch self {
    case .unary, .binary, .select, .linear, .reduceAxis, .reshape, .permute, .slice, .concat,
      .broadcast, .lookup, .scatter:
      true
    case .feature, .parameter, .literal, .inDegree, .vertexCount, .source, .target, .view, .withLoops,
      .selfLoop,
      .reduce, .lstm, .reduceGraph:
      false
    }
  }
}

extension Space {
  var isEdges: Bool { if case .edges = self { true } else { false } }
  var isVertices: Bool { if case .vertices = self { true } else { false } }
  /// Known from the weights alone.
  var isConstant: Bool { self == .constant }
}

extension Type {
  /// One number for each row, whatever the shape is called: it commutes with linear maps of the row.
  var isScalar: Bool { width == 1 }

  /// Whether all axes but the last have size one.
  var isVector: Bool { shape.dropLast().allSatisfy { $0 == 1 } }
}

extension Program {
  /// The number that a literal stands for, looking through broadcasts and reshapes.
  func literal(_ value: ValueID) -> Double? {
    switch self[value].operation {
    case .literal(let number): number
    case .broadcast, .reshape: literal(self[value].operands[0])
    default: nil
    }
  }

  /// Whether a vertex value lies in memory before any stage runs: a raw feature or an embedding.
  func isInput(_ value: ValueID) -> Bool {
    switch self[value].operation {
    case .feature, .parameter: self[value].type.space.isVertices
    case .reshape: isInput(self[value].operands[0])
    default: false
    }
  }

  /// For each value, whether it depends on neither vertex features nor weights: the prologue makes it.
  func graphOnly() -> [Bool] {
    var facts: [Bool] = []
    for instruction in instructions {
      let own: Bool =
        switch (instruction.operation, instruction.type.space) {
        case (.feature, .vertices), (.parameter, _): false
        default: true
        }
      facts.append(own && instruction.operands.allSatisfy { facts[$0.number] })
    }
    return facts
  }

  /// The value of a vertex value where the vertex has no in-edges in any of `sets`, if it is one known number.
  ///
  /// Proves that 0 times a factor is 0 there.
  func valueWithoutInEdges(_ value: ValueID, of sets: Set<EdgeSet>) -> Double? {
    let instruction = self[value]
    func known(_ place: Int) -> Double? {
      valueWithoutInEdges(instruction.operands[place], of: sets)
    }
    switch instruction.operation {
    case .literal(let number): return number
    case .inDegree(let set): return sets.contains(set) ? 0 : nil
    case .reduce(let function):
      let own = instruction.operands.allSatisfy { operand in
        if case .edges(let set) = self[operand].type.space { sets.contains(set) } else { false }
      }
      return own ? (function == .product ? 1 : 0) : nil
    case .unary(let function): return known(0).map { Double.apply(function, $0) }
    case .binary(let function):
      guard let a = known(0), let b = known(1) else { return nil }
      return Double.apply(function, a, b)
    case .select:
      guard let condition = known(0) else { return nil }
      return condition != 0 ? known(1) : known(2)
    case .reshape, .permute, .slice, .broadcast: return known(0)
    case .scatter: return known(0) == 0 ? 0 : nil
    case .feature, .parameter, .vertexCount, .source, .target, .view, .withLoops, .selfLoop, .lstm,
      .reduceGraph,
      .linear, .reduceAxis, .concat, .lookup:
      return nil
    }
  }
}

/// Which end of its edges a value over edges depends on.
struct Ends: OptionSet, Hashable {
  let rawValue: Int

  static let source = Ends(rawValue: 1)
  static let target = Ends(rawValue: 2)
  /// The edge itself: a feature, or a change of sets.
  static let edge = Ends(rawValue: 4)

  /// For each value, the ends that it depends on; none for constants, and for values that are not over edges.
  static func all(_ program: Program) -> [Ends] {
    var ends: [Ends] = []
    for instruction in program.instructions {
      ends.append(of(instruction) { ends[$0.number] })
    }
    return ends
  }

  /// The ends of one value, from those of its operands.
  static func of(_ instruction: Instruction, _ operandEnds: (ValueID) -> Ends) -> Ends {
    guard instruction.type.space.isEdges else { return [] }
    switch instruction.operation {
    case .source: return .source
    case .target: return .target
    case _ where instruction.operation.isRowWise:
      return instruction.operands.reduce([]) { $0.union(operandEnds($1)) }
    default: return .edge
    }
  }
}
