import Program
import Stages

/// Sums over the edges of a block whose rows are whole registers: the running result stays in registers over all edges.
///
/// The bits are those of the plain loop: each number is one chain of multiply-adds in the order of the edges.
extension LoopEmitter {
  /// The widest row whose accumulators are worth unrolling: 32 registers of 16 floats.
  private static let widestRow = 512
  /// Every processor's registers divide this.
  private static let mostLanes = 16

  /// Writes the loop with registers, or gives false where it does not suit them.
  func accumulateInLanes(_ text: inout CText) -> Bool {
    guard loop.roots.count == 1, let root = loop.roots.first, case .accumulate(.sum) = root.mode else {
      return false
    }
    let width = loop.domain.reduce(1, *)
    guard width <= Self.widestRow, let nest = laneNest(root) else { return false }
    let inner = extent(nest.last!)
    guard inner % Self.mostLanes == 0 else { return false }
    var writer = ExpressionEmitter(scope, extents: extents, nest: nest, identifiers: identifiers)
    writer.variableNames = Self.names(nest, row: scope.rowVariable).dropLast() + ["r * GNNC_LANES"]
    guard let message = writer.lanes(root.value, domainIndex, row: row, inner: nest.last!.last!) else {
      return false
    }
    let flat = Affine.flat(domainIndex, Shape.strides(loop.domain))
    write(
      writer, nest, message, root.result, place: registerIndex(flat, nest, writer), inner,
      width, &text)
    return true
  }

  /// Several sums, each in a pass of its own over the block, where all of them suit registers.
  func accumulateOneByOneInLanes(_ text: inout CText) -> Bool {
    guard loop.roots.count > 1 else { return false }
    let each = loop.roots.map { root in
      LoopEmitter(
        scope: scope, loop: Loop(domain: loop.domain, roots: [root], rows: loop.rows), rowCount: rowCount,
        firstRow: firstRow, accumulators: accumulators, starts: starts, identifiers: identifiers)
    }
    guard each.allSatisfy(\.runsInRegisters) else { return false }
    var all = CText()
    for one in each {
      var body = CText()
      guard one.accumulateInLanes(&body) else { return false }
      all.block("") { $0.append(body) }
    }
    text.append(all)
    return true
  }

  /// Whether the running results of an accumulating loop stay in registers over all edges.
  var runsInRegisters: Bool {
    var scope = scope
    scope.prefetches = Prefetches()
    let trial = LoopEmitter(
      scope: scope, loop: loop, rowCount: rowCount, firstRow: firstRow, accumulators: accumulators,
      identifiers: identifiers)
    var text = CText()
    return trial.accumulateInLanes(&text) || trial.accumulateOneByOneInLanes(&text)
  }

  /// The loops as they are walked, where the innermost goes along memory.
  private func laneNest(_ root: Loop.Root) -> [[Int]]? {
    var survey = emitter(nil)
    _ = survey.note(Affine.flat(domainIndex, root.strides))
    _ = survey.value(root.value, domainIndex, row: row)
    let nest = nest(survey.accesses, rowIsOpaque: true, withRow: false)
    guard let last = nest.last, nest.count > 1, let inner = last.last else { return nil }
    // Everything that changes along the innermost loop must lie side by side.
    let isEven = survey.accesses.allSatisfy { ($0.index.terms[inner] ?? 0) <= 1 }
    return isEven ? nest : nil
  }

  /// The register that holds a place of the row: `k * (64 / GNNC_LANES) + r`.
  private func registerIndex(_ flat: Affine, _ nest: [[Int]], _ writer: ExpressionEmitter) -> String {
    var parts: [String] = []
    for (place, group) in nest.enumerated().dropLast() where place > 0 {
      let coefficient = flat.terms[group.last!] ?? 0
      parts.append("\(writer.variableNames[place]) * (\(coefficient) / GNNC_LANES)")
    }
    return (parts + ["r"]).joined(separator: " + ")
  }

  private func write(
    _ writer: ExpressionEmitter, _ nest: [[Int]], _ message: Term, _ result: ValueID, place: String,
    _ inner: Int, _ width: Int, _ text: inout CText
  ) {
    let accumulator = accumulators[result]!
    let given = "gnnc_load(\(accumulator) + r * GNNC_LANES)"
    let first = starts[result].map { "\($0) ? (gnnc_lanes){0} : \(given)" } ?? given
    text.line("gnnc_lanes total[\(width) / GNNC_LANES];")
    text.line("GNNC_UNROLL")
    text.line(
      "for (size_t r = 0; r < \(width) / GNNC_LANES; r++) total[r] = \(first);"
    )
    for statement in writer.hoisted[0] { text.line(statement) }
    text.block("for (size_t j = \(firstRow); j < \(rowCount); j++)") { text in
      prefetch(writer, &text)
      for statement in writer.hoisted[1] { text.line(statement) }
      func nested(_ depth: Int, _ text: inout CText) {
        text.line("GNNC_UNROLL")
        if depth == nest.count - 1 {
          text.block("for (size_t r = 0; r < \(inner) / GNNC_LANES; r++)") { text in
            for statement in writer.hoisted[depth + 1] { text.line(statement) }
            let next =
              message.factors.count == 2
              ? "gnnc_fma_lanes(\(message.factors[0]), \(message.factors[1]), total[\(place)])"
              : "total[\(place)] + \(message.text)"
            text.line("total[\(place)] = \(next);")
          }
        } else {
          text.block(
            "for (size_t \(writer.variableNames[depth]) = 0; \(writer.variableNames[depth]) < \(extent(nest[depth])); \(writer.variableNames[depth])++)"
          ) { text in
            for statement in writer.hoisted[depth + 1] { text.line(statement) }
            nested(depth + 1, &text)
          }
        }
      }
      nested(1, &text)
    }
    text.line("GNNC_UNROLL")
    text.line(
      "for (size_t r = 0; r < \(width) / GNNC_LANES; r++) gnnc_store(\(accumulator) + r * GNNC_LANES, total[r]);"
    )
  }
}

extension ExpressionEmitter {
  /// A value as a register of neighbours along loop variable `inner`; nil where an operation has no such form. `isTop`
  /// values are computed even if they have memory.
  mutating func lanes(_ id: ValueID, _ index: [Affine], row: Affine, inner: Int, isTop: Bool = false) -> Term?
  {
    let instruction = scope.program[id]
    if let name = inRegisters[root(id)] { return Term(text: name, variables: [inner], isAtom: true) }
    var probe = self
    let scalar = probe.value(id, index, row: row, isTop: isTop)
    guard scalar.variables.contains(inner) else {
      let term = hoist(value(id, index, row: row), named: Names.of(id, in: scope.program))
      return Term(text: "gnnc_broadcast(\(term.text))", variables: term.variables, isAtom: false)
    }
    if !isTop, scope.memory(of: id, row: rowText(row)) != nil {
      let term = value(id, index, row: row)
      return Term(text: "gnnc_load(&\(term.text))", variables: term.variables, isAtom: false)
    }
    let shape = instruction.type.shape
    if instruction.operation == .reshape {
      let operand = instruction.operands[0]
      let flat = Affine.flat(index, Shape.strides(shape))
      guard let split = flat.split(scope.program[operand].type.shape, extents: extents) else { return nil }
      return lanes(operand, split, row: row, inner: inner)
    }
    var operands: [Term] = []
    for operand in instruction.operands {
      let place = broadcastIndex(index, to: scope.program[operand].type.shape)
      guard let term = lanes(operand, place, row: row, inner: inner) else { return nil }
      operands.append(term)
    }
    guard let text = Arithmetic.lanes(instruction.operation, operands.map(\.text)) else { return nil }
    return Term(
      text: text, variables: operands.reduce(into: []) { $0.formUnion($1.variables) }, isAtom: false,
      factors: instruction.operation == .binary(.multiply) ? operands.map(\.text) : [])
  }
}
