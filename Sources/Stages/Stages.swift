import Diagnostics
import Program

extension StageProgram {
  /// Cuts a program at its gathers: a schedule of what is stored, a layout for it, and kernels for all between.
  ///
  /// Fails where the program asks for what stages cannot do, with the place in the model's text.
  package init(_ program: Program, _ settings: StageSettings = StageSettings()) throws(Failure) {
    try Support.check(program)
    let program = Views.movedDown(program)
    let schedule = Schedule(program)
    let contents = StageContent.all(schedule)
    let layout = TensorLayout(schedule, contents, settings.store)
    var packed = PackedPool()
    var stages: [Stage] = []
    let runLevels = RunLevels(schedule)
    for content in contents {
      var planner = StagePlanner(schedule, content, layout, settings, packed: packed)
      let sections = try planner.plan()
      packed = planner.packed
      stages.append(
        StageAccount(schedule, content, layout).stage(
          sections, planner, level: runLevels.number(of: content.level)))
    }
    for constant in Constants.readAsTheyAre(program) {
      _ = packed.add(PackedConstant(value: constant, layout: .plain))
    }
    self.program = program
    self.settings = settings
    let inPlace = stages.map { InPlace.pairs($0, program, layout.tensors) }
    let memory = BufferPlanner(
      layout.claims, contents, inPlace: inPlace.reduce(into: [:]) { $0.merge($1) { $0.union($1) } })
    var tensors = layout.tensors
    for (tensor, buffer) in memory.assigned { tensors[tensor].buffer = buffer }
    self.tensors = tensors
    edgeSets = layout.edgeSets
    buffers = memory.buffers
    self.packed = packed.constants
    self.stages = stages
    finishes = runLevels.finishes(schedule, layout)
    outputs = program.outputs.map { StoredOutput($0, schedule, layout) }
    gatherPlaces = layout.gatherPlaces
    rounded = layout.rounded
  }
}

extension StoredOutput {
  fileprivate init(_ output: Program.Output, _ schedule: Schedule, _ layout: TensorLayout) {
    let program = schedule.program
    name = output.name
    shape = program[output.value].type.shape
    let value = schedule.root(output.value)
    var loops = EdgeSet.Loops.kept
    if case .edges(let set) = program[value].type.space { loops = set.loops }
    switch layout.places[value] {
    case .edges(let tensor, let loopTensor)?:
      (self.tensor, first, edges) = (tensor, 0, Edges(loops: loops, loopTensor: loopTensor))
    case .tensor(let tensor, let first)?:
      (self.tensor, self.first) = (tensor, first)
      if case .edges = program[value].type.space {
        edges = Edges(loops: loops, loopTensor: nil)
      } else {
        edges = nil
      }
    case .tile?, .block?, nil: preconditionFailure("an output that no stage stores")
    }
  }
}

/// The levels of a schedule as they are run: the prologue's first, numbered from 0 on.
private struct RunLevels {
  private let levels: [Schedule.Level]

  init(_ schedule: Schedule) { levels = Set(schedule.stored.values).sorted() }

  func number(of level: Schedule.Level) -> Int { levels.firstIndex(of: level)! }

  /// What is computed of the whole graph after each level.
  func finishes(_ schedule: Schedule, _ layout: TensorLayout) -> [Finish] {
    let program = schedule.program
    return levels.compactMap { level in
      let values = program.values.filter { program[$0].type.space == .graph && schedule.stored[$0] == level }
      guard !values.isEmpty else { return nil }
      return Finish(
        level: number(of: level), isPrologue: level.isPrologue, values: values, places: layout.places,
        partials: layout.partials)
    }
  }
}

/// Constants that vertex and edge arithmetic reads number by number.
private enum Constants {
  static func readAsTheyAre(_ program: Program) -> [ValueID] {
    var found: Set<ValueID> = []
    for instruction in program.instructions where instruction.type.space != .constant {
      for (place, operand) in instruction.operands.enumerated() {
        let constant = Schedule.root(operand, in: program)
        guard program[constant].type.space == .constant else { continue }
        if case .literal = program[constant].operation { continue }
        if case .linear = instruction.operation, place == 1, instruction.type.space != .graph { continue }
        if case .lstm = instruction.operation { continue }
        found.insert(constant)
      }
    }
    return found.sorted()
  }
}

/// What this compiler cannot make stages of, said in the user's terms.
private enum Support {
  static func check(_ program: Program) throws(Failure) {
    var problems: [Diagnostic] = []
    func refuse(_ origin: Span?, _ message: String, help: String? = nil) {
      let place = origin.map { Place.text(Label($0, "here"), also: []) } ?? .none
      problems.append(Diagnostic(kind: "unsupported", message, at: place, help: help))
    }
    for instruction in program.instructions {
      switch instruction.operation {
      case .lookup, .scatter:
        if TensorLayout.feature(behind: instruction.operands[1], program) == nil {
          refuse(
            instruction.origin, "an index that is computed cannot be compiled",
            help: "index by an integer feature of the vertices or edges")
        }
      case .parameter(let id) where program[id].element != .f32:
        refuse(instruction.origin, "weights other than f32 cannot be compiled")
      default: continue
      }
    }
    for instruction in program.instructions where instruction.operation == .lstm {
      guard case .edges(let set) = program[instruction.operands[0]].type.space, set.direction == .undirected
      else { continue }
      refuse(
        instruction.origin, "an LSTM over undirected edges cannot be compiled",
        help: "a pair of neighbours may stand for several edges, and has no place among them")
    }
    for output in program.outputs {
      let instruction = program[output.value]
      switch instruction.type.space {
      case .vertices, .graph: continue
      case .edges(let set):
        guard set.direction == .undirected else { continue }
        refuse(
          instruction.origin,
          "output `\(output.name)` is over undirected edges, which have no order of their own",
          help: "run the message passing over the edge type itself, or over `reverse` of it")
      case .constant:
        refuse(instruction.origin, "output `\(output.name)` is made of weights alone")
      }
    }
    if !problems.isEmpty { throw Failure(problems) }
  }
}
