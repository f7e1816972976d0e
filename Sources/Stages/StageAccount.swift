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
    var account = Stage(
      name: "", level: level, isPrologue: content.level.isPrologue,
      vertexType: content.vertexType, sections: sections,
      sums: layout.partials.filter { content.sums.contains($0.key) },
      tileBuffers: planner.tile.buffers, places: planner.places, gathers: [], reads: [], writes: [],
      cost: StageCost())
    for root in content.roots { note(root, &account.writes) { account.cost.bytesWrittenPerRow += $0 } }
    for sum in content.sums { readRow(program[sum].operands[0], &account) }
    for value in content.rowValues where content.sweepOf[value] == nil {
      for operand in program[value].operands { readRow(operand, &account) }
    }
    for section in sections {
      switch section {
      case .rows(let kernels):
        account.cost.flopsPerRow += kernels.reduce(0) { $0 + flops($1, [:]) }
      case .sweep(let sweep): count(sweep, &account)
      case .recurrence(let walk):
        count(walk.gates, &account)
        // The recurrent product, and the cell's own arithmetic. Padded steps are not foreseen.
        account.cost.flopsPerEdge += Double(8 * walk.width * walk.width + 12 * walk.width)
      }
    }
    account.writes += account.sums.values
    return Stage(
      name: name(sections), level: account.level, isPrologue: account.isPrologue,
      vertexType: account.vertexType, sections: sections, sums: account.sums,
      tileBuffers: account.tileBuffers,
      places: account.places, gathers: account.gathers.sorted(), reads: account.reads.sorted(),
      writes: account.writes.sorted(), cost: account.cost)
  }

  private func note(_ value: ValueID, _ tensors: inout [Int], _ bytes: (Double) -> Void) {
    guard case .tensor(let tensor, _)? = layout.places[value] else { return }
    if !tensors.contains(tensor) { tensors.append(tensor) }
    bytes(Double(program[value].type.width * 4))
  }

  private func readRow(_ operand: ValueID, _ stage: inout Stage) {
    let value = schedule.root(operand)
    guard schedule.isInput(value) || (schedule.stored[value] != nil && !content.roots.contains(value))
    else { return }
    let known = stage.reads
    guard case .tensor(let tensor, _)? = layout.places[value], !known.contains(tensor) else { return }
    note(value, &stage.reads) { stage.cost.bytesReadPerRow += $0 }
  }

  private func count(_ sweep: Sweep, _ stage: inout Stage) {
    var seen: Set<ValueID> = []
    for accumulator in sweep.accumulators {
      for operand in program[accumulator.value].operands
      where program[operand].type.space == .edges(sweep.set) {
        readEdge(operand, sweep, &seen, &stage)
      }
    }
    for keep in sweep.keeps {
      readEdge(keep.value, sweep, &seen, &stage)
      stage.writes += [keep.tensor] + (keep.loopTensor.map { [$0] } ?? [])
      stage.cost.bytesGatheredPerEdge += Double(keep.width * 4)
    }
    guard sweep.extent != .lastLoop else { return }
    stage.cost.bytesGatheredPerEdge += 4
    stage.cost.flopsPerEdge += sweep.kernels.reduce(0) { $0 + flops($1, sweep.places) }
    if sweep.set.loops == .added {
      stage.cost.flopsPerRow += sweep.kernels.reduce(0) { $0 + flops($1, sweep.places) }
    }
  }

  /// What is read behind an edge value, each once for a sweep.
  private func readEdge(_ value: ValueID, _ sweep: Sweep, _ seen: inout Set<ValueID>, _ stage: inout Stage) {
    guard seen.insert(value).inserted else { return }
    let instruction = program[value]
    guard case .edges = instruction.type.space else { return readRow(value, &stage) }
    if case .edges(let tensor, let loops)? = layout.places[value], schedule.stored[value] != content.level {
      let known = stage.reads
      for tensor in [tensor] + (loops.map { [$0] } ?? []) where !known.contains(tensor) {
        stage.reads.append(tensor)
      }
      stage.cost.bytesGatheredPerEdge += Double(instruction.type.width * 4)
      return
    }
    switch instruction.operation {
    case .source:
      let source = schedule.root(instruction.operands[0])
      note(source, &stage.gathers) { _ in }
      let width = Double(program[source].type.width * 4)
      if sweep.extent != .lastLoop { stage.cost.bytesGatheredPerEdge += width }
    case .target: readRow(instruction.operands[0], &stage)
    case .feature:
      if let tensor = layout.edgeFeature(value, edges: sweep.edges), !stage.reads.contains(tensor) {
        stage.reads.append(tensor)
        stage.cost.bytesGatheredPerEdge += Double(instruction.type.width * 4)
      }
    default:
      for operand in instruction.operands { readEdge(operand, sweep, &seen, &stage) }
    }
  }

  // MARK: - Arithmetic

  private func flops(_ kernel: Kernel, _ places: [ValueID: Location]) -> Double {
    switch kernel {
    case .dense(let dense):
      let product = 2 * Double(dense.batch * dense.extra * dense.inputs * dense.outputs)
      return product + (dense.epilogue.map { expression($0, isTop: true, places) } ?? 0)
    case .finishEmpty: return 0
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
