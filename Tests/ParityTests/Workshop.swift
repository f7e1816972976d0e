import Compiler
import Foundation
import Graph
import Launcher

/// Where the tests compile models and partition graphs: one temporary folder, gone when the process ends.
enum Workshop {
  /// How a graph is cut.
  struct Cut: Hashable, CustomStringConvertible {
    var parts = 1
    var method = PartitionMethod.range
    var description: String { "\(parts) by \(method)" }
  }

  private static let folder: URL = {
    let folder = FileManager.default.temporaryDirectory.appending(path: "gnnc-parity-\(getpid())")
    try! FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(at: Workshop.folder) }
    return folder
  }()

  private static let lock = NSLock()
  nonisolated(unsafe) private static var partitioned: [String: Result<String, any Error>] = [:]

  /// The fixture's graph, partitioned once for all tests.
  static func graph(of fixture: Fixture, _ cut: Cut) throws -> String {
    let name = "\(fixture.graph.lastPathComponent)-\(cut.parts)-\(cut.method).graph"
    return try lock.withLock {
      if let made = partitioned[name] { return try made.get() }
      let made = Result {
        var options = PartitionOptions()
        options.parts = cut.parts
        options.method = cut.method
        let path = folder.appending(path: name).path
        _ = try GraphPartitioner.partition(.directory(fixture.graph.path), into: path, options: options)
        return path
      }
      partitioned[name] = made
      return try made.get()
    }
  }

  /// The fixture's model, compiled; `variant` tells builds of one model apart.
  static func compile(
    _ fixture: Fixture, variant: String = "plain", _ options: CompileOptions = CompileOptions()
  ) throws -> CompiledModel {
    let directory = folder.appending(path: "\(fixture.name)-\(variant).gnnc").path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let model = fixture.folder.appending(path: "model.gnn").path
    let report = try Compiler.compile(model, into: directory, options)
    return try CompiledModel(
      directory: directory, manifest: Manifest(compiler: report.compiler, processor: report.processor))
  }

  /// Every output by name, rows in the plain graph's order.
  static func run(
    _ model: CompiledModel, on fixture: Fixture, _ cut: Cut = Cut(), threads: Int,
    exchange: ExchangeKind = .shared
  ) throws -> [String: [Float]] {
    let options = ModelRun.Options(threads: threads, exchange: exchange)
    let run = try ModelRun(model, over: graph(of: fixture, cut), options: options)
    try run.prepare(
      weights: fixture.weights.map { try WeightPacker.pack($0.path, for: model).weights }
        ?? WeightPacker.packNothing(for: model))
    _ = try run.execute()
    return Dictionary(uniqueKeysWithValues: run.outputs.map { ($0.name, run.values(of: $0)) })
  }
}
