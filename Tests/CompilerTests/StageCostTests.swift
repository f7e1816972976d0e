import Foundation
import Launcher
import Testing

@testable import Compiler

/// What compiled libraries say that their stages cost, against what it comes to by hand.
@Suite struct StageCostTests {
  private typealias Cost = ModelTables.Cost

  private func costs(_ text: String) throws -> [Cost] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "gnnc-costs-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let model = folder.appending(path: "model.gnn")
    try Data(text.utf8).write(to: model)
    let report = try Compiler.compile(model.path, into: folder.path, CompileOptions())
    let manifest = Manifest(compiler: report.compiler, processor: report.processor)
    return try CompiledModel(directory: folder.path, manifest: manifest).tables.stages.map(\.cost)
  }

  @Test func attentionReadsEachRowOnceHoweverManySweeps() throws {
    let costs = try costs(
      """
      use GATConv
      graph {
        vertex paper { x: f32[16] }
        edge cites: paper -> paper
      }
      model { output y = GATConv[16, 8, heads: 4](cites, get_vertex(paper.x)) }
      """)
    try #require(costs.count == 2)
    let (project, attend) = (costs[0], costs[1])
    // A product of 16 by 32, and twice four sums of eight products: 2 * 16 * 32 + 2 * (32 + 32).
    #expect(project.flopsPerRow == 1152)
    #expect(project.bytesReadPerRow == 64)
    #expect(project.bytesWrittenPerRow == 160)
    #expect(project.edges.isEmpty)
    #expect(project.gathers.isEmpty)
    // Four numbers are looked at for the largest; then sum, leaky_relu, difference, exp and running sum of four, and 32
    // products that are added up: 4 + 5 * 4 + 2 * 32.
    #expect(attend.edges.map(\.flops) == [88])
    // Where it comes from, once for both sweeps.
    #expect(attend.edges.map(\.bytesRead) == [4])
    #expect(attend.edges.map(\.bytesWritten) == [0])
    #expect(attend.gathers.map(\.bytes).sorted() == [16, 128])
    // What its own score adds, its own row for the added self-loop, and where its in-edges begin: 16 + 144 + 8.
    #expect(attend.bytesReadPerRow == 168)
    #expect(attend.bytesWrittenPerRow == 128)
  }

  @Test func eachEdgeSetHasCostsOfItsOwn() throws {
    let costs = try costs(
      """
      graph {
        vertex paper { x: f32[16] }
        vertex author { x: f32[8] }
        edge cites: paper -> paper { weight: f32 }
        edge writes: author -> paper
      }
      message module Weighted {
        forward(source x, edge weight) { return incoming.sum(weight * x) }
      }
      message module Plain {
        forward(source x) { return incoming.sum(x) }
      }
      model {
        output a = message_passing(cites, Weighted, x: get_vertex(paper.x), weight: get_edge(cites.weight))
        output b = message_passing(writes, Plain, x: get_vertex(author.x))
      }
      """)
    try #require(costs.count == 1)
    #expect(costs[0].edges.map(\.set) == [0, 1])
    #expect(costs[0].edges.map(\.flops) == [32, 8])
    #expect(costs[0].edges.map(\.bytesRead) == [8, 4])
    #expect(costs[0].gathers.map(\.set) == [0, 1])
    #expect(costs[0].gathers.map(\.bytes) == [64, 32])
    #expect(costs[0].bytesReadPerRow == 16)
    #expect(costs[0].bytesWrittenPerRow == 96)
  }

  @Test func aProductOfWhatMayBeSparseSaysWhatEachNumberCosts() throws {
    let costs = try costs(
      """
      use GraphSAGE
      graph {
        vertex paper { x: f32[128] }
        edge cites: paper -> paper
      }
      model { output y = GraphSAGE[128, 64, 2, 48](cites, get_vertex(paper.x)) }
      """)
    // Twice 64 multiply-adds for each number, of its own row and of what its neighbours get.
    #expect(costs.flatMap(\.sparse).reduce(0) { $0 + $1.flopsPerNumber } == 256)
  }
}
