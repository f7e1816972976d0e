import Program
import Stages

/// Writes the function that computes, from the raw weights, what stages read of them: in double, rounded once, with
/// matrices laid out for the micro-kernel.
struct PackEmitter {
  let stages: StageProgram
  let model: ModelNames
  /// The weights that are read at all, in the order in which the launcher hands them over; last those with a row for each
  /// vertex, which are not packed.
  let parameters: [ParameterID]
  private let needed: [ValueID]
  private var program: Program { stages.program }

  init(_ stages: StageProgram, _ model: ModelNames) {
    self.stages = stages
    self.model = model
    var found: Set<ValueID> = []
    func visit(_ value: ValueID) {
      guard found.insert(value).inserted else { return }
      for operand in stages.program[value].operands { visit(operand) }
    }
    for constant in stages.packed { visit(constant.value) }
    needed = found.sorted()
    var read: Set<Int> = []
    for value in needed {
      if case .parameter(let id) = stages.program[value].operation { read.insert(id.number) }
    }
    let counted = stages.tensors.compactMap { tensor -> Int? in
      if case .vertexWeight(_, let id) = tensor.kind { id.number } else { nil }
    }
    parameters = (read.sorted() + counted.sorted()).map(ParameterID.init)
  }

  /// Where each packed constant begins, in floats.
  func emitOffsets(_ text: inout CText) {
    text.block("enum", end: "};") { text in
      for (place, constant) in stages.packed.enumerated() {
        let start =
          place == 0 ? "0" : "WEIGHTS_\(place - 1) + (\(size(stages.packed[place - 1])) + 15) / 16 * 16"
        text.line("WEIGHTS_\(place) = \(start),  // \(ModelNames.constant(constant.value, in: program))")
      }
      let last = stages.packed.count - 1
      text.line(
        "WEIGHTS_END = \(last < 0 ? "16" : "WEIGHTS_\(last) + (\(size(stages.packed[last])) + 15) / 16 * 16")"
      )
    }
    text.line()
  }

  private func size(_ constant: PackedConstant) -> String {
    switch constant.layout {
    case .plain: "\(max(program[constant.value].type.width, 1))"
    case .panels(let batch, let out, let input): "GNNC_PANELS(\(batch), \(out), \(input))"
    }
  }

  // MARK: - The function

  func emitFunction(_ text: inout CText) {
    var identifiers = model.identifiers
    var names: [ValueID: String] = [:]
    var offsets: [(ValueID, Int)] = []
    var total = 0
    for value in needed where hasArray(value) {
      names[value] = identifiers.unique(ModelNames.constant(value, in: program) + "_raw")
      offsets.append((value, total))
      total += max(program[value].type.width, 1)
    }
    let scope = Scope(
      kind: .doubles(names), stages: stages, model: model, tileNames: [], tiles: [], places: [:],
      blockNames: [])
    text.line(
      "// Weights as stages read them, from the tensors of a safetensors file: computed in double, rounded once."
    )
    text.block("static GNNC_COLD gnnc_status pack(const float *const *raw, void *packed)") { text in
      if stages.packed.isEmpty {
        text.line("(void)raw;")
        text.line("(void)packed;")
        text.line("return GNNC_OK;")
        return
      }
      text.line("double *const scratch = malloc(\(max(total, 1)) * sizeof *scratch);")
      text.line("if (!scratch) return GNNC_SYSTEM;")
      for (value, offset) in offsets { text.line("double *const \(names[value]!) = scratch + \(offset);") }
      for value in needed where hasArray(value) {
        text.line("// \(program[value].type.shape) \(describe(value))")
        text.block("") { compute(value, names, scope, identifiers, &$0) }
      }
      for (place, constant) in stages.packed.enumerated() {
        store(constant, place, names, scope, &text)
      }
      if !needed.contains(where: isParameter) { text.line("(void)raw;") }
      text.line("free(scratch);")
      text.line("return GNNC_OK;")
    }
    text.line()
  }

  private func describe(_ value: ValueID) -> String {
    if case .parameter(let id) = program[value].operation { return program[id].keys[0] }
    return Names.word(program[value].operation)
  }

  private func isParameter(_ value: ValueID) -> Bool {
    if case .parameter = program[value].operation { true } else { false }
  }

  private func hasArray(_ value: ValueID) -> Bool {
    switch program[value].operation {
    case .literal, .reshape: false
    default: true
    }
  }

  private func root(_ value: ValueID) -> ValueID {
    var value = value
    while program[value].operation == .reshape { value = program[value].operands[0] }
    return value
  }

  private func compute(
    _ value: ValueID, _ names: [ValueID: String], _ scope: Scope, _ identifiers: Identifiers,
    _ text: inout CText
  ) {
    guard case .parameter(let id) = program[value].operation else {
      return DoubleEmitter(scope: scope, names: names, identifiers: identifiers).emit(value, &text)
    }
    let place = parameters.firstIndex(of: id)!
    text.line("gnnc_widen(raw[\(place)], \(program[value].type.width), \(names[value]!));")
  }

  private func store(
    _ constant: PackedConstant, _ place: Int, _ names: [ValueID: String], _ scope: Scope, _ text: inout CText
  ) {
    let source = names[root(constant.value)]!
    switch constant.layout {
    case .plain:
      let width = max(program[constant.value].type.width, 1)
      text.line("gnnc_narrow(\(source), \(width), (float *)packed + WEIGHTS_\(place));")
    case .panels(let batch, let out, let input):
      text.line(
        "gnnc_pack_panels(\(batch), \(out), \(input), \(source), (float *)packed + WEIGHTS_\(place));")
    }
  }
}
