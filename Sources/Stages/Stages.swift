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
    let layout = TensorLayout(schedule, contents)
    var packed = PackedPool()
    var stages: [Stage] = []
    for content in contents {
      var planner = StagePlanner(schedule, content, layout, packed: packed)
      let sections = try planner.plan()
      packed = planner.packed
      stages.append(
        StageAccount(schedule, content, layout).stage(sections, planner, number: stages.count))
    }
    for constant in Constants.readAsTheyAre(program) {
      _ = packed.add(PackedConstant(value: constant, layout: .plain))
    }
    self.program = program
    self.settings = settings
    tensors = layout.tensors
    edgeSets = layout.edgeSets
    buffers = layout.buffers
    self.packed = packed.constants
    self.stages = stages
    outputs = program.outputs.map { output in
      guard case .tensor(let tensor, let first)? = layout.places[schedule.root(output.value)] else {
        preconditionFailure("an output that no stage stores")
      }
      return StoredOutput(
        name: output.name, tensor: tensor, first: first, shape: program[output.value].type.shape)
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
        if case .linear = instruction.operation, place == 1 { continue }
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
      if instruction.type.space == .graph {
        refuse(instruction.origin, "values of the whole graph cannot be compiled")
      }
      if case .parameter = instruction.operation, instruction.type.space != .constant {
        refuse(instruction.origin, "a parameter with a row for each vertex cannot be compiled")
      }
      if case .lookup = instruction.operation {
        refuse(instruction.origin, "a table that is indexed by a feature cannot be compiled")
      }
    }
    for output in program.outputs {
      let instruction = program[output.value]
      switch instruction.type.space {
      case .vertices: continue
      case .edges:
        refuse(instruction.origin, "output `\(output.name)` is a value of edges, which cannot be compiled")
      case .graph, .constant:
        refuse(instruction.origin, "output `\(output.name)` is the same for every vertex")
      }
    }
    if !problems.isEmpty { throw Failure(problems) }
  }
}
