import Compiler
import Testing

/// Compiled models against PyG, and against themselves under other partitionings and threads.
@Suite struct CompiledParity {
  /// Twice what PyG itself loses in single precision, or a little where it is lucky; never much.
  private static func bound(_ singleError: Double) -> Double { min(max(1e-5, 2 * singleError), 1e-4) }

  private static let cuts = [
    Workshop.Cut(parts: 2), Workshop.Cut(parts: 7), Workshop.Cut(parts: 3, method: .metis),
  ]

  @Test(arguments: Fixture.all) func compiledModelAgreesWithPyG(_ fixture: Fixture) throws {
    var options = CompileOptions()
    // Fixtures are narrow: this has all that wide models have.
    options.narrowestPart = 1
    let model = try Workshop.compile(fixture, variant: "parts", options)
    let outputs = try Workshop.run(model, on: fixture, threads: 2)
    #expect(outputs.keys.sorted() == fixture.singleError.keys.sorted())
    for (name, numbers) in outputs {
      let deviation = Deviation(of: numbers.map { Double($0) }, from: try fixture.expected(name))
      #expect(deviation.otherSpecials == 0, "\(name): NaN or infinity elsewhere")
      #expect(
        deviation.largest <= Self.bound(fixture.singleError[name] ?? 0),
        "\(name): row \(deviation.row), column \(deviation.column)")
    }
    for cut in Self.cuts {
      let again = try Workshop.run(model, on: fixture, cut, threads: 1)
      let isSame = again.mapValues(bits) == outputs.mapValues(bits)
      #expect(isSame, "\(cut): other bits")
    }
  }
}

/// The bits of numbers, all NaNs as one: which of two NaNs goes on is the processor's choice.
func bits(_ numbers: [Float]) -> [UInt32] {
  numbers.map { $0.isNaN ? Float.nan.bitPattern : $0.bitPattern }
}
