import Diagnostics
import Program

/// Turns the edge values behind some reductions into kernels over a block of edges.
struct SweepPlanner {
  var stage: StagePlanner
  let set: EdgeSet
  let extent: Sweep.Extent
  /// Joint reductions that earlier sweeps have begun.
  let begun: Set<ValueID>
  /// Edge values that an earlier sweep can keep the rows of.
  let earlier: Set<ValueID>
  /// Those of them that are read, and their block buffers.
  private(set) var reused: [ValueID: Int] = [:]
  private var program: Program { stage.program }

  init(stage: StagePlanner, set: EdgeSet, extent: Sweep.Extent, begun: Set<ValueID>, earlier: Set<ValueID>) {
    self.stage = stage
    self.earlier = earlier
    self.begun = begun
    self.set = set
    self.extent = extent
  }

  mutating func plan(
    _ messages: [(value: ValueID, message: ValueID)], keeping kept: [ValueID]
  ) throws(Failure) -> Sweep {
    var scope: Set<ValueID> = []
    for message in messages { collect(message.message, &scope) }
    for value in kept { collect(value, &scope) }
    let values = scope.sorted()
    let known = scope.intersection(earlier)
    let planner = ScopePlanner(
      program, .edges, values: values + messages.map(\.value).sorted(), required: Set(kept),
      given: scope.filter(stage.isGiven).union(known))
    var block = ScratchPool()
    for value in values where planner.materialized.contains(value) || known.contains(value) {
      let buffer = block.add(Names.of(value, in: program), program[value].type.width)
      stage.places[value] = .block(buffer)
      if known.contains(value) { reused[value] = buffer }
    }
    var kernels: [Kernel] = []
    for value in values where planner.materialized.contains(value) && !known.contains(value) {
      kernels += try stage.kernels(for: value, domain: planner.domains[value], rows: rows(of: value))
    }
    kernels += accumulation(messages)
    let places = stage.places.filter { scope.contains($0.key) }
    return Sweep(
      set: set, edges: stage.layout.edges(of: set), extent: extent, kernels: kernels,
      keeps: kept.map(keep), blockBuffers: block.buffers,
      accumulators: accumulators(messages), places: places)
  }

  private func collect(_ value: ValueID, _ scope: inout Set<ValueID>) {
    guard case .edges = program[value].type.space, scope.insert(value).inserted else { return }
    if stage.isGiven(value) || earlier.contains(value) { return }
    switch program[value].operation {
    case .source, .target: return
    default: for operand in program[value].operands { collect(operand, &scope) }
    }
  }

  private func keep(_ value: ValueID) -> Keep {
    guard case .edges(let tensor, let loops)? = stage.layout.places[value] else {
      preconditionFailure("a stored edge value without a tensor")
    }
    return Keep(value: value, tensor: tensor, loopTensor: loops, width: program[value].type.width)
  }

  /// Values without the added loops are computed for the other edges of a block alone.
  private func rows(of value: ValueID) -> Loop.Rows {
    guard set.loops == .added, case .edges(let own) = program[value].type.space, own.loops != .added
    else { return .all }
    return .withoutLoop
  }

  /// One loop for all reductions of messages with the same indices: what they share is computed once.
  private func accumulation(_ messages: [(value: ValueID, message: ValueID)]) -> [Kernel] {
    var loops: [Loop] = []
    for (value, message) in messages {
      let shape = program[message].type.shape
      let mode: Loop.Mode
      if case .reduce(let reduction) = program[value].operation {
        mode = .accumulate(reduction)
      } else {
        mode = .replace
      }
      let root = Loop.Root(
        value: message, result: value, mode: mode, offset: 0, strides: Shape.strides(shape))
      // A message in the row of its class has other indices than the rest.
      if !isScatter(message),
        let same = loops.firstIndex(where: { loop in
          loop.domain == shape && !loop.roots.contains { $0.result == value || isScatter($0.value) }
        })
      {
        loops[same].roots.append(root)
      } else {
        loops.append(Loop(domain: shape, roots: [root]))
      }
    }
    return loops.map(Kernel.loop)
  }

  private func isScatter(_ value: ValueID) -> Bool {
    if case .scatter = program[value].operation { true } else { false }
  }

  /// One for each reduction, though it may take several messages of this set.
  private func accumulators(_ messages: [(value: ValueID, message: ValueID)]) -> [Accumulator] {
    var found: [Accumulator] = []
    for (value, _) in messages where !found.contains(where: { $0.value == value }) {
      found.append(accumulator(value, isFirst: !begun.contains(value)))
    }
    return found
  }

  private func accumulator(_ value: ValueID, isFirst: Bool) -> Accumulator {
    let (reduction, start): (Reduction, Double) =
      switch program[value].operation {
      case .reduce(.sum): (.sum, 0)
      case .reduce(.product): (.product, 1)
      case .reduce(.max): (.max, -.infinity)
      case .reduce(.min): (.min, .infinity)
      case .selfLoop(let otherwise): (.sum, otherwise)
      default: (.sum, 0)
      }
    return Accumulator(
      value: value, reduction: reduction, width: program[value].type.width, start: start,
      isFirst: isFirst, parts: stage.parts[value])
  }
}
