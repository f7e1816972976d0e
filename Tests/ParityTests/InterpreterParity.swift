import Passes
import Program
import Testing

/// The interpreter against PyG in double precision: what a program means, and what passes may not change.
@Suite struct InterpreterParity {
  @Test(arguments: Fixture.all) func interpreterAgreesWithPyG(_ fixture: Fixture) throws {
    try expectAgreement(of: try fixture.program(), with: fixture, "as written")
  }

  @Test(arguments: Fixture.all) func passesKeepWhatPyGSays(_ fixture: Fixture) throws {
    let optimized = try optimize(try fixture.program())
    try expectAgreement(of: try #require(optimized.last).program, with: fixture, "after the passes")
  }

  private func expectAgreement(of program: Program, with fixture: Fixture, _ moment: String) throws {
    let outputs = try interpret(program, on: fixture.data(for: program.schema))
    #expect(outputs.keys.sorted() == fixture.singleError.keys.sorted())
    for (name, rows) in outputs {
      let deviation = Deviation(of: rows.numbers, from: try fixture.expected(name))
      #expect(deviation.otherSpecials == 0, "\(name) \(moment): NaN or infinity elsewhere")
      #expect(
        deviation.largest <= 1e-9, "\(name) \(moment): row \(deviation.row), column \(deviation.column)")
    }
  }
}
