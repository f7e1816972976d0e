import Compiler
import Foundation
import Graph
import Launcher
import Testing

/// Partitions in one memory and partitions that copy rows to each other, as machines would: the same bits.
@Suite struct ExchangeTests {
  private static let fixtures = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")

  @Test(arguments: ["gcn_hub", "sage_max_hub", "gin_hub", "gat_hub"])
  func copyingRowsBetweenPartitionsChangesNoBit(name: String) throws {
    let fixture = Self.fixtures.appending(path: "cases/\(name)")
    try expectTheSame(
      fixture.appending(path: "model.gnn").path, weights: fixture.appending(path: "weights.safetensors").path)
  }

  /// Degrees are summed over neighbours, and these sums again, before anything is computed of features.
  @Test func whatDependsOnTheGraphAloneTravelsToo() throws {
    let model = FileManager.default.temporaryDirectory.appending(path: "prologue-\(UUID().uuidString).gnn")
    defer { try? FileManager.default.removeItem(at: model) }
    let text = """
      graph {
        vertex node { x: f32[8] }
        edge link: node -> node
      }
      message module Sum {
        forward(source a: f32) { return incoming.sum(a) }
      }
      message module Weighted {
        forward(source x: f32[8], source a: f32) { return incoming.sum(x * a[new]) }
      }
      model {
        d = rsqrt(in_degree(link) + 1)
        a = message_passing(link, Sum, a: d)
        b = message_passing(link, Sum, a: sqrt(a) * d)
        output y = message_passing(link, Weighted, x: get_vertex(node.x), a: sqrt(b))
      }
      """
    try Data(text.utf8).write(to: model)
    try expectTheSame(model.path, weights: nil)
  }

  private func expectTheSame(_ text: String, weights: String?) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "gnnc-exchange-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let directory = folder.appending(path: "model").path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let report = try Compiler.compile(text, into: directory, CompileOptions())
    let model = try CompiledModel(
      directory: directory, manifest: Manifest(compiler: report.compiler, processor: report.processor))
    let packed =
      try weights.map { try WeightPacker.pack($0, for: model).weights }
      ?? WeightPacker.packNothing(for: model)
    func outputs(parts: Int, _ method: PartitionMethod, _ exchange: ExchangeKind) throws -> [[UInt32]] {
      let graph = folder.appending(path: "\(parts)-\(method)").path
      if !FileManager.default.fileExists(atPath: graph) {
        var options = PartitionOptions()
        (options.parts, options.method) = (parts, method)
        let plain = Self.fixtures.appending(path: "graphs/hub").path
        _ = try GraphPartitioner.partition(.directory(plain), into: graph, options: options)
      }
      let run = try ModelRun(
        model, over: graph, options: ModelRun.Options(threads: 2, exchange: exchange))
      try run.prepare(weights: packed)
      _ = try run.execute()
      return run.outputs.map { run.values(of: $0).map(\.bitPattern) }
    }
    let whole = try outputs(parts: 1, .range, .shared)
    for (parts, method) in [(1, .range), (2, .range), (7, .metis)] as [(Int, PartitionMethod)] {
      #expect(try outputs(parts: parts, method, .shared) == whole, "\(parts) by \(method)")
      #expect(try outputs(parts: parts, method, .copy) == whole, "\(parts) by \(method), copying")
    }
  }
}
