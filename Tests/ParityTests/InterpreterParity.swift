import Program
import Testing

/// The interpreter against PyG in double precision: what a program means.
@Suite struct InterpreterParity {
  @Test(arguments: Fixture.all) func interpreterAgreesWithPyG(_ fixture: Fixture) throws {
    let program = try fixture.program()
    let outputs = try interpret(program, on: fixture.data(for: program.schema))
    #expect(outputs.keys.sorted() == fixture.singleError.keys.sorted())
    for (name, rows) in outputs {
      let deviation = Deviation(of: rows.numbers, from: try fixture.expected(name))
      #expect(deviation.otherSpecials == 0, "\(name): NaN or infinity elsewhere")
      #expect(deviation.largest <= 1e-9, "\(name): row \(deviation.row), column \(deviation.column)")
    }
  }
}
