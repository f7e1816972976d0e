import Diagnostics
import Program

/// Factors of a row with which a map of it commutes, first to last.
typealias Scalings = [(value: ValueID, divides: Bool)]

/// A message that is a source's row times numbers.
struct SourceMessage {
  let set: EdgeSet
  /// The vertex value whose rows are summed.
  let vertex: ValueID
  /// Numbers of the edge: each multiplies the row, or divides it.
  let scalars: Scalings

  /// The message with `rows` for the vertex value; `scalings` are vertex values, gathered beside it.
  func message(
    of rows: ValueID, scalings: Scalings = [], _ rewriter: inout Rewriter
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

/// A message whose source row is a linear map of another.
struct MappedMessage {
  let message: SourceMessage
  let map: GatheredMap
  /// Numbers of the source that scale the product.
  let scalings: Scalings
  /// What reads the product on the way to the sum.
  let link: ValueID
}

/// Finds linear maps around and inside sums.
struct SumSearch {
  enum Form {
    case terms(Binary)
    /// Operand `row` times, or divided by, operand `scalar`.
    case scaled(Binary, row: Int, scalar: Int)
    case sum([SourceMessage])
    case whole
  }

  let program: Program
  let facts: MapFacts
  private var readers: Readers { facts.readers }

  init(_ program: Program) {
    self.program = program
    facts = MapFacts(program)
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
    case .binary:
      return scaling(x).map { .scaled($0, row: $1, scalar: $2) } ?? .whole
    case .reduce(.sum):
      let messages = instruction.operands.compactMap(sourceMessage)
      return messages.count == instruction.operands.count ? .sum(messages) : .whole
    default: return .whole
    }
  }

  /// A row times a number for each row, or one for each stretch of it that is mapped by itself.
  private func scaling(_ x: ValueID) -> (Binary, row: Int, scalar: Int)? {
    let instruction = program[x]
    guard case .binary(let function) = instruction.operation,
      function == .multiply || function == .divide
    else { return nil }
    let shapes = instruction.operands.map { program[$0].type.shape }
    func isRow(_ row: Int, scaledBy scalar: Int) -> Bool {
      shapes[row] == instruction.type.shape && shapes[scalar].last ?? 1 == 1
    }
    if isRow(0, scaledBy: 1) { return (function, 0, 1) }
    return function == .multiply && isRow(1, scaledBy: 0) ? (function, 1, 0) : nil
  }

  /// A chain of scalings, as long as nobody else reads the links.
  private struct Scaled {
    var row: ValueID
    var scalars: Scalings = []
    /// The link that reads the row.
    var innermost: ValueID?
  }

  private func unscaled(_ x: ValueID) -> Scaled {
    guard readers.hasOneReader(x), let (function, row, scalar) = scaling(x) else { return Scaled(row: x) }
    var inner = unscaled(program[x].operands[row])
    inner.scalars.append((program[x].operands[scalar], function == .divide))
    if inner.innermost == nil { inner.innermost = x }
    return inner
  }

  private func sourceMessage(_ value: ValueID) -> SourceMessage? {
    let scaled = unscaled(value)
    guard case .source(let set) = program[scaled.row].operation, readers.hasOneReader(scaled.row) else {
      return nil
    }
    return SourceMessage(set: set, vertex: program[scaled.row].operands[0], scalars: scaled.scalars)
  }

  // MARK: - Maps inside sums

  /// For each message of a sum, the map in it; none for values that are no sum.
  func mapped(_ sum: ValueID) -> [MappedMessage?] {
    program[sum].operation == .reduce(.sum) ? program[sum].operands.map(mappedMessage) : []
  }

  private func mappedMessage(_ value: ValueID) -> MappedMessage? {
    if let message = sourceMessage(value) {
      let scaled = unscaled(message.vertex)
      return GatheredMap(scaled.row, over: message.set, in: program).map { map in
        let gather = readers[message.vertex].first { program[$0].operation == .source(message.set) }!
        return MappedMessage(
          message: message, map: map, scalings: scaled.scalars, link: scaled.innermost ?? gather)
      }
    }
    let scaled = unscaled(value)
    guard readers.hasOneReader(scaled.row), let map = GatheredMap(scaled.row, in: program) else { return nil }
    let message = SourceMessage(set: map.set, vertex: map.input, scalars: scaled.scalars)
    return MappedMessage(
      message: message, map: map, scalings: [], link: scaled.innermost ?? readers.only(value)!)
  }

  /// Where a map could be made behind a sum.
  var uses: [MapChoices.Use] {
    program.values.flatMap { sum in
      let found = mapped(sum)
      let maps = found.compactMap { $0 }
      return maps.map { message in
        MapChoices.Use(
          map: message.map, link: message.link,
          beside: message.scalings.reduce(0) { $0 + program[$1.value].type.width },
          sharers: maps.count { MapKey($0.map) == MapKey(message.map) },
          isAdded: found.count > maps.count || Set(maps.map { MapKey($0.map) }).count > 1)
      }
    }
  }

  // MARK: - Maps around sums

  /// What a linear map on vertices costs before the sums in its input and behind them; nil if there are none.
  func costOfProjecting(_ value: ValueID) -> MapCost? {
    guard case .linear = program[value].operation, program[value].type.space.isVertices,
      program[program[value].operands[1]].type.space.isConstant
    else { return nil }
    let x = program[value].operands[0]
    let parts = parts(of: x)
    guard !parts.messages.isEmpty else { return nil }
    let (wide, narrow) = (program[x].type.width, program[value].type.width)
    let arithmetic = facts.costs.arithmetic(program[value], in: program)
    var cost = MapCost()
    let vertices = Set(parts.messages.map(\.vertex))
    for mapped in vertices.union(parts.whole).sorted() { cost.atSources += facts.count(mapped) * arithmetic }
    cost.atTargets += facts.count(x) * arithmetic
    for vertex in vertices.sorted() {
      cost.atSources += facts.stage(for: vertex) + facts.count(vertex) * facts.costs.bytes(narrow)
      cost.atTargets += facts.storing(vertex, besides: parts.messages.count { $0.vertex == vertex })
    }
    for message in parts.messages {
      cost.atSources += facts.gathering(narrow, message.set)
      cost.atTargets += facts.gathering(wide, message.set)
    }
    return cost
  }

  /// The messages of the sums in x, and the terms beside them.
  private func parts(of x: ValueID) -> (messages: [SourceMessage], whole: [ValueID]) {
    switch form(x) {
    case .terms:
      let (a, b) = (parts(of: program[x].operands[0]), parts(of: program[x].operands[1]))
      return (a.messages + b.messages, a.whole + b.whole)
    case .scaled(_, let row, _): return parts(of: program[x].operands[row])
    case .sum(let messages): return (messages, [])
    case .whole: return ([], [x])
    }
  }
}
