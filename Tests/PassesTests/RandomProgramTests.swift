import TestSupport
import Testing

@testable import Passes
@testable import Program

/// How far two doubles may lie apart, from the bounds for single precision.
private func isSame(_ a: Bounded, _ b: Bounded) -> Bool {
  if a.error == .infinity || b.error == .infinity { return true }
  if a.value.isNaN || b.value.isNaN { return a.value.isNaN && b.value.isNaN }
  if a.value.isInfinite || b.value.isInfinite { return a.value == b.value }
  // Double precision is 2^29 times finer; what the bounds leave out is the second order.
  return abs(a.value - b.value) <= (a.error + b.error) * 0x1p-26 + 1e-12 * abs(a.value)
}

/// Checks that no pass changes what a random program gives on random numbers, some of them replaced.
private func check(seed: UInt64, poison: [Double] = []) throws {
  let program = try RandomProgram.make(seed: seed)
  var data = nastyData(for: program, seed: seed)
  for (place, number) in poison.enumerated() {
    data.features["paper"]!["x"]![(Int(seed) * 7 + place * 13) % 32] = number
    data.features["paper"]!["s"]![(Int(seed) + place * 5) % 8] = number
  }
  try check(program, on: data)
}

/// Checks that no pass changes what attention over relations gives, one number of a feature replaced.
private func checkAttention(seed: UInt64, poison: Double) throws {
  let program = try RandomAttention.make(seed: seed)
  var data = nastyData(for: program, seed: seed)
  data.features["type0"]!["x"]![Int(seed) * 7 % 24] = poison
  try check(program, on: data)
}

private func check(_ before: Program, on data: GraphData) throws {
  try verify(before)
  #expect(try read(before.text).text == before.text)
  let expected = try interpret(before, on: data, as: Bounded.self)
  for report in try optimize(before) {
    let found = try interpret(report.program, on: data, as: Bounded.self)
    for (name, rows) in expected {
      let other = found[name]!.numbers
      for (place, (a, b)) in zip(rows.numbers, other).enumerated() where !isSame(a, b) {
        Issue.record(
          """
          after \(report.name): \(name)[\(place)] was \(a), is \(b)
          \(before.text)
          \(report.program.text)
          """)
        return
      }
    }
  }
}

@Test(arguments: 0..<60) func randomProgramsKeepTheirAnswers(seed: UInt64) throws {
  try check(seed: seed)
}

@Test(arguments: 100..<130) func notANumberComesOutWhereItDid(seed: UInt64) throws {
  try check(seed: seed, poison: [.nan])
}

@Test(arguments: 100..<130) func infinityComesOutWhereItDid(seed: UInt64) throws {
  try check(seed: seed, poison: [.infinity])
}

@Test(arguments: 100..<120) func attentionKeepsWhatIsNotANumber(seed: UInt64) throws {
  try checkAttention(seed: seed, poison: .nan)
}

@Test(arguments: 100..<120) func attentionKeepsWhatIsInfinite(seed: UInt64) throws {
  try checkAttention(seed: seed, poison: .infinity)
}
