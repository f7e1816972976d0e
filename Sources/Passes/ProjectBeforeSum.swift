import Diagnostics
import Program

/// Moves a linear map in front of a sum over in-edges, or behind it, whichever carries less across the edges.
///
///     before   %1 = source %0          : cites f32[602]
///              %2 = incoming.sum %1    : paper f32[602]
///              %4 = linear %2, %3      : paper f32[64]       // %3: constant f32[64, 602]
///     after    %2 = linear %0, %3      : paper f32[64]
///              %3 = source %2          : cites f32[64]
///              %4 = incoming.sum %3    : paper f32[64]
///
/// Numbers for each row (a normalisation, an edge weight, one over a count) may stand before and behind the sum, and
/// terms beside it: x + sum h is projected term by term. The map moves behind the sum when its input is narrower, or
/// is a raw feature that is summed more cheaply than it is projected first, in a stage of its own. On equal costs it
/// stays where it was written.
///
/// Leaves alone: max, min and product, which are not linear; sums and maps that something else reads; weights by head.
struct ProjectBeforeSum: Pass {
  let name = "project-before-sum"
  let summary = "projects before or after a sum, whichever carries less across the edges"

  func run(on program: Program) throws(InternalFault) -> PassResult {
    let search = SumSearch(program)
    var rewriter = Rewriter(program)
    return try rewriter.rewrite { (rewriter, value) throws(InternalFault) in
      if let weights = search.map(value), search.isWorthProjecting(value) {
        rewriter.note("\(program.mention(value)) is projected before the sum in it")
        return try project(program[value].operands[0], rewriter[weights], search, &rewriter)
      }
      if let sum = search.projectedSum(value), search.isWorthSummingFirst(sum) {
        rewriter.note("\(program.mention(value)) is summed before it is projected")
        return try sumFirst(sum, &rewriter)
      }
      return nil
    }
  }

  /// linear(x, weights), with the map before the sums in x.
  private func project(
    _ x: ValueID, _ weights: ValueID, _ search: SumSearch, _ rewriter: inout Rewriter
  ) throws(InternalFault) -> ValueID {
    let operands = rewriter.old[x].operands
    switch search.form(x) {
    case .terms(let function):
      let a = try project(operands[0], weights, search, &rewriter)
      let b = try project(operands[1], weights, search, &rewriter)
      return try rewriter.builder.binary(function, a, b)
    case .scaled(let function, let row, let scalar):
      let product = try project(operands[row], weights, search, &rewriter)
      return try rewriter.builder.binary(function, product, rewriter[operands[scalar]])
    case .sum(let sum):
      let projected = try rewriter.builder.linear(rewriter[sum.vertex], weights)
      let message = try sum.message(of: projected, &rewriter)
      return try rewriter.builder.reduce(.sum, [message])
    case .whole:
      return try rewriter.builder.linear(rewriter[x], weights)
    }
  }

  private func sumFirst(_ sum: ProjectedSum, _ rewriter: inout Rewriter) throws(InternalFault) -> ValueID {
    let message = try sum.sum.message(of: rewriter[sum.input], scalings: sum.scalings, &rewriter)
    let summed = try rewriter.builder.reduce(.sum, [message])
    return try rewriter.builder.linear(summed, rewriter[sum.weights])
  }
}

/// A sum over in-edges of a source's rows, each times numbers.
struct SourceSum {
  let set: EdgeSet
  /// The vertex value whose rows are summed.
  let vertex: ValueID
  /// Numbers of the edge: each multiplies the row, or divides it.
  let scalars: [(value: ValueID, divides: Bool)]

  /// The message with `rows` for the vertex value; `scalings` are vertex values, gathered beside it.
  func message(
    of rows: ValueID, scalings: [(value: ValueID, divides: Bool)] = [], _ rewriter: inout Rewriter
  ) throws(InternalFault) -> ValueID {
    var message = try rewriter.builder.source(rows, set)
    for (value, divides) in scalings {
      var scaling = rewriter[value]
      if rewriter.builder.type(scaling).space.isVertices {
        scaling = try rewriter.builder.source(scaling, set)
      }
      message = try rewriter.builder.binary(divides ? .divide : .multiply, message, scaling)
    }
    for (value, divides) in scalars {
      message = try rewriter.builder.binary(
        divides ? .divide : .multiply, message, rewriter[value])
    }
    return message
  }
}

/// A sum whose source rows are a linear map of others.
struct ProjectedSum {
  let sum: SourceSum
  let input: ValueID
  let weights: ValueID
  let scalings: [(value: ValueID, divides: Bool)]
}

/// Finds linear maps around and inside sums.
struct SumSearch {
  enum Form {
    case terms(Binary)
    /// Operand `row` times, or divided by, operand `scalar`.
    case scaled(Binary, row: Int, scalar: Int)
    case sum(SourceSum)
    case whole
  }

  let program: Program
  private let readers: Readers
  private let costs: Costs
  private let graphOnly: [Bool]

  init(_ program: Program) {
    self.program = program
    readers = Readers(program)
    costs = Costs(schema: program.schema)
    graphOnly = program.graphOnly()
  }

  /// The weights of a linear map on vertices that one matrix makes.
  func map(_ value: ValueID) -> ValueID? {
    guard case .linear(batch: 0) = program[value].operation, program[value].type.space.isVertices
    else { return nil }
    let weights = program[value].operands[1]
    return program[weights].type.space.isConstant ? weights : nil
  }

  /// How a vertex value that only one other reads is put together.
  func form(_ x: ValueID) -> Form {
    guard readers.hasOneReader(x) else { return .whole }
    let instruction = program[x]
    let types = instruction.operands.map { program[$0].type }
    switch instruction.operation {
    case .binary(let function) where function == .add || function == .subtract:
      let alike = types.allSatisfy { $0.shape == instruction.type.shape && $0.space.isVertices }
      return alike ? .terms(function) : .whole
    case .binary, .unary, .reduce: break
    default: return .whole
    }
    if let (function, row, scalar) = scaling(x) { return .scaled(function, row: row, scalar: scalar) }
    return sourceSum(x).map(Form.sum) ?? .whole
  }

  /// A row times a number for each row.
  private func scaling(_ x: ValueID) -> (Binary, row: Int, scalar: Int)? {
    let instruction = program[x]
    guard case .binary(let function) = instruction.operation,
      function == .multiply || function == .divide
    else { return nil }
    let types = instruction.operands.map { program[$0].type }
    if types[1].isScalar && types[0].shape == instruction.type.shape { return (function, 0, 1) }
    guard function == .multiply, types[0].isScalar, types[1].shape == instruction.type.shape else {
      return nil
    }
    return (function, 1, 0)
  }

  /// A chain of scalings down to what is scaled, as long as nobody else reads the links; nearest scaling last.
  private func unscaled(_ x: ValueID) -> (ValueID, [(value: ValueID, divides: Bool)]) {
    guard readers.hasOneReader(x), let (function, row, scalar) = scaling(x) else { return (x, []) }
    let (inner, scalars) = unscaled(program[x].operands[row])
    return (inner, scalars + [(program[x].operands[scalar], function == .divide)])
  }

  private func sourceSum(_ value: ValueID) -> SourceSum? {
    guard program[value].operation == .reduce(.sum), program[value].operands.count == 1 else {
      return nil
    }
    let (row, scalars) = unscaled(program[value].operands[0])
    guard case .source(let set) = program[row].operation, readers.hasOneReader(row) else {
      return nil
    }
    return SourceSum(set: set, vertex: program[row].operands[0], scalars: scalars)
  }

  /// A sum whose rows are projected before it.
  func projectedSum(_ value: ValueID) -> ProjectedSum? {
    guard let sum = sourceSum(value) else { return nil }
    let (product, scalings) = unscaled(sum.vertex)
    guard let weights = map(product), readers.hasOneReader(product) else { return nil }
    return ProjectedSum(
      sum: sum, input: program[product].operands[0], weights: weights, scalings: scalings)
  }

  /// Whether a sum stands somewhere in x.
  func holdsSum(_ x: ValueID) -> Bool { !sums(in: x).isEmpty }

  private func sums(in x: ValueID) -> [SourceSum] {
    switch form(x) {
    case .terms: program[x].operands.flatMap(sums)
    case .scaled(_, let row, _): sums(in: program[x].operands[row])
    case .sum(let sum): [sum]
    case .whole: []
    }
  }

  /// Whether projecting before all sums that a map is applied to costs less.
  func isWorthProjecting(_ value: ValueID) -> Bool {
    let sums = sums(in: program[value].operands[0])
    let (wide, narrow) = (
      program[program[value].operands[0]].type.width, program[value].type.width
    )
    let before = sums.reduce(0) { $0 + projectingFirst($1, from: wide, to: narrow) }
    let after = sums.reduce(0) { $0 + summingFirst($1.vertex, $1.set, width: wide) }
    return before < after
  }

  /// Whether summing before projecting costs less.
  func isWorthSummingFirst(_ sum: ProjectedSum) -> Bool {
    let wide = program[sum.input].type.width
    let scalings = sum.scalings.count
    let extra = Double(scalings) * costs.gather(width: 1, sum.sum.set)
    let first = SourceSum(set: sum.sum.set, vertex: sum.input, scalars: [])
    let before = projectingFirst(first, from: wide, to: program[sum.sum.vertex].type.width)
    return summingFirst(sum.input, sum.sum.set, width: wide) + extra < before
  }

  /// Projecting writes the product for others to gather; if its input is raw, in a stage of its own that reads it.
  private func projectingFirst(_ sum: SourceSum, from wide: Int, to narrow: Int) -> Double {
    let needsStage = program.isInput(sum.vertex) || graphOnly[sum.vertex.number]
    return (needsStage ? costs.bytes(wide) : 0) + costs.bytes(narrow)
      + costs.gather(width: narrow, sum.set)
  }

  private func summingFirst(_ input: ValueID, _ set: EdgeSet, width: Int) -> Double {
    (program.isInput(input) ? 0 : costs.bytes(width)) + costs.gather(width: width, set)
  }
}
