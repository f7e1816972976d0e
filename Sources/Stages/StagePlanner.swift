import Diagnostics
import Program

/// Turns what a stage computes into kernels over tiles and blocks, in the order in which they run.
struct StagePlanner {
  let program: Program
  let content: StageContent
  let layout: TensorLayout
  let schedule: Schedule
  var places: [ValueID: Location]
  var tile = ScratchPool()
  var packed: PackedPool
  private(set) var keptRows: [KeptRows] = []
  /// The section of rows, 0 for the one before the first sweep, in which each vertex value is made.
  private var section: [ValueID: Int] = [:]
  /// Vertex values that edges read at their target, or that a later section reads.
  private var neededInMemory: Set<ValueID> = []
  /// The elementwise value that takes a product's place, by product.
  private var epilogues: [ValueID: ValueID] = [:]
  /// The parts of values that are left out where they are zeros.
  private(set) var parts: [ValueID: Parts] = [:]
  private let settings: StageSettings
  private var rows = ScopePlanner(Program(schema: Schema()), .rows, values: [], required: [])

  init(
    _ schedule: Schedule, _ content: StageContent, _ layout: TensorLayout, _ settings: StageSettings,
    packed: PackedPool
  ) {
    program = schedule.program
    self.schedule = schedule
    self.content = content
    self.layout = layout
    self.settings = settings
    self.packed = packed
    places = layout.places.filter { place in
      // What the stage itself stores on edges is read from its block, not from where it goes.
      if case .edges = place.value { return schedule.stored[place.key] != content.level }
      // What it rounds has rows of scratch until then.
      if layout.rounded.contains(place.key) { return !content.roots.contains(place.key) }
      return true
    }
  }

  /// Whether an edge value's rows are there before the stage runs.
  func isGiven(_ value: ValueID) -> Bool {
    if case .edges? = places[value] { return true }
    return false
  }

  mutating func plan() throws(Failure) -> [Section] {
    assignSections()
    let contributions = content.sums.map { schedule.root(program[$0].operands[0]) }
    let required = Set(content.roots).union(neededInMemory).union(content.reductions).union(contributions)
    rows = ScopePlanner(program, .rows, values: content.rowValues, required: required)
    // What one section makes and another reads cannot stay inside an expression.
    let crossing = content.rowValues.filter { crossesSections($0) }
    rows = ScopePlanner(program, .rows, values: content.rowValues, required: required.union(crossing))
    for value in readAsRows {
      places[value] = .tile(tile.add(Names.of(value, in: program), program[value].type.width))
    }
    let made = content.rowValues.filter { rows.materialized.contains($0) }
    epilogues =
      EpiloguePlanner(
        program: program, schedule: schedule, made: made, section: section, places: places,
        tensors: layout.tensors
      ).epilogues()
    planParts()
    for value in made where places[value] == nil && epilogues[value] == nil {
      places[value] = .tile(tile.add(Names.of(value, in: program), program[value].type.width))
    }
    var sections: [Section] = []
    for turn in 0...content.sweepCount {
      if turn > 0 {
        let sweeps = try sweeps(turn, after: &sections)
        sections += sweeps.map(Section.sweep)
        sections += try recurrences(turn).map(Section.recurrence)
      }
      let kernels = try rowKernels(turn)
      if !kernels.isEmpty { sections.append(.rows(kernels)) }
    }
    return sections
  }

  private mutating func planParts() {
    let planner = PartsPlanner(
      program: program, schedule: schedule, content: content, stored: places,
      neededInMemory: neededInMemory, narrowest: settings.narrowestPart)
    for (sum, count, values) in planner.sums() {
      let filled = tile.addBytes(Names.of(sum, in: program) + "_filled", count)
      for value in values { parts[value] = Parts(count: count, filled: filled) }
    }
  }

  // MARK: - Turns

  /// Every value as late as its readers allow: what waits for no sweep is not kept in cache across one.
  private mutating func assignSections() {
    var latest: [ValueID: Int] = [:]
    func lower(_ value: ValueID, _ turn: Int) {
      latest[value] = min(latest[value] ?? content.sweepCount, turn)
    }
    func readInSweep(_ value: ValueID, _ sweep: Int) {
      for read in readAtTarget(value) {
        neededInMemory.insert(schedule.root(read))
        lower(read, sweep - 1)
      }
    }
    for (value, sweep) in content.storedIn { readInSweep(value, sweep) }
    for value in content.rowValues.reversed() {
      if let sweep = content.sweepOf[value] {
        section[value] = sweep
        for operand in program[value].operands { readInSweep(operand, sweep) }
        continue
      }
      let turn = max(content.readyAfter(value), latest[value] ?? content.sweepCount)
      section[value] = turn
      for operand in program[value].operands { lower(operand, turn) }
    }
    for value in readAsRows { section[value] = latest[value] ?? content.sweepCount }
  }

  /// The vertex values that an edge value reads at its target.
  private func readAtTarget(_ value: ValueID) -> [ValueID] {
    let instruction = program[value]
    switch instruction.type.space {
    case .constant, .graph: return []
    case .vertices: return [value]
    case .edges: break
    }
    if case .source = instruction.operation { return [] }
    return isGiven(value) ? [] : instruction.operands.flatMap(readAtTarget)
  }

  private func crossesSections(_ value: ValueID) -> Bool {
    content.rowValues.contains { reader in
      content.sweepOf[reader] == nil && section[reader] != section[value]
        && program[reader].operands.contains(value)
    }
  }

  // MARK: - Rows

  private mutating func rowKernels(_ turn: Int) throws(Failure) -> [Kernel] {
    var kernels = readAsRows.filter { section[$0] == turn }.map { value -> Kernel in
      let (tensor, first) = layout.roundedPlace(of: value)!
      return .widen(value: value, tensor: tensor, first: first)
    }
    let madeOfSums = Set(epilogues.values)
    for value in content.rowValues
    where !madeOfSums.contains(value) && section[value] == turn && rows.materialized.contains(value) {
      if content.sweepOf[value] != nil {
        if let finish = finish(value) { kernels.append(finish) }
      } else {
        kernels += try self.kernels(for: value, domain: rows.domains[value], rows: .all)
      }
    }
    guard turn == content.sweepCount else { return kernels }
    kernels += content.sums.map { .contribute(value: $0, operand: program[$0].operands[0]) }
    return kernels
      + content.roots.compactMap { value in
        layout.roundedPlace(of: value).map { .round(value: value, tensor: $0.tensor, first: $0.first) }
      }
  }

  /// Values that an earlier stage has rounded, and that something here takes whole rows of.
  private var readAsRows: [ValueID] {
    let products = content.rowValues.filter {
      if case .linear = program[$0].operation { true } else { false }
    }
    let read = (products + content.sums).map { schedule.root(program[$0].operands[0]) }
    return Set(read).filter { layout.roundedPlace(of: $0) != nil && !content.roots.contains($0) }.sorted()
  }

  private func finish(_ value: ValueID) -> Kernel? {
    guard case .reduce(let reduction) = program[value].operation, reduction == .max || reduction == .min
    else { return nil }
    let sets = program[value].operands.compactMap { operand in
      if case .edges(let set) = program[operand].type.space { set } else { nil }
    }
    return .finishEmpty(value: value, sets: sets)
  }

  // MARK: - Sweeps

  private mutating func sweeps(_ turn: Int, after sections: inout [Section]) throws(Failure) -> [Sweep] {
    struct Key: Hashable {
      let set: EdgeSet
      let extent: Sweep.Extent
    }
    var order: [Key] = []
    var messages: [Key: [(value: ValueID, message: ValueID)]] = [:]
    var kept: [Key: [ValueID]] = [:]
    for value in content.reductions where content.sweepOf[value] == turn && program[value].operation != .lstm
    {
      for message in program[value].operands {
        guard case .edges(let set) = program[message].type.space else { continue }
        var isLoop = false
        if case .selfLoop = program[value].operation { isLoop = true }
        let key = Key(set: set, extent: isLoop ? .lastLoop : .allEdges)
        if messages[key] == nil { order.append(key) }
        messages[key, default: []].append((value, message))
      }
    }
    for value in content.edgeRoots where content.storedIn[value] == turn {
      guard case .edges(let set) = program[value].type.space else { continue }
      let key = Key(set: set, extent: .allEdges)
      if messages[key] == nil && kept[key] == nil { order.append(key) }
      kept[key, default: []].append(value)
    }
    var result: [Sweep] = []
    var begun: Set<ValueID> = []
    for key in order {
      let earlier = earlierRows(of: key.set, key.extent, sections)
      var planner = SweepPlanner(
        stage: self, set: key.set, extent: key.extent, begun: begun, earlier: Set(earlier.keys))
      var sweep = try planner.plan(messages[key] ?? [], keeping: kept[key] ?? [])
      if sweep.isOverTile && !planner.reused.isEmpty {
        planner = SweepPlanner(stage: self, set: key.set, extent: key.extent, begun: begun, earlier: [])
        sweep = try planner.plan(messages[key] ?? [], keeping: kept[key] ?? [])
      }
      for (value, buffer) in planner.reused.sorted(by: { $0.key < $1.key }) {
        sweep.blockBuffers[buffer].kept = keep(earlier[value]!, &sections)
      }
      result.append(sweep)
      begun.formUnion((messages[key] ?? []).map(\.value))
      packed = planner.stage.packed
    }
    return result
  }

  /// Where an earlier sweep has the rows of an edge value.
  private struct RowsOfBlock {
    let section: Int
    let buffer: Int
  }

  /// The edge values that an earlier sweep over the same in-edges had rows of, and that cost more to make again than to
  /// keep. Sweeps over a tile's edges together go another way along them.
  private func earlierRows(
    of set: EdgeSet, _ extent: Sweep.Extent, _ sections: [Section]
  ) -> [ValueID: RowsOfBlock] {
    guard extent == .allEdges else { return [:] }
    var found: [ValueID: RowsOfBlock] = [:]
    for (number, section) in sections.enumerated() {
      guard case .sweep(let sweep) = section, sweep.set == set, sweep.extent == .allEdges, !sweep.isOverTile
      else { continue }
      for (value, place) in sweep.places {
        guard case .block(let buffer) = place, found[value] == nil, isWorthKeeping(value) else { continue }
        found[value] = RowsOfBlock(section: number, buffer: buffer)
      }
    }
    return found
  }

  /// Whether the bytes gathered to make an edge value again are more than those of keeping and reading it.
  private func isWorthKeeping(_ value: ValueID) -> Bool {
    var gathered: Set<ValueID> = []
    func visit(_ value: ValueID) {
      let instruction = program[value]
      guard case .edges = instruction.type.space, !isGiven(value) else { return }
      switch instruction.operation {
      case .source: gathered.insert(value)
      case .target: return
      default: for operand in instruction.operands { visit(operand) }
      }
    }
    if case .source = program[value].operation { return false }
    visit(value)
    let widths = gathered.map { program[$0].type.width }
    // A row within a cache line comes with its neighbours from a tensor that is small.
    return widths.filter { $0 >= 16 }.reduce(0, +) > 2 * program[value].type.width
  }

  /// Lets the earlier sweep keep its rows, and gives their number.
  private mutating func keep(_ rows: RowsOfBlock, _ sections: inout [Section]) -> Int {
    guard case .sweep(var sweep) = sections[rows.section] else { preconditionFailure("rows of no sweep") }
    let buffer = sweep.blockBuffers[rows.buffer]
    if let known = buffer.kept { return known }
    keptRows.append(KeptRows(name: buffer.name, stride: buffer.stride, edges: sweep.edges))
    sweep.blockBuffers[rows.buffer].kept = keptRows.count - 1
    sections[rows.section] = .sweep(sweep)
    return keptRows.count - 1
  }

  // MARK: - Recurrences

  private mutating func recurrences(_ turn: Int) throws(Failure) -> [Recurrence] {
    var result: [Recurrence] = []
    for value in content.reductions where content.sweepOf[value] == turn && program[value].operation == .lstm
    {
      result.append(try recurrence(value))
    }
    return result
  }

  private mutating func recurrence(_ value: ValueID) throws(Failure) -> Recurrence {
    let (gates, weights, padding) = (
      program[value].operands[0], program[value].operands[1], program[value].operands[2]
    )
    guard case .edges(let set) = program[gates].type.space else {
      preconditionFailure("gates that are not over edges")
    }
    var planner = SweepPlanner(stage: self, set: set, extent: .oneEdge, begun: [], earlier: [])
    let sweep = try planner.plan([(value, gates)], keeping: [])
    packed = planner.stage.packed
    let width = program[value].type.width
    return Recurrence(
      value: value, width: width, gates: sweep,
      weights: packed.add(
        PackedConstant(value: weights, layout: .panels(batch: 1, out: 4 * width, in: width))),
      padding: packed.add(PackedConstant(value: schedule.root(padding), layout: .plain)),
      scratch: Recurrence.Scratch(
        gates: tile.add("gates", 4 * width), product: tile.add("recurrent", 4 * width),
        hidden: tile.add("hidden", width), cell: tile.add("cell", width), rest: tile.add("rest", width)))
  }

  // MARK: - Kernels

  /// The kernels that fill the rows of one value.
  mutating func kernels(for value: ValueID, domain: [Int]?, rows: Loop.Rows) throws(Failure) -> [Kernel] {
    let instruction = program[value]
    let shape = instruction.type.shape
    func store(_ expression: ValueID, _ domain: [Int], offset: Int, strides: [Int], _ rows: Loop.Rows)
      -> Kernel
    {
      let root = Loop.Root(
        value: expression, result: value, mode: .store, offset: offset, strides: strides)
      return .loop(Loop(domain: domain, roots: [root], rows: rows))
    }
    if isGiven(value) { return [store(value, shape, offset: 0, strides: Shape.strides(shape), rows)] }
    switch instruction.operation {
    case .linear(let batch):
      return [.dense(try dense(value, instruction, batch: batch))]
    case .reduceAxis(let reduction, let axis):
      let operand = instruction.operands[0]
      let root = Loop.Root(
        value: operand, result: value, mode: .reduceAxis(reduction, axis: axis), offset: 0,
        strides: Shape.strides(shape))
      return [.loop(Loop(domain: program[operand].type.shape, roots: [root], rows: rows))]
    case .concat(let axis):
      var offset = 0
      let strides = Shape.strides(shape)
      return instruction.operands.map { part in
        let partShape = program[part].type.shape
        defer { offset += partShape[axis] * strides[axis] }
        return store(part, partShape, offset: offset, strides: strides, rows)
      }
    case .withLoops:
      let strides = Shape.strides(shape)
      return [
        store(instruction.operands[0], shape, offset: 0, strides: strides, .withoutLoop),
        store(instruction.operands[1], shape, offset: 0, strides: strides, .loopOnly),
      ]
    default:
      let domain = domain ?? shape
      let root = Loop.Root(
        value: value, result: value, mode: .store, offset: 0, strides: Shape.strides(domain))
      return [.loop(Loop(domain: domain, roots: [root], rows: rows, parts: parts[value]))]
    }
  }

  private mutating func dense(_ value: ValueID, _ instruction: Instruction, batch: Int) throws(Failure)
    -> Dense
  {
    let (input, weights) = (instruction.operands[0], instruction.operands[1])
    guard program[weights].type.space == .constant else {
      throw Failure(
        kind: "unsupported", "a product of two values that both depend on the graph is not supported",
        at: instruction.origin.map { .text(Label($0, "here"), also: []) } ?? .none,
        help: "make one of them a parameter, or write the product as `sum(a * b, axis: -1)`")
    }
    let shape = program[weights].type.shape
    let (inputs, outputs) = (shape[shape.count - 1], shape[shape.count - 2])
    let batches = shape.prefix(batch).reduce(1, *)
    let place = packed.add(
      PackedConstant(value: weights, layout: .panels(batch: batches, out: outputs, in: inputs)))
    return Dense(
      value: value, input: input, weights: place, batch: batches,
      extra: instruction.type.width / max(batches * outputs, 1), inputs: inputs, outputs: outputs,
      epilogue: epilogues[value], parts: parts[schedule.root(input)])
  }
}

/// Scratch buffers of a tile or a block.
struct ScratchPool {
  private(set) var buffers: [ScratchBuffer] = []

  mutating func add(_ name: String, _ width: Int) -> Int {
    buffers.append(ScratchBuffer(name: name, width: width, stride: TensorLayout.stride(width)))
    return buffers.count - 1
  }

  mutating func addBytes(_ name: String, _ width: Int) -> Int {
    buffers.append(ScratchBuffer(name: name, width: width, stride: width, number: .bool))
    return buffers.count - 1
  }
}

/// The constants that stages read, each once for each layout.
struct PackedPool {
  private(set) var constants: [PackedConstant] = []

  mutating func add(_ constant: PackedConstant) -> Int {
    if let known = constants.firstIndex(of: constant) { return known }
    constants.append(constant)
    return constants.count - 1
  }
}
