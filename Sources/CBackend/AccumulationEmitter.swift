import Program
import Stages

/// Loops over the edges of a block that add to running results.
extension LoopEmitter {
  /// Edges whose messages are added in one pass over an accumulator: in order, so the bits are those of one at a time.
  private static let edgesAtOnce = 4
  /// Accumulators up to this width are held in a local array, which compilers keep in registers. Arrays say how they are
  /// aligned: gcc 12 loses it in some functions with 128-bit vectors.
  private static let localWidth = 64
  /// How many edges ahead a gathered row is asked for: far enough for rows that come from memory. With the edges of one
  /// pass it stays within GNNC_SOURCE_PADDING.
  private static let prefetchDistance = 12

  func accumulate(_ text: inout CText) {
    let width = loop.domain.reduce(1, *)
    if case .replace = loop.roots[0].mode {
      return emitEdges(count: 1, head: nil, names: accumulators, &text)
    }
    if isScatteredSum { return accumulateScattered(loop.roots[0], &text) }
    if accumulateInLanes(&text) || accumulateOneByOneInLanes(&text) { return }
    var names = accumulators
    let isLocal = width <= Self.localWidth
    if isLocal {
      for root in loop.roots {
        let name = accumulators[root.result]! + "_local"
        names[root.result] = name
        text.line("_Alignas(64) float \(name)[\(width)];")
        text.line("for (size_t f = 0; f < \(width); f++) \(name)[f] = \(accumulators[root.result]!)[f];")
      }
    }
    let (j, many) = (scope.rowVariable, Self.edgesAtOnce)
    text.line("size_t \(j) = \(firstRow);")
    emitEdges(
      count: many, head: "for (; \(j) + \(many) <= \(rowCount); \(j) += \(many))", names: names, &text)
    emitEdges(count: 1, head: "for (; \(j) < \(rowCount); \(j)++)", names: names, &text)
    if isLocal {
      for root in loop.roots {
        text.line(
          "for (size_t f = 0; f < \(width); f++) \(accumulators[root.result]!)[f] = \(names[root.result]!)[f];"
        )
      }
    }
  }

  private var isScatteredSum: Bool {
    let root = loop.roots[0]
    guard loop.roots.count == 1, case .accumulate(.sum) = root.mode,
      case .scatter = program[root.value].operation
    else { return false }
    return scope.memory(of: root.value, row: scope.rowVariable) == nil
  }

  /// Each message is added to the row of its own class; the others would only gain 0.
  private func accumulateScattered(_ root: Loop.Root, _ text: inout CText) {
    let operands = program[root.value].operands
    let shape = program[operands[0]].type.shape
    let inner = LoopEmitter(
      scope: scope, loop: Loop(domain: shape, roots: [root], rows: loop.rows), rowCount: rowCount,
      firstRow: firstRow,
      accumulators: accumulators, identifiers: identifiers)
    var place: String?
    func statement(_ emitter: inout ExpressionEmitter) -> String {
      let part = emitter.hoist(
        emitter.value(operands[1], [], row: row), type: "const size_t ", named: "place")
      place = part.text
      let x = emitter.value(operands[0], inner.domainIndex, row: row)
      let flat = emitter.text(emitter.note(Affine.flat(inner.domainIndex, Shape.strides(shape))))
      let target = "\(accumulators[root.result]!)[\(part.text) * \(shape.reduce(1, *)) + \(flat)]"
      return "\(target) = \(Self.step(.sum, target, x, .single));"
    }
    var survey = inner.emitter(nil)
    _ = statement(&survey)
    var writer = inner.emitter(inner.nest(survey.accesses, rowIsOpaque: true, withRow: false))
    let line = statement(&writer)
    for statement in writer.hoisted[0] { text.line(statement) }
    text.block("for (size_t j = \(firstRow); j < \(rowCount); j++)") { text in
      inner.prefetch(writer, &text)
      for statement in writer.hoisted[1] { text.line(statement) }
      if hasParts(root.result) { beginPart(root.result, width: shape.reduce(1, *), place!, &text) }
      inner.openAxes(writer, &text) { $0.line(line) }
    }
  }

  private func hasParts(_ result: ValueID) -> Bool {
    guard case .edges(let sweep, _) = scope.kind else { return false }
    return sweep.accumulators.contains { $0.value == result && $0.parts != nil }
  }

  /// Writes down the zeros of a part that this edge is the first to add to.
  private func beginPart(_ result: ValueID, width: Int, _ place: String, _ text: inout CText) {
    let name = accumulators[result]!
    let filled = "\(SweepEmitter.filled(name))[\(place)]"
    text.block("if (!\(filled))") {
      $0.line("\(filled) = 1;")
      $0.line("memset(\(name) + \(place) * \(width), 0, \(width) * sizeof(float));")
    }
  }

  /// One pass over `count` edges at once.
  private func emitEdges(count: Int, head: String?, names: [ValueID: String], _ text: inout CText) {
    func statements(_ emitter: inout ExpressionEmitter) -> [String] {
      loop.roots.map { root in
        let flat = Affine.flat(domainIndex, root.strides)
        let target = "\(names[root.result]!)[\(emitter.text(emitter.note(flat)))]"
        var total = target
        for edge in 0..<count {
          let row = self.row + Affine(constant: edge)
          let whole = emitter.value(root.value, domainIndex, row: row)
          let term = emitter.hoist(whole, named: Names.of(root.value, in: program))
          switch root.mode {
          case .accumulate(let reduction): total = Self.step(reduction, total, term, .single)
          case .replace, .store, .reduceAxis: total = term.text
          }
        }
        return "\(target) = \(total);"
      }
    }
    var survey = emitter(nil)
    _ = statements(&survey)
    var writer = emitter(nest(survey.accesses, rowIsOpaque: true, withRow: false))
    let lines = statements(&writer)
    func body(_ text: inout CText) {
      if count > 1 { prefetch(writer, &text) }
      for statement in writer.hoisted[1] { text.line(statement) }
      openAxes(writer, &text) { inner in for line in lines { inner.line(line) } }
    }
    text.block("") { text in
      for statement in writer.hoisted[0] { text.line(statement) }
      text.block(head ?? "for (size_t j = 0; j < 1; j++)", body)
    }
  }

  /// Asks for the rows of later edges that this loop is the first of its sweep to read.
  func prefetch(_ writer: ExpressionEmitter, _ text: inout CText) {
    guard case .edges(let sweep, _) = scope.kind, sweep.extent == .allEdges else { return }
    let wide = writer.gathered.filter { $0.rows.width >= 16 }
    let fresh = scope.prefetches.add(wide.map(\.rows))
    for (rows, row) in wide where fresh.contains(rows) {
      let (name, tensor) = (scope.model.tensors[rows.tensor], scope.stages.tensors[rows.tensor])
      let skip = scope.skipsLoop ? " - loop" : ""
      let pointer = "\(name) + (size_t)ahead[\(row) + \(Self.prefetchDistance)\(skip)] * \(tensor.stride)"
      let prefetch = tensor.number == .bf16 ? "gnnc_prefetch_bf16" : "gnnc_prefetch"
      text.line("\(prefetch)(\(pointer)\(rows.first == 0 ? "" : " + \(rows.first)"), \(rows.width));")
    }
  }

  /// The loops over the axes, inside the one over edges and after what stands at its head.
  func openAxes(_ writer: ExpressionEmitter, _ text: inout CText, _ body: (inout CText) -> Void) {
    let nest = writer.nest!
    func nested(_ place: Int, _ text: inout CText) {
      if place > 1 { for statement in writer.hoisted[place] { text.line(statement) } }
      guard place < nest.count else { return body(&text) }
      let (name, width) = (writer.variableNames[place], extent(nest[place]))
      if place == nest.count - 1 && width >= 4 { text.margin("#pragma omp simd") }
      text.block("for (size_t \(name) = 0; \(name) < \(width); \(name)++)") { nested(place + 1, &$0) }
    }
    nested(1, &text)
  }
}
