import Program
import Stages

/// Writes the tables with which a compiled model answers for itself.
struct TableEmitter {
  let stages: StageProgram
  let model: ModelNames
  let parameters: [ParameterID]
  let description: ModelDescription
  /// For each chunk of the longest row, as C.
  let hubBytes: String
  private var program: Program { stages.program }

  func emit(_ text: inout CText) {
    schema(&text)
    storage(&text)
    weights(&text)
    outputs(&text)
    stageTable(&text)
    whole(&text)
  }

  private func quoted(_ string: String) -> String {
    var result = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\" + String(scalar)
      case "\n": result += "\\n"
      default: result += scalar.value < 32 ? "?" : String(scalar)
      }
    }
    return result + "\""
  }

  private func table(_ type: String, _ name: String, _ rows: [String], _ text: inout CText) {
    guard !rows.isEmpty else { return }
    text.block("static const \(type) \(name)[] =", end: "};") { inner in
      for row in rows { inner.line(row + ",") }
    }
  }

  private func schema(_ text: inout CText) {
    table(
      "gnnc_vertex_type", "vertex_types",
      program.schema.vertexTypes.map { "{\(quoted($0.name)), \($0.count ?? 0)}" }, &text)
    table(
      "gnnc_edge_type", "edge_types",
      program.schema.edgeTypes.map {
        "{\(quoted($0.name)), \($0.source.number), \($0.target.number), \($0.count ?? 0)}"
      }, &text)
    table(
      "gnnc_edge_set", "edge_sets",
      stages.edgeSets.enumerated().map { place, set in
        "{\(set.type.number), GNNC_\(set.direction.rawValue.uppercased()), \(stages.isOrdered(edges: place) ? 1 : 0)}"
      }, &text)
  }

  private func storage(_ text: inout CText) {
    table(
      "gnnc_tensor", "tensors",
      stages.tensors.map { tensor in
        let (kind, of): (String, Int) =
          switch tensor.kind {
          case .vertexFeature(let type, _): ("GNNC_VERTEX_FEATURE", type.number)
          case .edgeFeature(let edges, _): ("GNNC_EDGE_FEATURE", edges)
          case .vertexWeight(_, let id): ("GNNC_VERTEX_WEIGHT", parameters.firstIndex(of: id)!)
          case .stored(let type): ("GNNC_STORED", type.number)
          case .storedEdges(let edges): ("GNNC_STORED_EDGES", edges)
          case .graph: ("GNNC_GRAPH_VALUE", 0)
          case .partial: ("GNNC_PARTIAL", 0)
          }
        return
          "{\(quoted(tensor.name)), \(kind), \(of), GNNC_\(tensor.number.rawValue.uppercased()), \(tensor.width), \(tensor.stride), \(tensor.buffer ?? 0), \(tensor.isPrologue ? 1 : 0), \(tensor.limit ?? 0), \(tensor.takesSparse ? 1 : 0)}"
      }, &text)
    table(
      "gnnc_buffer", "buffers",
      stages.buffers.map { buffer in
        switch buffer.owner {
        case .vertices(let type): "{0, \(type.number), \(buffer.rowBytes)}"
        case .edges(let set): "{1, \(set), \(buffer.rowBytes)}"
        }
      }, &text)
  }

  private func weights(_ text: inout CText) {
    for (place, id) in parameters.enumerated() {
      let parameter = program[id]
      let shape = parameter.shape.map { if case .size(let size) = $0 { "\(size)" } else { "0" } }
      text.line(
        "static const char *const weight_keys_\(place)[] = {\(parameter.keys.map(quoted).joined(separator: ", "))};"
      )
      if !shape.isEmpty {
        text.line("static const uint64_t weight_shape_\(place)[] = {\(shape.joined(separator: ", "))};")
      }
    }
    table(
      "gnnc_weight", "weights",
      parameters.enumerated().map { place, id in
        let rank = program[id].shape.count
        let counted = program[id].counted.map { "\($0.place), \($0.type.number)" } ?? "UINT32_MAX, 0"
        return
          "{\(program[id].keys.count), weight_keys_\(place), \(rank), \(rank == 0 ? "NULL" : "weight_shape_\(place)"), \(counted)}"
      }, &text)
  }

  private func outputs(_ text: inout CText) {
    for (place, output) in stages.outputs.enumerated() where !output.shape.isEmpty {
      let sizes = output.shape.map(String.init).joined(separator: ", ")
      text.line("static const uint64_t output_shape_\(place)[] = {\(sizes)};")
    }
    table(
      "gnnc_output", "outputs",
      stages.outputs.enumerated().map { place, output in
        let width = output.shape.reduce(1, *)
        let shape = output.shape.isEmpty ? "NULL" : "output_shape_\(place)"
        let loops = (output.edges?.loops ?? .kept).c
        let loopTensor = output.edges?.loopTensor.map(String.init) ?? "UINT32_MAX"
        return
          "{\(quoted(output.name)), \(output.tensor), \(output.first), \(width), \(output.shape.count), \(shape), \(loops), \(loopTensor)}"
      }, &text)
  }

  private func stageTable(_ text: inout CText) {
    var rows: [String] = []
    for (number, stage) in stages.stages.enumerated() {
      func list(_ word: String, _ numbers: [Int]) -> String {
        let name = "stage_\(word)_\(number)"
        let entries = numbers.map(String.init) + ["UINT32_MAX"]
        text.line("static const uint32_t \(name)[] = {\(entries.joined(separator: ", "))};")
        return name
      }
      let (gathers, reads) = (list("gathers", stage.gathers), list("reads", stage.reads))
      let (writes, edges) = (list("writes", stage.writes), list("edge_sets", stage.sweptEdges))
      let cost = costTable(stage.cost, number, &text)
      rows.append(
        "{\(quoted(stage.name)), \(stage.vertexType.number), \(stage.level), \(stage.isPrologue ? 1 : 0), \(stage.sweeps.count), \(gathers), \(reads), \(writes), \(edges), \(cost), stage\(number)}"
      )
    }
    table("gnnc_stage", "stages", rows, &text)
    finishTable(&text)
    text.line()
  }

  /// Writes the tables of a stage's cost and gives its initializer.
  private func costTable(_ cost: StageCost, _ number: Int, _ text: inout CText) -> String {
    let edges = cost.edges.map { "{\($0.edges), \($0.flops), \($0.bytesRead), \($0.bytesWritten)}" }
    let gathers = cost.edges.flatMap { edges in
      edges.gathers.map { "{\(edges.edges), \($0.tensor), \($0.bytes)}" }
    }
    let sparse = cost.sparse.map { "{\($0.tensor), \($0.flopsPerNumber)}" }
    let parts = cost.parts.map { part in
      "{\(part.edges), \(part.classes.map(String.init) ?? "UINT32_MAX"), \(part.parts), \(part.flopsPerPart)}"
    }
    var lists: [String] = []
    for (type, word, rows) in [
      ("gnnc_edge_cost", "edge_costs", edges), ("gnnc_gather_cost", "gather_costs", gathers),
      ("gnnc_sparse_cost", "sparse_costs", sparse), ("gnnc_part_cost", "part_costs", parts),
    ] {
      let name = "stage_\(word)_\(number)"
      if !rows.isEmpty {
        text.line("static const \(type) \(name)[] = {\(rows.joined(separator: ", "))};")
      }
      lists.append("\(rows.count), \(rows.isEmpty ? "NULL" : name)")
    }
    let row = [cost.flopsPerRow, cost.bytesReadPerRow, cost.bytesWrittenPerRow].map { "\($0)" }
    return "{\((row + lists).joined(separator: ", "))}"
  }

  private func finishTable(_ text: inout CText) {
    var rows: [String] = []
    for (number, finish) in stages.finishes.enumerated() {
      let tensors = finish.values.compactMap { value -> Int? in
        if case .tensor(let tensor, _)? = finish.places[value] { tensor } else { nil }
      }
      let entries = tensors.map(String.init) + ["UINT32_MAX"]
      text.line("static const uint32_t finish_writes_\(number)[] = {\(entries.joined(separator: ", "))};")
      rows.append("{\(finish.level), \(finish.isPrologue ? 1 : 0), finish_writes_\(number), finish\(number)}")
    }
    table("gnnc_finish", "finishes", rows, &text)
  }

  private func whole(_ text: inout CText) {
    func pointer(_ count: Int, _ name: String) -> String { count == 0 ? "NULL" : name }
    text.line("static int processor_fits(void) { return gnnc_processor_fits(); }")
    text.line()
    text.block("static const gnnc_model model =", end: "};") { text in
      text.line(".abi = GNNC_ABI,")
      text.line(".name = \(quoted(description.name)),")
      text.line(".schema = \(quoted(description.fingerprint)),")
      text.line(".processor = GNNC_PROCESSOR,")
      text.line(
        ".vertex_types = \(program.schema.vertexTypes.count), .edge_types = \(program.schema.edgeTypes.count),"
      )
      text.line(
        ".edge_sets = \(stages.edgeSets.count), .tensors = \(stages.tensors.count), .buffers = \(stages.buffers.count),"
      )
      text.line(
        ".outputs = \(stages.outputs.count), .weights = \(parameters.count), .stages = \(stages.stages.count),"
      )
      text.line(
        ".finishes = \(stages.finishes.count), .finish = \(pointer(stages.finishes.count, "finishes")),")
      text.line(".vertex_type = \(pointer(program.schema.vertexTypes.count, "vertex_types")),")
      text.line(".edge_type = \(pointer(program.schema.edgeTypes.count, "edge_types")),")
      text.line(".edge_set = \(pointer(stages.edgeSets.count, "edge_sets")),")
      text.line(".tensor = \(pointer(stages.tensors.count, "tensors")),")
      text.line(".buffer = \(pointer(stages.buffers.count, "buffers")),")
      text.line(".output = \(pointer(stages.outputs.count, "outputs")),")
      text.line(".weight = \(pointer(parameters.count, "weights")),")
      text.line(".stage = \(pointer(stages.stages.count, "stages")),")
      text.line(".packed_bytes = WEIGHTS_END * sizeof(float),")
      text.line(".arena_bytes = ARENA_BYTES,")
      text.line(".hub_bytes_per_chunk = \(hubBytes),")
      text.line(".pack = pack,")
      text.line(".processor_fits = processor_fits,")
    }
    text.line()
    text.line(
      "__attribute__((visibility(\"default\"))) const gnnc_model *gnnc_describe(void) { return &model; }")
  }
}
