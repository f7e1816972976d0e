import Diagnostics
import Program
import Stages
import Testing

/// Which sums over in-edges leave out their zeros.
@Suite struct PartsTests {
  /// A sum of x by class, its mean, and a product.
  private let mean = """
    %5 = scatter %2, %1 classes 4 : cites f32[4, 32]
    %6 = incoming.sum %5 : paper f32[4, 32]
    %7 = scatter %3, %1 classes 4 : cites f32[4]
    %8 = incoming.sum %7 : paper f32[4]
    %9 = maximum %8, %3 : paper f32[4]
    %10 = reshape %9 : paper f32[4, 1]
    %11 = divide %6, %10 : paper f32[4, 32]
    %12 = reshape %11 : paper f32[128]
    %13 = linear %12, %4 : paper f32[64]

    """

  private func stages(_ body: String, narrowest: Int = 32) throws -> StageProgram {
    let schema = """
      vertex paper { x: f32[32], scale: f32 }
      edge cites: paper -> paper { kind: i64 }
      parameter "w": f32[64, 128]
      parameter "v": f32[64, 32]
      %0 = feature x : paper f32[32]
      %1 = feature kind : cites i64
      %2 = source %0 : cites f32[32]
      %3 = literal 1.0 : constant f32
      %4 = parameter "w" : constant f32[64, 128]

      """
    var settings = StageSettings()
    settings.narrowestPart = narrowest
    return try StageProgram(try readProgram(SourceText(name: "test", text: schema + body)), settings)
  }

  private func sums(_ stages: StageProgram) -> [Accumulator] {
    stages.stages.flatMap(\.sweeps).flatMap(\.accumulators)
  }

  private func kernels(_ stages: StageProgram) -> [Kernel] {
    stages.stages.flatMap(\.sections).flatMap { section -> [Kernel] in
      if case .rows(let kernels) = section { kernels } else { [] }
    }
  }

  private func parts(_ stages: StageProgram) -> [Int] { sums(stages).compactMap { $0.parts?.count } }

  @Test func classesWithoutEdgesAreLeftOut() throws {
    let stages = try stages(mean + "output y = %13")
    #expect(parts(stages) == [4])
    let parts = try #require(sums(stages).compactMap(\.parts).first)
    var loops: [Parts] = []
    var products: [Parts] = []
    for kernel in kernels(stages) {
      switch kernel {
      case .loop(let loop): loops += [loop.parts].compactMap { $0 }
      case .dense(let dense): products += [dense.parts].compactMap { $0 }
      default: continue
      }
    }
    #expect(loops == [parts] && products == [parts])
    let bytes = stages.stages.last!.tileBuffers[parts.filled]
    #expect(bytes.number == .bool && bytes.width == 4)
    let cost = try #require(stages.stages.last!.cost.parts.first)
    #expect(cost.parts == 4 && cost.flopsPerPart == 2 * 32 * 64)
    #expect(stages.tensors[try #require(cost.classes)].name == "kind")
  }

  @Test func rowsWithoutEdgesAreLeftOut() throws {
    let stages = try stages(
      """
      %5 = incoming.sum %2 : paper f32[32]
      %6 = in_degree cites : paper f32
      %7 = maximum %6, %3 : paper f32
      %8 = divide %5, %7 : paper f32[32]
      %9 = parameter "v" : constant f32[64, 32]
      %10 = linear %8, %9 : paper f32[64]
      output y = %10
      """)
    #expect(parts(stages) == [1])
    let cost = try #require(stages.stages.last!.cost.parts.first)
    #expect(cost.classes == nil && cost.flopsPerPart == 2 * 32 * 64)
  }

  @Test func whatElseReadsTheSumWantsItsZeros() throws {
    #expect(parts(try stages(mean + "output y = %13\noutput z = %12")) == [])
    #expect(
      parts(
        try stages(
          mean + """
            %14 = relu %12 : paper f32[128]
            output y = %13
            output z = %14
            """)) == [])
  }

  @Test func aDivisorThatMayBeZeroMakesNoZeros() throws {
    let body = mean.replacing("maximum %8, %3", with: "add %8, %3")
    #expect(parts(try stages(body + "output y = %13")) == [])
    let feature = mean.replacing(
      "%9 = maximum %8, %3 : paper f32[4]", with: "%9 = maximum %8, %8 : paper f32[4]")
    #expect(parts(try stages(feature + "output y = %13")) == [])
  }

  @Test func narrowPartsAreWrittenDown() throws {
    #expect(parts(try stages(mean + "output y = %13", narrowest: 33)) == [])
  }
}
