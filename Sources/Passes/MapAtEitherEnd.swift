import Diagnostics
import Program

/// Moves a linear map inside a dot product of an edge's ends to the end where it costs less.
///
///     before   %3 = linear %1, %2 batch 1         : author f32[4, 32]      // %2: constant f32[4, 32, 32]
///              %4 = source %3                     : writes f32[4, 32]
///              %5 = target %0                     : writes f32[4, 32]
///              %6 = multiply %5, %4               : writes f32[4, 32]
///              %7 = sum %6 axis 1                 : writes f32[4]
///     after    %3 = permute %2 order [0, 2, 1]    : constant f32[4, 32, 32]
///              %4 = linear %0, %3 batch 1         : paper f32[4, 32]
///              %5 = target %4                     : writes f32[4, 32]
///              %6 = source %1                     : writes f32[4, 32]
///              %7 = multiply %5, %6               : writes f32[4, 32]
///              %8 = sum %7 axis 1                 : writes f32[4]
///
/// The sum of q times K k is that of the transposed K q times k. At the sources a map takes a product for each of their
/// vertices, and a row of its own that is stored and gathered. At the targets it takes a product for each of theirs,
/// at hand while they are swept; what is gathered is k itself, once for the maps of all relations. A map moves from
/// either end to the other by what `Costs` says: fewer vertices, a narrower row, or several maps of one value decide.
/// On equal costs, which without counts is one map at equal widths, it stays where it was written.
///
/// Leaves alone: products that something else reads, or that are added to or scaled before the dot product; sums along
/// other axes than the last. Limits: where q, k or the weights are infinite or products overflow, NaN may become
/// infinity or the other way round, since what is added differs.
struct MapAtEitherEnd: Pass {
  let name = "map-at-either-end"
  let summary = "makes the linear map in a dot product at the end of the edges where it costs less"

  func run(on program: Program) throws(InternalFault) -> PassResult {
    let plan = DotPlan(program)
    var rewriter = Rewriter(program)
    return try rewriter.rewrite { (rewriter, value) throws(InternalFault) in
      if let note = plan.notes[value] { rewriter.note(note) }
      guard let move = plan.moves[value] else { return nil }
      return try moved(move, &rewriter)
    }
  }

  /// The dot product with its map at the other end.
  private func moved(_ move: DotPlan.Move, _ rewriter: inout Rewriter) throws(InternalFault) -> ValueID {
    let map = move.map
    let order = Array(0..<map.batch) + [map.batch + 1, map.batch]
    let transposed = try rewriter.builder.permute(rewriter[map.weights], order)
    let mapped = try rewriter.builder.linear(rewriter[move.other], transposed, batch: map.batch)
    let bare = rewriter[map.input]
    let (target, source) = move.end == .targets ? (mapped, bare) : (bare, mapped)
    let product = try rewriter.builder.binary(
      .multiply, rewriter.builder.target(target, map.set), rewriter.builder.source(source, map.set))
    let axis = rewriter.builder.type(product).shape.count - 1
    return try rewriter.builder.reduceAxis(.sum, product, axis: axis)
  }
}

/// Which dot products have their map moved.
private struct DotPlan {
  enum End { case sources, targets }

  /// A map that leaves its end of a dot product.
  struct Move {
    let map: GatheredMap
    /// The vertex value of the other end, which is mapped instead.
    let other: ValueID
    /// Where the map goes.
    let end: End
  }

  /// For each dot product that changes, how.
  private(set) var moves: [ValueID: Move] = [:]
  /// What to say of each map that could move.
  private(set) var notes: [ValueID: String] = [:]
  private let facts: MapFacts
  private var program: Program { facts.program }

  init(_ program: Program) {
    facts = MapFacts(program)
    let dots = program.values.compactMap { Dot($0, in: program, facts.readers) }
    moveToTargets(dots)
    // A dot product loses the map of one end only: the other's would have to follow it.
    moveToSources(dots.filter { moves[$0.value] == nil })
  }

  private mutating func moveToTargets(_ dots: [Dot]) {
    let mapped = dots.compactMap { dot in dot.sourceMap(in: program).map { (dot, $0) } }
    let uses = mapped.map { dot, map in
      MapChoices.Use(
        map: map, link: map.product == dot.atSource ? dot.product : dot.atSource,
        sharers: mapped.count { $0.target == dot.target && MapKey($1) == MapKey(map) })
    }
    // Maps behind sums may need the same rows gathered: what that costs is shared with them.
    let choices = MapChoices(uses + SumSearch(program).uses, facts)
    let ofDots = Set(mapped.map(\.1.product))
    for (product, cost) in choices.costs where ofDots.contains(product) {
      note(product, choices.moved.contains(product) ? "moves to the targets" : "stays at the sources", cost)
    }
    for (dot, map) in mapped where choices.moved.contains(map.product) {
      moves[dot.value] = Move(map: map, other: dot.target, end: .targets)
    }
  }

  private mutating func moveToSources(_ dots: [Dot]) {
    let all = Dictionary(grouping: dots, by: \.target)
    for (product, dots) in all.sorted(by: { $0.key < $1.key }) {
      let maps = dots.compactMap { $0.targetMap(in: program, facts.readers) }
      let sources = dots.compactMap { $0.source(in: program) }
      guard maps.count == dots.count, sources.count == dots.count,
        facts.isRead(product, by: dots.map(\.atTarget))
      else { continue }
      let cost = cost(of: maps, sources)
      note(product, cost.isLessAtSources ? "moves to the sources" : "stays at the targets", cost)
      guard cost.isLessAtSources else { continue }
      for (place, dot) in dots.enumerated() {
        moves[dot.value] = Move(map: maps[place], other: sources[place], end: .sources)
      }
    }
  }

  /// What one map of the targets costs, for all its dot products with the values of sources.
  private func cost(of maps: [GatheredMap], _ sources: [ValueID]) -> MapCost {
    let product = maps[0].product
    let (wide, narrow) = (program[product].type.width, program[maps[0].input].type.width)
    let arithmetic = facts.costs.arithmetic(program[product], in: program)
    var cost = MapCost(atSources: 0, atTargets: facts.count(product) * arithmetic)
    for source in Set(sources).sorted() {
      cost.atSources += facts.count(source) * (arithmetic + facts.costs.bytes(narrow))
      cost.atSources += facts.stage(for: source)
      cost.atTargets += facts.storing(source, besides: sources.count { $0 == source })
    }
    for map in maps {
      cost.atSources += facts.gathering(narrow, map.set)
      cost.atTargets += facts.gathering(wide, map.set)
    }
    return cost
  }

  private mutating func note(_ product: ValueID, _ turn: String, _ cost: MapCost) {
    notes[product] = "\(program.mention(product)) \(turn): \(facts.described(cost, of: product))"
  }
}

/// A sum along the last axis of the product of both ends of an edge.
private struct Dot {
  let value: ValueID
  let product: ValueID
  /// The edge value that depends on the source.
  let atSource: ValueID
  /// The gathered row of the target.
  let atTarget: ValueID
  /// The vertex value behind it.
  let target: ValueID

  init?(_ value: ValueID, in program: Program, _ readers: Readers) {
    let instruction = program[value]
    guard case .reduceAxis(.sum, let axis) = instruction.operation, instruction.type.space.isEdges else {
      return nil
    }
    let product = instruction.operands[0]
    let type = program[product].type
    let operands = program[product].operands
    guard program[product].operation == .binary(.multiply), axis == type.shape.count - 1,
      readers.hasOneReader(product), operands.allSatisfy({ program[$0].type == type })
    else { return nil }
    func isTarget(_ x: ValueID) -> Bool { if case .target = program[x].operation { true } else { false } }
    guard let place = operands.firstIndex(where: isTarget), readers.hasOneReader(operands[1 - place]) else {
      return nil
    }
    self.value = value
    self.product = product
    atSource = operands[1 - place]
    atTarget = operands[place]
    target = program[atTarget].operands[0]
  }

  /// The map of the source's row, if there is one.
  func sourceMap(in program: Program) -> GatheredMap? { GatheredMap(atSource, in: program) }

  /// The source's vertex value, if its row is all that is gathered.
  func source(in program: Program) -> ValueID? {
    if case .source = program[atSource].operation { program[atSource].operands[0] } else { nil }
  }

  /// The map of the target's row, if only this reads it.
  func targetMap(in program: Program, _ readers: Readers) -> GatheredMap? {
    guard case .target(let set) = program[atTarget].operation, readers.hasOneReader(atTarget) else {
      return nil
    }
    return GatheredMap(target, over: set, in: program)
  }
}
