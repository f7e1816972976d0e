import Diagnostics
import Program

/// Moves a linear map in front of a sum over in-edges, or behind it, whichever costs less.
///
///     before   %1 = source %0          : cites f32[602]
///              %2 = incoming.sum %1    : paper f32[602]
///              %4 = linear %2, %3      : paper f32[64]       // %3: constant f32[64, 602]
///     after    %2 = linear %0, %3      : paper f32[64]
///              %3 = source %2          : cites f32[64]
///              %4 = incoming.sum %3    : paper f32[64]
///
/// Numbers for each row, or for each head of it (a normalisation, an edge weight, a softmax), may stand before and
/// behind the sum, and terms beside it: x + sum h is projected term by term. A joint sum whose messages have maps of
/// their own becomes a sum for each map that moves behind it, and one for the rest, added in the messages' order:
///
///     before   %4 = multiply %2, %1             : writes f32[4, 32]    // %1: source of a product by %0, %2: [4, 1]
///              %7 = multiply %5, %6             : cites f32[4, 32]     // %6: source of a product by %3, %5: [4, 1]
///              %8 = incoming.sum %4, %7         : paper f32[4, 32]
///     after    %8 = incoming.sum %4             : paper f32[4, 32]     // in %4 and %7 stand the products' inputs
///              %9 = linear %8, %0 batch 1       : paper f32[4, 32]
///              %10 = incoming.sum %7            : paper f32[4, 32]
///              %11 = linear %10, %3 batch 1     : paper f32[4, 32]
///              %12 = add %9, %11                : paper f32[4, 32]
///
/// Weighed are rows gathered and stored, the stage that projects a raw feature first, and products, of which either
/// end takes one for each of its vertices (see `Costs`). So a map moves behind the sum when its input is narrower; when
/// that is a raw feature that is summed more cheaply than it is projected first, in a stage of its own; when there are
/// fewer targets than sources; or when several maps of one value would each have a row stored. On equal costs, which
/// without counts is one map at equal widths, it stays where it was written.
///
/// Leaves alone: max, min and product, which are not linear; sums and maps that something else reads; factors that
/// differ along the mapped axis. Limits: where terms are infinite or overflow, NaN may become infinity or the other way
/// round, since what is added differs; weights that are not finite, behind a sum, make NaN of the 0 of no in-edges.
struct ProjectBeforeSum: Pass {
  let name = "project-before-sum"
  let summary = "projects before or after a sum, whichever carries less across the edges"

  func run(on program: Program) throws(InternalFault) -> PassResult {
    let search = SumSearch(program)
    let choices = MapChoices(search.uses, search.facts)
    var rewriter = Rewriter(program)
    return try rewriter.rewrite { (rewriter, value) throws(InternalFault) in
      if let cost = search.costOfProjecting(value), case .linear(let batch) = program[value].operation {
        let turn = cost.isLessAtSources ? "moves before the sum in it" : "stays behind the sum in it"
        note(turn, value, cost, search, &rewriter)
        if cost.isLessAtSources {
          let map = Map(weights: rewriter[program[value].operands[1]], batch: batch)
          return try project(program[value].operands[0], map, search, &rewriter)
        }
      }
      if let cost = choices.costs[value] {
        let turn = choices.moved.contains(value) ? "moves behind its sum" : "stays before its sum"
        note(turn, value, cost, search, &rewriter)
      }
      return try summedFirst(value, search, choices.moved, &rewriter)
    }
  }

  private func note(
    _ turn: String, _ value: ValueID, _ cost: MapCost, _ search: SumSearch, _ rewriter: inout Rewriter
  ) {
    rewriter.note("\(rewriter.old.mention(value)) \(turn): \(search.facts.described(cost, of: value))")
  }

  /// The weights of a map in the new program.
  private struct Map {
    let weights: ValueID
    let batch: Int
  }

  /// A map of x, with the map before the sums in x.
  private func project(
    _ x: ValueID, _ map: Map, _ search: SumSearch, _ rewriter: inout Rewriter
  ) throws(InternalFault) -> ValueID {
    let operands = rewriter.old[x].operands
    switch search.form(x) {
    case .terms(let function):
      let a = try project(operands[0], map, search, &rewriter)
      let b = try project(operands[1], map, search, &rewriter)
      return try rewriter.builder.binary(function, a, b)
    case .scaled(let function, let row, let scalar):
      let product = try project(operands[row], map, search, &rewriter)
      return try rewriter.builder.binary(function, product, rewriter[operands[scalar]])
    case .sum(let messages):
      var projected: [ValueID] = []
      for message in messages {
        let product = try rewriter.builder.linear(rewriter[message.vertex], map.weights, batch: map.batch)
        projected.append(try message.message(of: product, &rewriter))
      }
      return try rewriter.builder.reduce(.sum, projected)
    case .whole:
      return try rewriter.builder.linear(rewriter[x], map.weights, batch: map.batch)
    }
  }

  /// A sum with the maps that move behind it; nil if none does.
  private func summedFirst(
    _ sum: ValueID, _ search: SumSearch, _ moved: Set<ValueID>, _ rewriter: inout Rewriter
  ) throws(InternalFault) -> ValueID? {
    let found = search.mapped(sum)
    guard found.contains(where: { $0.map { moved.contains($0.map.product) } ?? false }) else { return nil }
    var groups: [(key: MapKey?, messages: [ValueID])] = []
    for (message, mapped) in zip(rewriter.old[sum].operands, found) {
      var (key, made): (MapKey?, ValueID) = (nil, rewriter[message])
      if let mapped, moved.contains(mapped.map.product) {
        key = MapKey(mapped.map)
        made = try mapped.message.message(
          of: rewriter[mapped.map.input], scalings: mapped.scalings, &rewriter)
      }
      if let place = groups.firstIndex(where: { $0.key == key }) {
        groups[place].messages.append(made)
      } else {
        groups.append((key, [made]))
      }
    }
    var result: ValueID?
    for group in groups {
      var part = try rewriter.builder.reduce(.sum, group.messages)
      if let key = group.key {
        part = try rewriter.builder.linear(part, rewriter[key.weights], batch: key.batch)
      }
      if let before = result {
        result = try rewriter.builder.binary(.add, before, part)
      } else {
        result = part
      }
    }
    return result
  }
}
