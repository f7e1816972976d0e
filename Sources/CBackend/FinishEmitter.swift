import Program
import Stages

/// Writes the function that computes values of the whole graph from what all partitions have contributed: in double,
/// rounded once.
struct FinishEmitter {
  let stages: StageProgram
  let number: Int
  let model: ModelNames
  private var finish: Finish { stages.finishes[number] }
  private var program: Program { stages.program }
  private var functionName: String { "finish\(number)" }

  var part: CPart {
    var text = CText()
    emit(&text)
    return CPart(text: text, heads: ["gnnc_status \(functionName)(const gnnc_call *call)"])
  }

  private func emit(_ text: inout CText) {
    var identifiers = model.identifiers
    var names: [ValueID: String] = [:]
    for value in finish.values { names[value] = identifiers.unique(Names.of(value, in: program) + "_now") }
    let scope = Scope(
      kind: .doubles(names), stages: stages, model: model, tileNames: [], tiles: [], places: finish.places,
      blockNames: [])
    var body = CText()
    for value in finish.values {
      body.line("// \(Names.of(value, in: program)) \(program[value].type.shape)")
      body.line("double \(names[value]!)[\(max(program[value].type.width, 1))];")
      body.block("") { compute(value, names[value]!, scope, names, identifiers, &$0) }
    }
    for value in finish.values { store(value, names[value]!, &body) }
    text.line(
      "// After level \(finish.level): \(finish.values.map { Names.of($0, in: program) }.joined(separator: ", "))."
    )
    text.block("static gnnc_status \(functionName)(const gnnc_call *call)") { text in
      for (place, tensor) in stages.tensors.enumerated()
      where tensor.kind == .graph && body.mentions(model.tensors[place]) {
        text.line("const float *const \(model.tensors[place]) = (const float *)call->tensors[\(place)];")
      }
      for (place, name) in model.packed.enumerated() where body.mentions(name) {
        text.line("const float *const \(name) = (const float *)call->weights + WEIGHTS_\(place);")
      }
      text.append(body)
      text.line("return GNNC_OK;")
    }
    text.line()
  }

  private func compute(
    _ value: ValueID, _ name: String, _ scope: Scope, _ names: [ValueID: String], _ identifiers: Identifiers,
    _ text: inout CText
  ) {
    switch program[value].operation {
    case .vertexCount(let type): text.line("\(name)[0] = (double)call->counts[\(type.number)];")
    case .reduceGraph(let reduction):
      let width = program[value].type.width
      text.line("const gnnc_sum *const parts = (const gnnc_sum *)call->tensors[\(finish.partials[value]!)];")
      text.block("for (size_t f = 0; f < \(width); f++)") { text in
        text.line("gnnc_sum total = {0};")
        text.line(
          "for (size_t p = 0; p < call->parts; p++) gnnc_merge(\(reduction.c), &total, parts + p * \(width) + f, 1);"
        )
        text.line("\(name)[f] = gnnc_graph_value(\(reduction.c), &total);")
      }
    default: DoubleEmitter(scope: scope, names: names, identifiers: identifiers).emit(value, &text)
    }
  }

  private func store(_ value: ValueID, _ name: String, _ text: inout CText) {
    guard case .tensor(let tensor, _)? = finish.places[value] else { return }
    text.line(
      "for (size_t f = 0; f < \(program[value].type.width); f++) ((float *)call->tensors[\(tensor)])[f] = (float)\(name)[f];"
    )
  }
}

extension GraphReduction {
  /// The reduction's name in gnnc_sums.h.
  var c: String { "GNNC_GRAPH_\(rawValue.uppercased())" }
}
