import Foundation
import Passes
import Program
import Stages
import TestSupport
import Testing

/// Random programs, compiled against interpreted: many to one C file. `GNNC_FUZZ_SEED` asks for other seeds than the
/// fixed ones, `GNNC_FUZZ` for so many batches of them.
@Suite struct RandomPrograms {
  private static let size = 25

  /// Where each batch's seeds begin.
  private static let batches: [UInt64] = {
    let environment = ProcessInfo.processInfo.environment
    let asked = environment["GNNC_FUZZ_SEED"].flatMap { UInt64($0) }
    let count = environment["GNNC_FUZZ"].flatMap { Int($0) } ?? 12
    return (0..<count).map { (asked ?? 1) &* 1_000_000 &+ UInt64($0 * size) }
  }()

  @Test(arguments: batches) func compiledProgramsAgreeWithTheInterpreter(start: UInt64) throws {
    let cases = try (0..<Self.size).map { try Self.make(seed: start + UInt64($0)) }
    // Half of the batches as written, which is quick to build; half with loops turned into vectors.
    let isPlain = start / UInt64(Self.size) % 2 == 1
    try expectAgreement(of: cases, compiler: "gcc", flags: [isPlain ? "-O0" : "-O1"])
  }

  /// With all that is gathered held as bfloat16, however narrow.
  @Test(arguments: batches) func programsOfRoundedRowsAgreeWithTheInterpreter(start: UInt64) throws {
    let cases = try (0..<Self.size).map { try Self.make(seed: start + UInt64($0), store: .allRounded) }
    #expect(cases.contains { !$0.stages.rounded.isEmpty })
    try expectAgreement(of: cases, compiler: "gcc", flags: ["-O1"])
  }

  /// Seeds that have found faults which the fixed batches do not.
  @Test func seedsThatFoundFaultsStayFixed() throws {
    try expectAgreement(of: [77_000_224].map { try Self.make(seed: $0) }, compiler: "gcc")
  }

  /// Attention over relations, with its maps where the passes put them.
  @Test func compiledAttentionAgreesWithTheInterpreter() throws {
    let cases = try (0..<24 as Range<UInt64>).compactMap { seed -> ModelCase? in
      let program = try RandomAttention.make(seed: seed)
      if program.outputs.isEmpty { return nil }
      let data = RandomGraph.data(for: program, seed: seed, hub: seed % 16 == 3 ? 9000 : 40)
      return try ModelCase(name: "seed \(seed)", optimize(program).last!.program, data)
    }
    try expectAgreement(of: cases, compiler: "gcc")
  }

  static func make(seed: UInt64, store: Store = Store()) throws -> ModelCase {
    let program = try RandomProgram.make(seed: seed, breadth: seed % 2 == 0 ? .all : .usual)
    // One in eight has a row of more than one chunk.
    var data = RandomGraph.data(for: program, seed: seed, hub: seed % 16 == 3 ? 9000 : 40)
    if seed % 5 == 4 { poison(&data, of: program, with: seed % 2 == 0 ? .nan : .infinity, seed) }
    let optimized = seed % 7 == 6 ? program : try optimize(program).last!.program
    return try ModelCase(name: "seed \(seed)", optimized, data, store: store)
  }

  private static func poison(
    _ data: inout GraphData, of program: Program, with number: Double, _ seed: UInt64
  ) {
    let features = (program.schema.vertexTypes.map(\.features) + program.schema.edgeTypes.map(\.features))
      .joined()
    let real = Set(features.filter { $0.element == .f32 }.map(\.name))
    for type in data.features.keys {
      for feature in data.features[type]!.keys
      where real.contains(feature) && !data.features[type]![feature]!.isEmpty {
        let count = data.features[type]![feature]!.count
        data.features[type]![feature]![Int(seed % UInt64(count))] = number
      }
    }
  }
}

extension Store {
  /// Everything that is gathered as bfloat16, however narrow.
  static var allRounded: Store {
    var store = Store()
    (store.number, store.narrowest) = (.bf16, 1)
    return store
  }
}

/// Builds and runs the models, and holds their numbers against the interpreter's with its bounds.
func expectAgreement(of cases: [ModelCase], compiler: String, flags: [String] = []) throws {
  switch try ModelBatch(cases: cases).run(compiler: compiler, flags: flags) {
  case .doesNotCompile(let why): Issue.record("\(cases.map(\.name)) with \(compiler): \(why)")
  case .crashed(let how): Issue.record("\(cases.map(\.name)): \(how)")
  case .ran(let answers, let differences):
    #expect(differences == "", "numbered from \(cases[0].name)")
    var tally = Tally()
    for (model, numbers) in zip(cases, answers) { try tally.compare(model, numbers) }
    #expect(
      tally.uncertain * 4 <= tally.all, "bounds are infinite for \(tally.uncertain) of \(tally.all) numbers")
  }
}

/// How many numbers were compared, and of how many nothing could be said.
private struct Tally {
  var all = 0
  var uncertain = 0

  mutating func compare(_ model: ModelCase, _ numbers: [Float]) throws {
    let expected = try interpret(
      model.program, on: model.data, as: Bounded.self, rounded: model.stages.rounded)
    var offset = 0
    for output in model.program.outputs {
      let wanted = expected[output.name]!.numbers
      let width = model.program[output.value].type.width
      for row in model.rows(of: output) {
        defer { offset += width }
        guard let row else { continue }
        for column in 0..<width {
          let (number, bounded) = (numbers[offset + column], wanted[row * width + column])
          all += 1
          uncertain += bounded.error == .infinity ? 1 : 0
          guard !Self.agrees(number, with: bounded) else { continue }
          Issue.record(
            "\(model.name), \(output.name)[\(row)][\(column)]: compiled \(number), interpreted \(bounded)\n\(model.program.text)"
          )
          return
        }
      }
    }
  }

  /// Within four times the bound; as NaN or infinite where that is certain.
  private static func agrees(_ found: Float, with wanted: Bounded) -> Bool {
    if wanted.error == .infinity { return true }
    if wanted.value.isNaN { return found.isNaN }
    if wanted.value.isInfinite { return Double(found) == wanted.value }
    return abs(Double(found) - wanted.value) <= 4 * wanted.error + 0x1p-148
  }
}
