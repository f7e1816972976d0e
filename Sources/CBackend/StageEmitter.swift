import Diagnostics
import Program
import Stages

/// Writes one stage: a function for each turn on the rows of a tile, one for each sweep over the in-edges of a row, and
/// the stage itself, which hands out tiles to threads and splits the rows of hubs.
struct StageEmitter {
  let stages: StageProgram
  let stage: Stage
  let number: Int
  let model: ModelNames
  let tileNames: [String]
  let arena: Arena
  /// The epilogues of the whole model, once all its stages are known.
  var epilogues = Epilogues()

  init(_ stages: StageProgram, number: Int, _ model: ModelNames) {
    self.stages = stages
    self.number = number
    self.model = model
    stage = stages.stages[number]
    var identifiers = model.identifiers
    tileNames = stage.tileBuffers.map { identifiers.unique($0.name) }
    self.identifiers = identifiers
    arena = Arena(stage, stages)
  }

  let identifiers: Identifiers
  var program: Program { stages.program }
  var functionName: String { "stage\(number)" }

  /// The stage's functions, and its sweeps apart from them: those of one shape are written once for the whole model.
  var functions: StageFunctions {
    var functions = StageFunctions(stage: functionName)
    comment(&functions.comment)
    var rowTurns = 0
    var walks = 0
    var turns: [Turn] = []
    for section in stage.sections {
      var text = CText()
      switch section {
      case .rows(let kernels):
        rowTurns += 1
        let name = "\(functionName)_rows\(rowTurns)"
        emitRows(kernels, name, &text)
        turns.append(.rows(name))
      case .sweep(let sweep):
        let function = SweepEmitter(stage: self, sweep: sweep)
          .function("\(functionName)_sweep\(functions.sweeps.count + 1)")
        functions.turns.append(.sweep(function))
        if sweep.isOverTile {
          SweepEmitter(stage: self, sweep: sweep).emitOverTile(function.name + "_tile", &text)
        }
        turns.append(.sweep(function.name, sweep))
      case .recurrence(let walk):
        walks += 1
        let name = "\(functionName)_lstm\(walks)"
        RecurrenceEmitter(stage: self, walk: walk).emit(name, &text)
        turns.append(.recurrence(name))
      }
      functions.turns.append(.text(text))
    }
    emitStage(turns, &functions.driver)
    return functions
  }

  enum Turn {
    case rows(String)
    case sweep(String, Sweep)
    case recurrence(String)
  }

  private func comment(_ text: inout CText) {
    let type = program.schema[stage.vertexType].name
    text.line("// Stage \(number): \(stage.name), for the vertices of \(type).")
    func list(_ word: String, _ tensors: [Int]) {
      guard !tensors.isEmpty else { return }
      let names = tensors.map { number in
        let tensor = stages.tensors[number]
        return "\(model.tensors[number]) [\(tensor.width)\(tensor.number == .bf16 ? ", bfloat16" : "")]"
      }
      text.line("// \(word) \(names.joined(separator: ", ")).")
    }
    list("Gathers", stage.gathers)
    list("Reads", stage.reads)
    list("Writes", stage.writes)
  }

  // MARK: - Rows

  private func emitRows(_ kernels: [Kernel], _ name: String, _ text: inout CText) {
    let scope = self.scope(.rows, blockNames: [])
    var body = CText()
    for kernel in kernels { emit(kernel, scope, rowCount: "tile.rows", &body) }
    text.block("static void \(name)(const gnnc_call *call, char *arena, gnnc_tile tile)") { inner in
      unpack(body, .tile, &inner)
      inner.append(body)
    }
    text.line()
  }

  func scope(_ kind: Scope.Kind, blockNames: [String]) -> Scope {
    Scope(
      kind: kind, stages: stages, model: model, tileNames: tileNames, tiles: stage.tileBuffers,
      places: stage.places, blockNames: blockNames)
  }

  /// One kernel on the rows of a tile or the edges of a block.
  func emit(_ kernel: Kernel, _ scope: Scope, rowCount: String, _ text: inout CText) {
    switch kernel {
    case .loop(let loop):
      comment(loop.roots[0].result, &text)
      LoopEmitter(
        scope: scope, loop: loop, rowCount: loop.rows == .loopOnly ? "loop" : rowCount,
        firstRow: loop.rows == .withoutLoop ? "loop" : "0", identifiers: identifiers
      ).emit(&text)
    case .dense(let dense):
      comment(dense.value, &text)
      emitDense(dense, scope, rowCount: rowCount, &text)
    case .finishEmpty(let value, let sets):
      finishEmpty(value, sets, scope, &text)
    case .contribute(let value, let operand):
      contribute(value, operand, scope, rowCount: rowCount, &text)
    case .round(let value, let tensor, let first):
      convert(value, tensor, first, .rounding, scope, rowCount: rowCount, &text)
    case .widen(let value, let tensor, let first):
      convert(value, tensor, first, .widening, scope, rowCount: rowCount, &text)
    }
  }

  /// The rows of a tile are added to what the thread contributes to the whole graph.
  private func contribute(
    _ value: ValueID, _ operand: ValueID, _ scope: Scope, rowCount: String, _ text: inout CText
  ) {
    guard case .reduceGraph(let reduction) = program[value].operation,
      let memory = scope.memory(of: operand, row: "0")
    else { preconditionFailure("a contribution without rows") }
    comment(value, &text)
    let x = Self.offset(memory.pointer, memory.first)
    text.line(
      "gnnc_contribute(\(reduction.c), (gnnc_sum *)(arena + \(arena.sums[value]!)), \(rowCount), \(program[value].type.width), \(x), \(memory.stride));"
    )
  }

  private enum Conversion { case rounding, widening }

  /// The rows of a tile go to a bfloat16 tensor, or come from there.
  private func convert(
    _ value: ValueID, _ tensor: Int, _ first: Int, _ conversion: Conversion, _ scope: Scope, rowCount: String,
    _ text: inout CText
  ) {
    guard let memory = scope.memory(of: value, row: "0") else { preconditionFailure("a value without rows") }
    comment(value, &text)
    let (stride, width) = (stages.tensors[tensor].stride, program[value].type.width)
    let rows = "\(memory.pointer), \(memory.stride)"
    let halves = "\(Self.offset(model.tensors[tensor], first)), \(stride)"
    switch conversion {
    case .rounding: text.line("gnnc_round_rows(\(rowCount), \(width), \(rows), \(halves));")
    case .widening: text.line("gnnc_widen_rows(\(rowCount), \(width), \(halves), \(rows));")
    }
  }

  /// What follows, in the user's names: `h = linear [64], sage.gnn:12`.
  func comment(_ value: ValueID, _ text: inout CText) {
    let instruction = program[value]
    let shape = instruction.type.shape.map(String.init).joined(separator: ", ")
    var note = "// \(Names.of(value, in: program)) [\(shape)]"
    if let origin = instruction.origin { note += ", \(origin.source.name):\(origin.line)" }
    text.line(note)
  }

  /// The name of the input's sparse rows, if it may have any.
  func sparseRows(_ dense: Dense, _ scope: Scope) -> String? {
    guard let tensor = scope.tensor(of: dense.input), stages.tensors[tensor].takesSparse else { return nil }
    precondition(dense.batch * dense.extra == 1 && !scope.isEdges, "a product of what cannot be sparse")
    return model.sparseRows[tensor]
  }

  static func offset(_ pointer: String, _ first: Int) -> String {
    first == 0 ? pointer : "\(pointer) + \(first)"
  }

  /// Max and min of no in-edges are 0.
  private func finishEmpty(_ value: ValueID, _ sets: [EdgeSet], _ scope: Scope, _ text: inout CText) {
    guard let memory = scope.memory(of: value, row: "i") else { return }
    let degrees = sets.map { scope.degree($0, edge: "") }.joined(separator: " + ")
    let width = program[value].type.width
    let start = memory.first == 0 ? "" : "\(memory.first) + "
    text.block("for (size_t i = 0; i < tile.rows; i++)") {
      $0.line("if (\(degrees) > 0) continue;")
      $0.line(
        "for (size_t f = 0; f < \(width); f++) \(memory.pointer)[\(start)i * \(memory.stride) + f] = 0;")
    }
  }

  // MARK: - Unpacking

  /// What the pointers that a function declares point at.
  enum Unpacking {
    /// A tile's rows, to be written.
    case tile
    /// One row, and rows elsewhere: a sweep over the in-edges of the row.
    case row
    /// A tile's rows, to be read, and rows elsewhere: a sweep over the in-edges of all of them.
    case targets
  }

  /// The declarations of pointers: those that hold for a whole function, and those of one row.
  struct Pointers {
    var fixed: [String] = []
    var ofRow: [String] = []
  }

  /// Declares the pointers that a body uses.
  func unpack(_ body: CText, _ unpacking: Unpacking, _ text: inout CText) {
    declare(pointers(body, unpacking), usedBy: body, parameters: ["call", "arena"], &text)
  }

  /// Writes the declarations that hold for a whole function, and says which parameters it does not use.
  func declare(_ pointers: Pointers, usedBy body: CText, parameters: [String], _ text: inout CText) {
    var used = body
    for declaration in pointers.fixed { used.line(declaration) }
    let usesOwned = used.mentions("owned")
    if usesOwned { text.line("const gnnc_rows owned = call->owned[\(stage.vertexType.number)];") }
    for declaration in pointers.fixed { text.line(declaration) }
    for parameter in parameters where !(used.mentions(parameter) || (parameter == "call" && usesOwned)) {
      text.line("(void)\(parameter);")
    }
  }

  /// Whether a tensor that the stage writes takes the rows of one that it reads.
  private func isInPlace(_ tensor: Tensor) -> Bool {
    tensor.buffer != nil && stage.reads.contains { stages.tensors[$0].buffer == tensor.buffer }
  }

  func pointers(_ body: CText, _ unpacking: Unpacking) -> Pointers {
    var pointers = Pointers()
    let ownRow = unpacking != .tile
    let row = unpacking == .row ? "span.row" : "tile.first"
    func addOwn(_ declaration: String) {
      if unpacking == .row { pointers.ofRow.append(declaration) } else { pointers.fixed.append(declaration) }
    }
    for (place, tensor) in stages.tensors.enumerated() {
      let name = model.tensors[place]
      let writes = stage.writes.contains(place)
      let element = tensor.number.c
      let type =
        writes ? "\(element) *\(isInPlace(tensor) ? "" : "restrict ")const" : "const \(element) *const"
      let base = "(\(writes ? "" : "const ")\(element) *)call->tensors[\(place)]"
      if tensor.kind == .graph {
        if body.mentions(name) { pointers.fixed.append("const float *const \(name) = \(base);") }
      } else if ownRow {
        if body.mentions(Scope.ownRow(name)) {
          addOwn("\(type) \(Scope.ownRow(name)) = \(base) + (owned.first + \(row)) * \(tensor.stride);")
        }
        if body.mentions(name) { pointers.fixed.append("const \(element) *const \(name) = \(base);") }
      } else if body.mentions(name) {
        var first = "\(base) + (owned.first + \(row)) * \(tensor.stride)"
        if tensor.takesSparse {
          let sparse = model.sparseRows[place]
          pointers.fixed.append("const gnnc_sparse_rows *const \(sparse) = gnnc_sparse(call, \(place));")
          first = "\(sparse) ? NULL : \(first)"
        }
        pointers.fixed.append("\(type) \(name) = \(first);")
      }
    }
    for (place, buffer) in stage.tileBuffers.enumerated() where body.mentions(tileNames[place]) {
      let shift = unpacking == .row ? " + (size_t)i * \(buffer.stride)" : ""
      let (constant, element) = (ownRow ? "const " : "", buffer.number.c)
      addOwn(
        "\(constant)\(element) *\(ownRow ? "const" : "restrict const") \(tileNames[place]) = (\(constant)\(element) *)(arena + \(arena.offsets[place]))\(shift);"
      )
    }
    for (place, name) in model.packed.enumerated() where body.mentions(name) {
      pointers.fixed.append("const float *const \(name) = (const float *)call->weights + WEIGHTS_\(place);")
    }
    return pointers
  }
}

/// What is written of one stage.
struct StageFunctions {
  enum Turn {
    case text(CText)
    case sweep(SweepFunction)
  }

  /// The stage function's name.
  let stage: String
  var comment = CText()
  var turns: [Turn] = []
  /// The stage function itself.
  var driver = CText()

  init(stage: String) { self.stage = stage }

  var sweeps: [SweepFunction] {
    turns.compactMap { if case .sweep(let function) = $0 { function } else { nil } }
  }

  func part(_ shared: SharedSweeps) -> CPart {
    var text = comment
    for turn in turns {
      switch turn {
      case .text(let function): text.append(function)
      case .sweep(let function): shared.emit(function, &text)
      }
    }
    text.append(driver)
    return CPart(text: text, heads: ["gnnc_status \(stage)(const gnnc_call *call)"])
  }
}

/// Where the tile buffers of a stage lie in a thread's scratch memory, in bytes, the rows kept of a tile's in-edges, and
/// what the thread contributes to values of the whole graph.
struct Arena {
  let offsets: [Int]
  let kept: [Int]
  let sums: [ValueID: Int]
  let bytes: Int
  private static let sumBytes = 160
  /// The in-edges of a tile, and an added self-loop for each of its rows: the last row to be taken is not a hub's.
  private static func mostEdges(_ stages: StageProgram) -> Int {
    StageEmitter.tileEdges + StageEmitter.chunkEdges + stages.settings.tileRows
  }

  init(_ stage: Stage, _ stages: StageProgram) {
    var bytes = 0
    func take(_ size: Int) -> Int {
      defer { bytes += (size + 63) / 64 * 64 }
      return bytes
    }
    offsets = stage.tileBuffers.map { take($0.stride * stages.settings.tileRows * $0.number.bytes) }
    // Loops over a block write whole registers.
    kept = stage.keptRows.map { take(($0.stride * Self.mostEdges(stages) + 16) * 4) }
    var sums: [ValueID: Int] = [:]
    for value in stage.sums.keys.sorted() {
      sums[value] = take(stages.program[value].type.width * Self.sumBytes)
    }
    self.sums = sums
    self.bytes = bytes
  }
}
