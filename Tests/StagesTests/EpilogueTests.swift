import Diagnostics
import Program
import Stages
import Testing

/// Which products hand their sums on while they are in registers, and which rows a sweep keeps for the next.
@Suite struct EpilogueTests {
  private func stages(_ body: String) throws -> StageProgram {
    let schema = """
      vertex paper { x: f32[32] }
      edge cites: paper -> paper {}
      parameter "w": f32[64, 32]
      parameter "v": f32[64, 32]
      parameter "b": f32[64]
      parameter "att": f32[4, 16]
      %0 = feature x : paper f32[32]
      %1 = parameter "w" : constant f32[64, 32]
      %2 = parameter "b" : constant f32[64]
      %3 = linear %0, %1 : paper f32[64]

      """
    return try StageProgram(try readProgram(SourceText(name: "test", text: schema + body)))
  }

  /// The products of all stages, in order.
  private func products(_ stages: StageProgram) -> [Dense] {
    stages.stages.flatMap(\.sections).flatMap { section -> [Dense] in
      guard case .rows(let kernels) = section else { return [] }
      return kernels.compactMap { if case .dense(let dense) = $0 { dense } else { nil } }
    }
  }

  /// The product of a sum over in-edges.
  private let summed = """
    %4 = source %0 : cites f32[32]
    %5 = incoming.sum %4 : paper f32[32]
    %6 = linear %5, %1 : paper f32[64]

    """

  @Test func biasAndActivationAreMadeOfTheSums() throws {
    let stages = try stages(
      summed + """
        %7 = add %6, %2 : paper f32[64]
        %8 = relu %7 : paper f32[64]
        output y = %8
        """)
    let product = try #require(products(stages).last)
    #expect(product.epilogue != nil && product.result != product.value)
    #expect(stages.stages.last!.places[product.value] == nil)
    #expect(stages.stages.last!.tileBuffers.filter { $0.number == .f32 }.count == 1)
  }

  @Test func aProductThatTwoReadKeepsItsRows() throws {
    let stages = try stages(
      summed + """
        %7 = relu %6 : paper f32[64]
        output y = %7
        output z = %6
        """)
    #expect(products(stages).allSatisfy { $0.epilogue == nil })
  }

  @Test func costlyFunctionsAreLeftToALoop() throws {
    let stages = try stages(
      summed + """
        %7 = tanh %6 : paper f32[64]
        output y = %7
        """)
    #expect(products(stages).allSatisfy { $0.epilogue == nil })
  }

  @Test func whatReadsOtherPlacesOfTheRowIsLeftToALoop() throws {
    let stages = try stages(
      summed + """
        %7 = reshape %6 : paper f32[4, 16]
        %8 = parameter "att" : constant f32[4, 16]
        %9 = multiply %7, %8 : paper f32[4, 16]
        %10 = sum %9 axis 1 : paper f32[4]
        output y = %10
        """)
    #expect(products(stages).allSatisfy { $0.epilogue == nil })
  }

  @Test func aProductOfWhatMayBeSparseEndsInMemory() throws {
    let stages = try StageProgram(
      try readProgram(
        SourceText(
          name: "test",
          text: """
            vertex paper { x: f32[96] }
            edge cites: paper -> paper {}
            parameter "w": f32[64, 96]
            %0 = feature x : paper f32[96]
            %1 = parameter "w" : constant f32[64, 96]
            %2 = linear %0, %1 : paper f32[64]
            %3 = relu %2 : paper f32[64]
            output y = %3
            """)))
    #expect(stages.tensors.contains { $0.takesSparse })
    #expect(products(stages).map(\.epilogue) == [nil])
  }

  // MARK: - Kept rows

  /// Scores of 4 heads, made of a gathered row of 64 or of 4 numbers, and their softmax.
  private func attention(_ scores: String) -> String {
    """
    %4 = parameter "att" : constant f32[4, 16]
    %5 = reshape %3 : paper f32[4, 16]
    %6 = source %5 : cites f32[4, 16]
    \(scores)
    %10 = incoming.max %9 : paper f32[4]
    %11 = target %10 : cites f32[4]
    %12 = subtract %9, %11 : cites f32[4]
    %13 = exp %12 : cites f32[4]
    %14 = reshape %13 : cites f32[4, 1]
    %15 = multiply %14, %6 : cites f32[4, 16]
    %16 = incoming.sum %15 : paper f32[4, 16]
    output y = %16
    """
  }

  @Test func scoresOfWholeRowsAreKeptForTheNextSweep() throws {
    let stages = try stages(
      attention(
        """
        %7 = relu %6 : cites f32[4, 16]
        %8 = multiply %7, %4 : cites f32[4, 16]
        %9 = sum %8 axis 1 : cites f32[4]
        """))
    let stage = stages.stages.last!
    #expect(stage.keptRows.map(\.stride) == [4])
    #expect(stage.sweeps.count == 2)
    let shared = stage.sweeps.map { sweep in sweep.blockBuffers.filter { $0.kept == 0 }.count }
    #expect(shared == [1, 1])
    // The second sweep reads the scores and makes none.
    let axes = stage.sweeps[1].kernels.contains { kernel in
      if case .loop(let loop) = kernel, case .reduceAxis = loop.roots[0].mode { true } else { false }
    }
    #expect(!axes)
  }

  @Test func scoresOfNarrowRowsAreMadeAgain() throws {
    let stages = try stages(
      attention(
        """
        %7 = multiply %5, %4 : paper f32[4, 16]
        %8 = sum %7 axis 1 : paper f32[4]
        %9 = source %8 : cites f32[4]
        """))
    #expect(stages.stages.last!.keptRows.isEmpty)
  }
}
