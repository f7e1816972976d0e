import Program
import TestSupport
import Testing

@testable import Passes

// Where the maps of relations stand: at the sources, or at the targets.

/// Two vertex types with as many vertices as `counts` say; `writes` and `reviews` lead from authors to papers. A dot
/// product over each set in `dots`, a joint sum over each in `sums`, all with maps of their own unless `shared`.
private func relations(
  _ counts: (author: Int?, paper: Int?) = (nil, nil), edges: Int? = nil, dots: [String] = [],
  sums: [String] = [],
  widths: (Int, Int) = (16, 16), shared: Bool = false, last: String = ""
) throws -> (body: String, notes: [String], program: Program) {
  func hint(_ count: Int?) -> String { count.map { " count \($0)" } ?? "" }
  let (wide, narrow) = widths
  var lines: [String] = []
  var number = 4
  func add(_ line: String) -> String {
    lines.append("%\(number) = \(line)")
    number += 1
    return "%\(number - 1)"
  }
  var results: [String] = []
  for (place, set) in dots.enumerated() {
    let weights = add("parameter \"k\(shared ? 0 : place)\" : constant f32[2, \(narrow), \(wide)]")
    let product = add("linear %1, \(weights) batch 1 : author f32[2, \(narrow)]")
    let (k, q) = (
      add("source \(product) : \(set) f32[2, \(narrow)]"), add("target %3 : \(set) f32[2, \(narrow)]")
    )
    let both = add("multiply \(q), \(k) : \(set) f32[2, \(narrow)]")
    results.append(add("sum \(both) axis 1 : \(set) f32[2]"))
  }
  var messages: [String] = []
  for (place, set) in sums.enumerated() {
    let weights = add("parameter \"v\(shared ? 0 : place)\" : constant f32[2, \(narrow), \(wide)]")
    let product = add("linear %1, \(weights) batch 1 : author f32[2, \(narrow)]")
    let (v, w) = (
      add("source \(product) : \(set) f32[2, \(narrow)]"), add("feature weight : \(set) f32[2, 1]")
    )
    messages.append(add("multiply \(w), \(v) : \(set) f32[2, \(narrow)]"))
  }
  var outputs: [String] = []
  if !results.isEmpty {
    outputs.append(add("incoming.max \(results.joined(separator: ", ")) : paper f32[2]"))
  }
  if !messages.isEmpty {
    outputs.append(add("incoming.sum \(messages.joined(separator: ", ")) : paper f32[2, \(narrow)]"))
  }
  let text = """
    vertex author\(hint(counts.author)) { x: f32[2, \(wide)] }
    vertex paper\(hint(counts.paper)) { x: f32[2, \(narrow)] }
    edge writes: author -> paper\(hint(edges)) { weight: f32[2, 1] }
    edge reviews: author -> paper\(hint(edges)) { weight: f32[2, 1] }
    \((0..<2).map { "parameter \"k\($0)\": f32[2, \(narrow), \(wide)]" }.joined(separator: "\n"))
    \((0..<2).map { "parameter \"v\($0)\": f32[2, \(narrow), \(wide)]" }.joined(separator: "\n"))
    %0 x = feature x : author f32[2, \(wide)]
    %1 k = exp %0 : author f32[2, \(wide)]
    %2 x = feature x : paper f32[2, \(narrow)]
    %3 q = exp %2 : paper f32[2, \(narrow)]
    \(lines.joined(separator: "\n"))
    \(outputs.enumerated().map { "output y\($0) = \($1)" }.joined(separator: "\n"))
    \(last)
    """
  let steps: [any Pass] = [Share(), MapAtEitherEnd(), ProjectBeforeSum(), Share(), DropUnused()]
  let found = try after(steps, text)
  return (found.body, found.notes, try read(text))
}

/// How many products stand on the vertices of a type.
private func products(_ body: String, on type: String) -> Int {
  body.split(separator: "\n").count { $0.contains("= linear") && $0.contains(" : \(type) ") }
}

// MARK: - Dot products

@Test func aMapOfItsOwnStaysWhereItWasWritten() throws {
  let score = try relations(dots: ["writes"])
  #expect(products(score.body, on: "author") == 1 && products(score.body, on: "paper") == 0)
  #expect(
    score.notes[0]
      == "%5 stays at the sources: 2381 bytes for each author at the sources, 2381 at the targets")
  let sum = try relations(sums: ["writes"])
  #expect(products(sum.body, on: "author") == 1 && products(sum.body, on: "paper") == 0)
  #expect(
    sum.notes[0] == "%5 stays before its sum: 2381 bytes for each author at the sources, 2381 at the targets")
}

@Test func aScoreAndASumOfOneValueLetItCrossOnce() throws {
  let found = try relations(dots: ["writes"], sums: ["writes"])
  #expect(products(found.body, on: "author") == 0 && products(found.body, on: "paper") == 2)
  #expect(found.body.ranges(of: "source %1").count == 1)
}

@Test func severalMapsOfOneKeyMoveToTheTargetsQuery() throws {
  let found = try relations(dots: ["writes", "reviews"])
  #expect(products(found.body, on: "author") == 0 && products(found.body, on: "paper") == 2)
  // The key itself crosses, and only it.
  #expect(found.body.contains("source %1 : writes") && found.body.contains("source %1 : reviews"))
}

@Test func aMapMovesToTheEndWithFewerVertices() throws {
  let few = try relations((1000, 10), edges: 4000, dots: ["writes"], sums: ["writes"])
  #expect(products(few.body, on: "author") == 0 && products(few.body, on: "paper") == 2)
  let many = try relations(
    (10, 1000), edges: 4000, dots: ["writes", "reviews"], sums: ["writes", "reviews"])
  #expect(products(many.body, on: "author") == 4 && products(many.body, on: "paper") == 0)
}

@Test func theNarrowerKeyCrosses() throws {
  let narrow = try relations(dots: ["writes"], widths: (16, 4))
  #expect(products(narrow.body, on: "author") == 1 && !narrow.body.contains("writes f32[2, 16]"))
  let wide = try relations(dots: ["writes"], widths: (4, 16))
  #expect(products(wide.body, on: "author") == 0 && !wide.body.contains("writes f32[2, 16]"))
}

/// A dot product of a mapped query and a bare key.
private func mappedQuery(_ authors: Int, _ papers: Int, last: String = "") -> String {
  """
  vertex author count \(authors) { x: f32[2, 16] }
  vertex paper count \(papers) { x: f32[2, 16] }
  edge writes: author -> paper count 8000 {}
  edge reviews: author -> paper count 8000 {}
  parameter "w": f32[2, 16, 16]
  %0 x = feature x : author f32[2, 16]
  %1 k = exp %0 : author f32[2, 16]
  %2 x = feature x : paper f32[2, 16]
  %3 w = parameter "w" : constant f32[2, 16, 16]
  %4 q = linear %2, %3 batch 1 : paper f32[2, 16]
  %5 = target %4 : writes f32[2, 16]
  %6 = source %1 : writes f32[2, 16]
  %7 = multiply %6, %5 : writes f32[2, 16]
  %8 = sum %7 axis 1 : writes f32[2]
  %9 = target %4 : reviews f32[2, 16]
  %10 = source %1 : reviews f32[2, 16]
  %11 = multiply %9, %10 : reviews f32[2, 16]
  %12 = sum %11 axis 1 : reviews f32[2]
  %13 = incoming.max %8, %12 : paper f32[2]
  output y = %13
  \(last)
  """
}

@Test func aMapOfTheQueryMovesToFewerSources() throws {
  let found = try after([MapAtEitherEnd(), Share(), DropUnused()], mappedQuery(10, 4000))
  #expect(products(found.body, on: "author") == 1 && products(found.body, on: "paper") == 0)
  #expect(found.notes[0].hasPrefix("%4 q moves to the sources: "))
  let back = try after([MapAtEitherEnd(), DropUnused()], mappedQuery(4000, 10))
  #expect(products(back.body, on: "author") == 0 && products(back.body, on: "paper") == 1)
}

@Test func aProductThatSomethingElseReadsStays() throws {
  let query = try after([MapAtEitherEnd(), DropUnused()], mappedQuery(10, 4000, last: "output z = %4"))
  #expect(products(query.body, on: "paper") == 1)
  let key = try relations(
    (1000, 10), dots: ["writes"], sums: ["reviews"], last: "output z = %5\noutput u = %11")
  #expect(products(key.body, on: "author") == 2)
}

// MARK: - Sums

@Test func aJointSumBecomesOneForEachMapThatMoves() throws {
  let found = try relations(sums: ["writes", "reviews"])
  #expect(products(found.body, on: "author") == 0 && products(found.body, on: "paper") == 2)
  #expect(found.body.ranges(of: "incoming.sum").count == 2 && found.body.contains("= add"))
}

@Test func relationsWithOneMapShareOneSum() throws {
  let found = try relations((1000, 10), sums: ["writes", "reviews"], shared: true)
  #expect(products(found.body, on: "paper") == 1 && found.body.ranges(of: "incoming.sum").count == 1)
}

// MARK: - All together

@Test func whatDividesAllMessagesDividesOnceBehindAllSums() throws {
  let found = try after(
    [FactorOutOfSum(), ProjectBeforeSum(), DropUnused()],
    """
    vertex author { x: f32[2, 3] }
    vertex paper { s: f32[2, 1] }
    edge writes: author -> paper {}
    edge reviews: author -> paper {}
    parameter "a": f32[2, 3, 3]
    parameter "b": f32[2, 3, 3]
    %0 x = feature x : author f32[2, 3]
    %1 v = exp %0 : author f32[2, 3]
    %2 s = feature s : paper f32[2, 1]
    %3 s = exp %2 : paper f32[2, 1]
    %4 = parameter "a" : constant f32[2, 3, 3]
    %5 = linear %1, %4 batch 1 : author f32[2, 3]
    %6 = source %5 : writes f32[2, 3]
    %7 = target %3 : writes f32[2, 1]
    %8 = divide %6, %7 : writes f32[2, 3]
    %9 = parameter "b" : constant f32[2, 3, 3]
    %10 = linear %1, %9 batch 1 : author f32[2, 3]
    %11 = source %10 : reviews f32[2, 3]
    %12 = target %3 : reviews f32[2, 1]
    %13 = divide %11, %12 : reviews f32[2, 3]
    %14 = incoming.sum %8, %13 : paper f32[2, 3]
    output y = %14
    """)
  #expect(found.body.ranges(of: "= divide").count == 1)
  #expect(
    found.body.contains(
      """
      %8 = incoming.sum %6 : paper f32[2, 3]
      %9 = linear %8, %4 batch 1 : paper f32[2, 3]
      %10 = incoming.sum %7 : paper f32[2, 3]
      %11 = linear %10, %5 batch 1 : paper f32[2, 3]
      %12 = add %9, %11 : paper f32[2, 3]
      %13 = divide %12, %3 : paper f32[2, 3]
      """), "\(found.body)")
}

@Test func theSecondRunMovesNoMapBack() throws {
  for counts in [(nil, nil), (1000, 10), (10, 1000), (nil, 10)] as [(Int?, Int?)] {
    for sets in [["writes"], ["writes", "reviews"]] {
      for widths in [(16, 16), (16, 4), (4, 16)] {
        let found = try relations(counts, edges: 4000, dots: sets, sums: sets, widths: widths)
        let once = try optimize(found.program).last!.program
        #expect(try body(optimize(once).last!.program) == body(once))
      }
    }
  }
}

@Test(arguments: 0..<50) func attentionOverRelationsKeepsItsAnswers(seed: UInt64) throws {
  let before = try RandomAttention.make(seed: seed)
  guard !before.outputs.isEmpty else { return }
  // Some targets have in-edges of one relation and none of another.
  let data =
    seed < 16 ? RandomGraph.data(for: before, seed: seed, hub: 4) : nastyData(for: before, seed: seed)
  for report in try optimize(before) where !report.notes.isEmpty {
    try expectSame(before, report.program, on: data)
  }
}

@Test func randomAttentionMovesMapsBothWays() throws {
  var turns: [String: Int] = [:]
  for seed in 0..<80 as Range<UInt64> {
    let notes = try optimize(try RandomAttention.make(seed: seed)).flatMap(\.notes).map(\.text)
    for turn in [
      "moves to the targets", "stays at the sources", "moves to the sources", "stays at the targets",
      "moves behind its sum", "stays before its sum", "moves before the sum", "stays behind the sum",
    ] {
      turns[turn, default: 0] += notes.count { $0.contains(turn) }
    }
  }
  #expect(turns.values.allSatisfy { $0 > 0 }, "\(turns)")
}
