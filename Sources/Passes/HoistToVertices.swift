import Diagnostics
import Program

/// Makes on vertices, once, what would be made on every edge of values from one end only.
///
///     before   %2 = source %0          : cites f32[128]
///              %3 = linear %2, %1      : cites f32[16]
///     after    %2 = linear %0, %1      : paper f32[16]
///              %3 = source %2          : cites f32[16]
///
/// What depends on the target alone always moves: a sweep holds the target's rows anyway. What depends on the source
/// alone moves where that costs less (see `Costs`), since the moved value must be stored for others to gather: a
/// product always does, and so does the scaling of a value that a stage makes; but a raw feature times a number for
/// each vertex stays two gathers, because a tensor and a stage of its own would cost more. Written the other way
/// round, as a gather of a scaled raw feature, the scaling is moved to the edges.
struct HoistToVertices: Pass {
  let name = "hoist-to-vertices"
  let summary = "makes on vertices what edges take from one end only"

  func run(on program: Program) throws(InternalFault) -> PassResult {
    let sunk = try sinkScalings(program)
    let plan = HoistPlan(sunk.program)
    let program = sunk.program
    var hoisted = Hoisted()
    var rewriter = Rewriter(program)
    let result = try rewriter.rewrite { (rewriter, value) throws(InternalFault) in
      guard case .edges(let set) = program[value].type.space, program[value].operation.isRowWise,
        plan.moves[value.number]
      else { return nil }
      let moved = try hoisted.form(of: value, &rewriter)
      let isSource = plan.ends[value.number] == .source
      if plan.isLast(value) {
        let end = isSource ? "sources" : "targets"
        let edges = program.schema.describe(set)
        rewriter.note(
          "\(program.mention(value)) (\(program[value].operation.word)) is made at the \(end) of \(edges)")
      }
      return isSource
        ? try rewriter.builder.source(moved, set) : try rewriter.builder.target(moved, set)
    }
    return PassResult(program: result.program, notes: sunk.notes + result.notes)
  }

  /// source(x * scalar), where x is raw and the scalar is the graph's own, becomes source(x) * source(scalar), where
  /// that spares a stored tensor.
  private func sinkScalings(_ program: Program) throws(InternalFault) -> PassResult {
    let (readers, graphOnly, costs) = (
      Readers(program), program.graphOnly(), Costs(schema: program.schema)
    )
    var rewriter = Rewriter(program)
    return try rewriter.rewrite { (rewriter, value) throws(InternalFault) in
      guard case .source(let set) = program[value].operation else { return nil }
      let scaled = program[value].operands[0]
      guard case .binary(let function) = program[scaled].operation,
        function == .multiply || function == .divide, readers.hasOneReader(scaled)
      else { return nil }
      let (a, b) = (program[scaled].operands[0], program[scaled].operands[1])
      func isFactor(_ x: ValueID) -> Bool {
        program[x].type.isScalar && program[x].type.space.isVertices && graphOnly[x.number]
      }
      guard
        program.isInput(a) && isFactor(b)
          || function == .multiply && program.isInput(b) && isFactor(a)
      else { return nil }
      let width = program[scaled].type.width
      let stored = 2 * costs.bytes(width) + costs.bytes(1)
      guard costs.gather(width: 1, set) < stored else { return nil }
      rewriter.note("\(program.mention(scaled)) is made on the edges, since storing it would cost more")
      return try rewriter.builder.binary(
        function, rewriter.builder.source(rewriter[a], set), rewriter.builder.source(rewriter[b], set))
    }
  }
}

/// The vertex values that stand for edge values, made as they are asked for.
private struct Hoisted {
  private var forms: [ValueID: ValueID] = [:]

  mutating func form(of value: ValueID, _ rewriter: inout Rewriter) throws(InternalFault) -> ValueID {
    if let known = forms[value] { return known }
    let instruction = rewriter.old[value]
    guard instruction.type.space.isEdges else { return rewriter[value] }
    switch instruction.operation {
    case .source, .target: return rewriter[instruction.operands[0]]
    default: break
    }
    var operands: [ValueID] = []
    for operand in instruction.operands { operands.append(try form(of: operand, &rewriter)) }
    let made = try rewriter.builder.append(
      instruction.operation, operands, asked: instruction.type)
    if let name = instruction.name { rewriter.builder.name(made, name) }
    forms[value] = made
    return made
  }
}

/// Which edge values move to vertices.
private struct HoistPlan {
  let program: Program
  let ends: [Ends]
  private(set) var moves: [Bool]
  private let readers: Readers

  init(_ program: Program) {
    self.program = program
    ends = Ends.all(program)
    readers = Readers(program)
    moves = Array(repeating: false, count: program.instructions.count)
    let costs = Costs(schema: program.schema)
    let graphOnly = program.graphOnly()
    // For each value from sources alone: what it costs as cheaply as it can be had on the edges; the arithmetic behind
    // it; and the vertex values that it is made of.
    var best = [Double](repeating: 0, count: program.instructions.count)
    var arithmetic = best
    var leaves = [Set<ValueID>](repeating: [], count: program.instructions.count)
    for value in program.values {
      let instruction = program[value]
      guard case .edges(let set) = instruction.type.space else { continue }
      if ends[value.number] == .target { moves[value.number] = instruction.operation.isRowWise }
      guard ends[value.number] == .source else { continue }
      let width = instruction.type.width
      if case .source = instruction.operation {
        let x = instruction.operands[0]
        leaves[value.number] = [x]
        best[value.number] =
          costs.gather(width: width, set)
          + (program.isInput(x) || isStoredAnyway(x) ? 0 : costs.bytes(width))
        continue
      }
      let operands = Set(instruction.operands)
      let own = costs.arithmetic(instruction, in: program)
      leaves[value.number] = operands.reduce(into: []) { $0.formUnion(leaves[$1.number]) }
      arithmetic[value.number] = operands.reduce(own) { $0 + arithmetic[$1.number] }
      let onEdges = operands.reduce(costs.degree(set) * own) { $0 + best[$1.number] }
      let needsStage = leaves[value.number].allSatisfy { program.isInput($0) || graphOnly[$0.number] }
      let read = leaves[value.number].reduce(0) { $0 + costs.bytes(program[$1].type.width) }
      let onVertices =
        costs.gather(width: width, set) + costs.bytes(width) + arithmetic[value.number]
        + (needsStage ? read : 0)
      moves[value.number] = onVertices < onEdges
      best[value.number] = min(onVertices, onEdges)
    }
  }

  /// Whether others have a vertex value stored in any case.
  private func isStoredAnyway(_ x: ValueID) -> Bool {
    readers.isOutput(x)
      || readers[x].count { if case .source = program[$0].operation { true } else { false } } > 1
  }

  /// Whether something that stays on the edges reads the value.
  func isLast(_ value: ValueID) -> Bool {
    readers.isOutput(value) || readers[value].contains { !moves[$0.number] }
  }
}
