import Foundation
import Launcher
import Testing

@testable import Compiler

/// How many stages and sweeps models have, and what travels between vertices: as the compiled library itself says.
@Suite struct StageTableTests {
  private struct Work {
    let tables: ModelTables
    var stages: [ModelTables.Stage] { tables.stages.filter { !$0.isPrologue } }
    var prologue: [ModelTables.Stage] { tables.stages.filter(\.isPrologue) }
    /// Numbers in each row that a stage gathers.
    var gathered: [[Int]] { stages.map { $0.gathers.map { tables.tensors[$0].width } } }
  }

  private func compiled(_ call: String, use module: String, inputs: Int = 128) throws -> Work {
    let folder = FileManager.default.temporaryDirectory.appending(path: "gnnc-stages-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let model = folder.appending(path: "model.gnn")
    let text = """
      use \(module)
      graph {
        vertex paper { x: f32[\(inputs)] }
        edge cites: paper -> paper
      }
      model { output y = \(call)(cites, get_vertex(paper.x)) }
      """
    try Data(text.utf8).write(to: model)
    let report = try Compiler.compile(model.path, into: folder.path, CompileOptions())
    let manifest = Manifest(compiler: report.compiler, processor: report.processor)
    return Work(tables: try CompiledModel(directory: folder.path, manifest: manifest).tables)
  }

  @Test func threeGraphConvolutionsAreThreeStagesAfterThePrologue() throws {
    let work = try compiled("GCN[128, 256, 3, 48]", use: "GCN")
    #expect(work.stages.count == 3)
    #expect(work.stages.map(\.sweeps) == [1, 1, 1])
    #expect(work.prologue.count == 1)
    // The last projection comes before its sum: 48 numbers travel, not 256.
    #expect(work.gathered.map { $0.filter { $0 > 1 } } == [[128], [256], [48]])
  }

  @Test func threeAttentionLayersAreFourStages() throws {
    let work = try compiled("GAT[128, 256, 3, 48, heads: 4]", use: "GAT")
    #expect(work.stages.count == 4)
    // Score, softmax and sum share a sweep but for the maximum, which comes first.
    #expect(work.stages.map(\.sweeps).reduce(0, +) <= 6)
  }

  @Test func threeSampledConvolutionsAreThreeStages() throws {
    let work = try compiled("GraphSAGE[128, 256, 3, 48]", use: "GraphSAGE")
    #expect(work.stages.count == 3)
    #expect(work.stages.map(\.sweeps) == [1, 1, 1])
  }

  @Test func threeIsomorphismLayersAreThreeStages() throws {
    let work = try compiled("GIN[128, 256, 3, 48]", use: "GIN")
    #expect(work.stages.count == 3)
    #expect(work.stages.map(\.sweeps) == [1, 1, 1])
  }

  @Test func deepModelsReuseTheMemoryOfEarlierLayers() throws {
    let work = try compiled("GCN[32, 64, 6, 8]", use: "GCN", inputs: 32)
    let stored = work.tables.tensors.compactMap { tensor in
      if case .stored(_, let buffer) = tensor.kind { buffer } else { nil }
    }
    #expect(Set(stored).count < stored.count)
    let wide = work.tables.buffers.filter { $0.rowBytes >= 256 }
    #expect(wide.count == 2, "six layers take turns in two buffers")
  }

  @Test func everyStageReadsOnlyWhatAnEarlierLevelWrote() throws {
    for name in LibraryModels.names {
      let stages = try LibraryModels.translate(LibraryModels.path(name)).stages
      var written: [Int: Int] = [:]
      for (number, stage) in stages.stages.enumerated() {
        for tensor in stage.writes { written[tensor] = number }
      }
      for (number, stage) in stages.stages.enumerated() {
        for tensor in stage.gathers {
          guard let writer = written[tensor] else { continue }
          let before = stages.stages[writer]
          #expect(
            writer < number && (before.isPrologue, before.level) != (stage.isPrologue, stage.level), "\(name)"
          )
        }
      }
    }
  }
}
