import Program

/// What a stage reads, writes and costs, as `explain` shows it and the compiled model says of itself.
struct StageAccount {
  let schedule: Schedule
  let content: StageContent
  let layout: TensorLayout
  private var program: Program { schedule.program }

  init(_ schedule: Schedule, _ content: StageContent, _ layout: TensorLayout) {
    self.schedule = schedule
    self.content = content
    self.layout = layout
  }

  func stage(_ sections: [Section], _ planner: StagePlanner, level: Int) -> Stage {
    var tally = Tally()
    for root in content.roots { write(root, &tally) }
    for sum in content.sums { readRow(program[sum].operands[0], &tally) }
    for value in content.rowValues where content.sweepOf[value] == nil {
      for operand in program[value].operands { readRow(operand, &tally) }
    }
    for section in sections {
      switch section {
      case .rows(let kernels):
        tally.cost.flopsPerRow += kernels.reduce(0) { $0 + flops($1, [:]) }
        for case .dense(let dense) in kernels {
          countSparse(dense, &tally)
          countParts(dense, sections, &tally)
        }
      case .sweep(let sweep): count(sweep, &tally)
      case .recurrence(let walk):
        count(walk.gates, &tally)
        // The recurrent product, and the cell's own arithmetic. Padded steps are not foreseen.
        tally.cost.count(edges: walk.gates.edges) {
          $0.flops += Double(8 * walk.width * walk.width + 12 * walk.width)
        }
      }
    }
    let sums = layout.partials.filter { content.sums.contains($0.key) }
    return Stage(
      name: name(sections), level: level, isPrologue: content.level.isPrologue,
      vertexType: content.vertexType, sections: sections, sums: sums,
      tileBuffers: planner.tile.buffers, keptRows: planner.keptRows, places: planner.places,
      gathers: tally.gathers.sorted(),
      reads: tally.reads.sorted(), writes: (tally.writes + sums.values).sorted(), cost: tally.cost)
  }

  /// What is counted so far: tensors, each once, and costs; and the values that are not to be counted again.
  private struct Tally {
    var gathers: Set<Int> = []
    var reads: Set<Int> = []
    var writes: [Int] = []
    var cost = StageCost()
    var rowValues: Set<ValueID> = []
    var edgeValues: Set<ValueID> = []
    var gathered: [Int: Set<ValueID>] = [:]
  }

  /// Of a value's numbers in a row of a tensor.
  private func bytes(_ value: ValueID, in tensor: Int) -> Double {
    Double(program[value].type.width * layout.tensors[tensor].number.bytes)
  }

  private func write(_ value: ValueID, _ tally: inout Tally) {
    guard case .tensor(let tensor, _)? = layout.places[value] else { return }
    if !tally.writes.contains(tensor) { tally.writes.append(tensor) }
    tally.cost.bytesWrittenPerRow += bytes(value, in: tensor)
  }

  private func readRow(_ operand: ValueID, _ tally: inout Tally) {
    let value = schedule.root(operand)
    guard schedule.isInput(value) || (schedule.stored[value] != nil && !content.roots.contains(value)),
      case .tensor(let tensor, _)? = layout.places[value], tally.rowValues.insert(value).inserted
    else { return }
    tally.reads.insert(tensor)
    // A value of the whole graph is one row for all.
    if program[value].type.space != .graph { tally.cost.bytesReadPerRow += bytes(value, in: tensor) }
  }

  private func count(_ sweep: Sweep, _ tally: inout Tally) {
    if !tally.cost.edges.contains(where: { $0.edges == sweep.edges }) {
      // Where each edge comes from; and of each row, where its in-edges begin.
      tally.cost.count(edges: sweep.edges) { $0.bytesRead += 4 }
      tally.cost.bytesReadPerRow += 8
    }
    for accumulator in sweep.accumulators {
      for operand in program[accumulator.value].operands
      where program[operand].type.space == .edges(sweep.set) {
        readEdge(operand, sweep, &tally)
      }
    }
    for keep in sweep.keeps {
      readEdge(keep.value, sweep, &tally)
      tally.writes += [keep.tensor] + (keep.loopTensor.map { [$0] } ?? [])
      tally.cost.count(edges: sweep.edges) { $0.bytesWritten += Double(keep.width * 4) }
    }
    guard sweep.extent != .lastLoop else { return }
    let work = sweep.kernels.reduce(0) { $0 + flops($1, sweep.places) }
    tally.cost.count(edges: sweep.edges) { $0.flops += work }
    if sweep.set.loops == .added { tally.cost.flopsPerRow += work }
  }

  /// What is read behind an edge value, each once for a stage.
  private func readEdge(_ value: ValueID, _ sweep: Sweep, _ tally: inout Tally) {
    guard tally.edgeValues.insert(value).inserted else { return }
    let instruction = program[value]
    guard case .edges = instruction.type.space else { return readRow(value, &tally) }
    if case .edges(let tensor, let loops)? = layout.places[value], schedule.stored[value] != content.level {
      tally.reads.formUnion([tensor] + (loops.map { [$0] } ?? []))
      return tally.cost.count(edges: sweep.edges) { $0.bytesRead += bytes(value, in: tensor) }
    }
    switch instruction.operation {
    case .source:
      let source = schedule.root(instruction.operands[0])
      gather(source, layout.gatherPlaces[value] ?? layout.places[source], sweep, &tally)
    case .target: readRow(instruction.operands[0], &tally)
    case .feature:
      guard let tensor = layout.edgeFeature(value, edges: sweep.edges) else { return }
      tally.reads.insert(tensor)
      tally.cost.count(edges: sweep.edges) { $0.bytesRead += bytes(value, in: tensor) }
    default:
      for operand in instruction.operands { readEdge(operand, sweep, &tally) }
    }
  }

  private func gather(_ source: ValueID, _ place: Location?, _ sweep: Sweep, _ tally: inout Tally) {
    guard case .tensor(let tensor, _)? = place else { return }
    tally.gathers.insert(tensor)
    // An added self-loop comes from the row itself.
    if sweep.set.loops == .added, tally.rowValues.insert(source).inserted {
      tally.cost.bytesReadPerRow += bytes(source, in: tensor)
    }
    guard sweep.extent != .lastLoop, tally.gathered[sweep.edges, default: []].insert(source).inserted
    else { return }
    tally.cost.count(edges: sweep.edges) { $0.gather(tensor, bytes: bytes(source, in: tensor)) }
  }

  // MARK: - Arithmetic

  /// A product whose input may be sparse costs as much as there is of it.
  private func countSparse(_ dense: Dense, _ tally: inout Tally) {
    guard case .tensor(let tensor, _)? = layout.places[schedule.root(dense.input)],
      layout.tensors[tensor].takesSparse
    else { return }
    tally.cost.countSparse(tensor, flopsPerNumber: 2 * Double(dense.outputs))
  }

  /// A product of a sum with parts left out costs as much as there are parts.
  private func countParts(_ dense: Dense, _ sections: [Section], _ tally: inout Tally) {
    guard let parts = dense.parts else { return }
    for case .sweep(let sweep) in sections {
      guard let sum = sweep.accumulators.first(where: { $0.parts == parts }) else { continue }
      var classes: Int?
      if parts.count > 1 {
        let message = program[program[sum.value].operands[0]]
        guard let feature = TensorLayout.feature(behind: message.operands[1], program),
          let tensor = layout.edgeFeature(feature, edges: sweep.edges)
        else { return }
        classes = tensor
      }
      let flops = 2 * Double(dense.inputs * dense.outputs) / Double(parts.count)
      tally.cost.parts.append(
        StageCost.PartCost(edges: sweep.edges, classes: classes, parts: parts.count, flopsPerPart: flops))
    }
  }

  private func flops(_ kernel: Kernel, _ places: [ValueID: Location]) -> Double {
    switch kernel {
    case .dense(let dense):
      let product = 2 * Double(dense.batch * dense.extra * dense.inputs * dense.outputs)
      return product + (dense.epilogue.map { expression($0, isTop: true, places) } ?? 0)
    case .finishEmpty, .round, .widen: return 0
    case .contribute(let value, _): return 4 * Double(program[value].type.width)
    case .loop(let loop):
      return loop.roots.reduce(0) { sum, root in
        let own: Double
        switch root.mode {
        case .store, .replace: own = 0
        case .accumulate, .reduceAxis: own = Double(program[root.value].type.width)
        }
        return sum + own + expression(root.value, isTop: root.value == root.result, places)
      }
    }
  }

  private func expression(_ value: ValueID, isTop: Bool, _ places: [ValueID: Location]) -> Double {
    let instruction = program[value]
    if instruction.type.space == .constant { return 0 }
    if !isTop, places[value] != nil || (layout.places[value] != nil) { return 0 }
    switch instruction.operation {
    case .unary, .binary, .select, .scatter:
      return Double(instruction.type.width)
        + instruction.operands.reduce(0) { $0 + expression($1, isTop: false, places) }
    case .reshape, .slice, .broadcast, .permute, .view:
      return expression(instruction.operands[0], isTop: false, places)
    default: return 0
    }
  }

  // MARK: - Names

  /// What a stage does, in a few words: "max from; sum h; linear convs.1.lin".
  private func name(_ sections: [Section]) -> String {
    var words: [String] = []
    for section in sections {
      switch section {
      case .sweep(let sweep):
        for accumulator in sweep.accumulators where accumulator.isFirst {
          words.append("\(accumulator.reduction.rawValue) over \(program.schema[sweep.set.type].name)")
        }
      case .recurrence(let walk): words.append("lstm over \(program.schema[walk.gates.set.type].name)")
      case .rows(let kernels):
        for case .dense(let dense) in kernels { words.append("linear " + weightName(dense)) }
        for case .contribute(let value, _) in kernels { words.append(program[value].operation.word) }
      }
    }
    var unique: [String] = []
    for word in words where unique.last != word { unique.append(word) }
    return unique.isEmpty ? "elementwise" : unique.joined(separator: ", ")
  }

  private func weightName(_ dense: Dense) -> String {
    var value = program[dense.value].operands[1]
    while true {
      let instruction = program[value]
      if case .parameter(let id) = instruction.operation {
        let key = program[id].keys[0]
        return key.hasSuffix(".weight") ? String(key.dropLast(7)) : key
      }
      guard let next = instruction.operands.first else { return Names.of(dense.value, in: program) }
      value = next
    }
  }
}
