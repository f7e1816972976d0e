import Program
import Stages

/// The C names of what lasts for a whole model.
struct ModelNames {
  private(set) var tensors: [String] = []
  /// The sparse rows of tensors that may have some; empty for the others.
  private(set) var sparseRows: [String] = []
  private(set) var packed: [String] = []
  private(set) var identifiers = Identifiers()

  init(_ stages: StageProgram) {
    for tensor in stages.tensors {
      // Of a feature there may be two, as it is and rounded.
      let isCopy =
        tensor.number == .bf16 && stages.tensors.contains { $0.name == tensor.name && $0.number == .f32 }
      tensors.append(identifiers.unique(isCopy ? tensor.name + "_rounded" : tensor.name))
    }
    for tensor in stages.tensors {
      sparseRows.append(tensor.takesSparse ? identifiers.unique(tensor.name + "_sparse") : "")
    }
    for constant in stages.packed {
      packed.append(identifiers.unique(ModelNames.constant(constant.value, in: stages.program)))
    }
  }

  /// A constant is named after the first weight it comes from.
  static func constant(_ value: ValueID, in program: Program) -> String {
    var value = value
    while true {
      let instruction = program[value]
      if case .parameter(let id) = instruction.operation { return program[id].keys[0] }
      guard let next = instruction.operands.first else { return Names.of(value, in: program) }
      value = next
    }
  }
}

/// Where an expression stands: on the rows of a tile, on a block of edges, or on one row in double precision; and what
/// each value is called there.
struct Scope {
  enum Kind {
    case rows
    /// The in-edges of one row, or those of a tile's rows together.
    case edges(Sweep, Extent = .row)
    /// In double precision, each in an array of its own: weights while they are packed, or values of the whole graph.
    case doubles([ValueID: String])
  }

  enum Extent { case row, tile }

  let kind: Kind
  let stages: StageProgram
  let model: ModelNames
  /// The tile buffers of the stage.
  let tileNames: [String]
  let tiles: [ScratchBuffer]
  let places: [ValueID: Location]
  /// The block buffers of the sweep.
  let blockNames: [String]
  /// What the loops of the sweep have asked for ahead of the edges at hand.
  var prefetches = Prefetches()

  var program: Program { stages.program }
  var precision: Precision { if case .doubles = kind { .double } else { .single } }
  var rowVariable: String { if case .edges = kind { "j" } else { "i" } }

  /// A value's rows: where they begin, and how far apart they are.
  struct Memory {
    /// An expression for the first number of row 0, or of the row itself if `rowIsFixed`.
    let pointer: String
    let stride: Int
    let first: Int
    /// The pointer names one row: the row variable has no part in the index.
    let isOneRow: Bool
    /// The pointer is another for each row.
    let changesWithRow: Bool
    var number = Tensor.Number.f32
    /// Wide rows elsewhere in memory, worth asking for early.
    var gathered: Gathered? = nil
  }

  /// Columns `first ..< first + width` of a tensor's rows.
  struct Gathered: Hashable {
    let tensor: Int
    let first: Int
    let width: Int
  }

  /// Which of a value's rows are meant: those that a sweep has made for it, or those that these are filled from.
  enum Rows { case made, given }

  /// Where the rows of a value are, if they are in memory here. `row` is the row variable, or it plus a number.
  func memory(of value: ValueID, row: String, _ rows: Rows = .made) -> Memory? {
    let value = root(value)
    let instruction = program[value]
    if case .doubles(let names) = kind, let name = names[value] {
      return Memory(pointer: name, stride: 0, first: 0, isOneRow: true, changesWithRow: false)
    }
    switch instruction.type.space {
    case .constant:
      guard
        let place = stages.packed.firstIndex(of: PackedConstant(value: value, layout: .plain))
      else { return nil }
      return Memory(pointer: model.packed[place], stride: 0, first: 0, isOneRow: true, changesWithRow: false)
    case .vertices:
      if rows == .made || !isLookup(instruction), let memory = vertexMemory(value, row: row) { return memory }
      return isLookup(instruction) ? lookedUp(instruction, row: row) : nil
    case .edges: return edgeMemory(value, instruction, row: row, rows)
    case .graph: return graphMemory(value)
    }
  }

  /// Whether an edge value's rows were stored by an earlier stage.
  func isGiven(_ value: ValueID) -> Bool {
    if case .edges? = places[value] { return true }
    return false
  }

  private func isLookup(_ instruction: Instruction) -> Bool { instruction.operation == .lookup }

  private func graphMemory(_ value: ValueID) -> Memory? {
    guard case .tensor(let tensor, let first)? = places[value] else { return nil }
    return Memory(
      pointer: model.tensors[tensor], stride: 0, first: first, isOneRow: true, changesWithRow: false)
  }

  /// The row of a table that an index names.
  private func lookedUp(_ instruction: Instruction, row: String) -> Memory? {
    guard let table = memory(of: instruction.operands[0], row: row),
      let index = memory(of: instruction.operands[1], row: row)
    else { return nil }
    func place(_ memory: Memory) -> String {
      let own = memory.isOneRow ? "" : " + (size_t)(\(row)) * \(memory.stride)"
      return "(\(memory.pointer)\(own))\(memory.first == 0 ? "" : " + \(memory.first)")"
    }
    return Memory(
      pointer: "\(place(table)) + (size_t)*(\(place(index))) * \(max(instruction.type.width, 1))", stride: 0,
      first: 0,
      isOneRow: true, changesWithRow: true, number: table.number)
  }

  private func root(_ value: ValueID) -> ValueID {
    var value = value
    while program[value].operation == .reshape { value = program[value].operands[0] }
    return value
  }

  /// The tensor that holds the rows of a vertex value, if one does.
  func tensor(of value: ValueID) -> Int? {
    if case .tensor(let tensor, _)? = places[root(value)] { tensor } else { nil }
  }

  /// Whether row 0 of a block may be an added self-loop, which has no place among the graph's edges.
  var skipsLoop: Bool {
    guard case .edges(let sweep, _) = kind else { return false }
    return sweep.set.loops == .added
  }

  var isEdges: Bool { if case .edges = kind { true } else { false } }

  /// Whether each edge of a block has a target of its own.
  var isOverTile: Bool { if case .edges(_, .tile) = kind { true } else { false } }

  private func vertexMemory(_ value: ValueID, row: String) -> Memory? {
    if isOverTile { return targetMemory(value, row: row) }
    switch places[value] {
    case .tile(let buffer)?:
      return Memory(
        pointer: tileNames[buffer], stride: tiles[buffer].stride, first: 0, isOneRow: isEdges,
        changesWithRow: false)
    case .tensor(let tensor, let first)?:
      return Memory(
        pointer: isEdges ? Scope.ownRow(model.tensors[tensor]) : model.tensors[tensor],
        stride: stages.tensors[tensor].stride, first: first, isOneRow: isEdges, changesWithRow: false,
        number: stages.tensors[tensor].number)
    case .block?, .edges?, nil:
      return nil
    }
  }

  /// A vertex value at the target of an edge, where each edge of a block has its own.
  private func targetMemory(_ value: ValueID, row: String) -> Memory? {
    switch places[value] {
    case .tile(let buffer)?:
      return Memory(
        pointer: "\(tileNames[buffer]) + (size_t)target[\(row)] * \(tiles[buffer].stride)", stride: 0,
        first: 0,
        isOneRow: true, changesWithRow: true)
    case .tensor(let tensor, let first)?:
      let (name, stride) = (Scope.ownRow(model.tensors[tensor]), stages.tensors[tensor].stride)
      return Memory(
        pointer: "\(name) + (size_t)target[\(row)] * \(stride)", stride: 0, first: first, isOneRow: true,
        changesWithRow: true, number: stages.tensors[tensor].number)
    case .block?, .edges?, nil:
      return nil
    }
  }

  /// The place of an edge among those of the partition, as an expression.
  private func edge(_ row: String) -> String {
    isOverTile ? "at[\(row)]" : "(e + \(row)\(skipsLoop ? " - loop" : ""))"
  }

  /// The pointer to the target's own row of a tensor whose other rows are gathered in the same function.
  static func ownRow(_ tensor: String) -> String { tensor + "_own" }

  private func edgeMemory(_ value: ValueID, _ instruction: Instruction, row: String, _ rows: Rows) -> Memory?
  {
    guard case .edges(let sweep, _) = kind else { return nil }
    if rows == .made, case .block(let buffer)? = sweep.places[value] {
      return Memory(
        pointer: blockNames[buffer], stride: sweep.blockBuffers[buffer].stride, first: 0,
        isOneRow: false, changesWithRow: false)
    }
    if case .edges(let tensor, let loops)? = places[value] {
      return storedMemory(tensor, loops, instruction.type, sweep, row: row)
    }
    switch instruction.operation {
    case .source:
      let source = root(instruction.operands[0])
      guard case .tensor(let tensor, let first)? = stages.gatherPlaces[value] ?? places[source] else {
        return nil
      }
      let (name, stride) = (model.tensors[tensor], stages.tensors[tensor].stride)
      return Memory(
        pointer: "\(name) + (size_t)ids[\(row)] * \(stride)", stride: 0, first: first, isOneRow: true,
        changesWithRow: true, number: stages.tensors[tensor].number,
        gathered: Gathered(tensor: tensor, first: first, width: program[source].type.width))
    case .target:
      return memory(of: instruction.operands[0], row: row)
    case .view:
      return memory(of: instruction.operands[0], row: row)
    case .feature:
      return featureMemory(value, sweep, row: row)
    case .lookup:
      return lookedUp(instruction, row: row)
    default: return nil
    }
  }

  /// The row of an edge in a stored tensor; an added self-loop's is its vertex's in another.
  private func storedMemory(_ tensor: Int, _ loops: Int?, _ type: Type, _ sweep: Sweep, row: String) -> Memory
  {
    let (name, stride) = (model.tensors[tensor], stages.tensors[tensor].stride)
    var pointer = "\(name) + \(edge(row)) * \(stride)"
    if let loops, sweep.set.loops == .added {
      pointer = "(\(row) < loop ? \(Scope.ownRow(model.tensors[loops])) : \(pointer))"
    }
    return Memory(pointer: pointer, stride: 0, first: 0, isOneRow: true, changesWithRow: true)
  }

  private func featureMemory(_ value: ValueID, _ sweep: Sweep, row: String) -> Memory? {
    let tensor = stages.tensors.firstIndex {
      guard case .edgeFeature(sweep.edges, _) = $0.kind else { return false }
      return $0.columns.contains { $0.value == value }
    }
    guard let tensor else { return nil }
    let (name, stride) = (model.tensors[tensor], stages.tensors[tensor].stride)
    return Memory(
      pointer: "\(name) + \(edge(row)) * \(stride)", stride: 0, first: 0, isOneRow: true,
      changesWithRow: true, number: stages.tensors[tensor].number)
  }

  /// How many in-edges of `set` a target has, as an expression.
  func degree(_ set: EdgeSet, edge: String) -> String {
    let place = stages.edgeSets.firstIndex(of: SweptEdges(type: set.type, direction: set.direction))!
    let row = isOverTile ? "tile.first + target[\(edge)]" : isEdges ? "span.row" : "tile.first + i"
    let edges = "&call->edges[\(place)]"
    switch set.loops {
    case .kept: return "(float)gnnc_in_edges(\(edges), \(row))"
    case .removed:
      return "(float)(gnnc_in_edges(\(edges), \(row)) - gnnc_self_loops(\(edges), \(row)))"
    case .added:
      return "(float)(gnnc_in_edges(\(edges), \(row)) - gnnc_self_loops(\(edges), \(row)) + 1)"
    }
  }
}

/// The gathered rows that are asked for early in a sweep, each once: by the first loop that reads them.
final class Prefetches {
  private var asked: Set<Scope.Gathered> = []

  /// Notes rows that a loop reads, and gives those that no loop before it has asked for.
  func add(_ rows: [Scope.Gathered]) -> Set<Scope.Gathered> {
    let fresh = Set(rows).subtracting(asked)
    asked.formUnion(fresh)
    return fresh
  }
}

extension Tensor.Number {
  /// The C type of a number in memory.
  var c: String {
    switch self {
    case .f32: "float"
    case .bf16: "gnnc_bf16"
    case .i32: "int32_t"
    case .i64: "int64_t"
    case .bool: "uint8_t"
    }
  }
}

extension EdgeSet.Loops {
  /// Their name in gnnc_runtime.h.
  var c: String { "GNNC_LOOPS_\(rawValue.uppercased())" }
}
