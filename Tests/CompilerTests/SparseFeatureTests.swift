import Compiler
import Foundation
import Graph
import Launcher
import TestSupport
import Testing

/// Features that are mostly zero, stored sparse and stored dense: the same bits.
@Suite struct SparseFeatureTests {
  private static let vertices = 150
  private static let width = 90

  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "gnnc-sparse-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func path(_ name: String) -> String { folder.appending(path: name).path }

  private func cleaningUp(_ body: () throws -> Void) rethrows {
    defer { try? FileManager.default.removeItem(at: folder) }
    try body()
  }

  // MARK: Graphs, weights, models

  /// Numbers that look random, between -1 and 1.
  private static func noise(_ count: Int, seed: UInt64) -> [Float] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int(state >> 40)) / Float(1 << 23) - 1
    }
  }

  /// Mostly zeros; some rows are empty, some numbers are tiny, and some zeros are negative.
  private static func features(with special: Float? = nil) -> [Float] {
    var numbers = noise(vertices * width, seed: 3)
    for place in numbers.indices {
      let (vertex, column) = (place / width, place % width)
      if vertex % 7 == 2 || (vertex * 5 + column * 3) % 9 != 1 { numbers[place] = 0 }
      if vertex % 5 == 0 { numbers[place] *= 1e-25 }
      if (vertex + column) % 31 == 0, numbers[place] == 0 { numbers[place] = -0.0 }
      if let special, vertex == 33, column == 44 { numbers[place] = special }
    }
    return numbers
  }

  private func writeGraph(_ features: [Float]) throws {
    let plain = folder.appending(path: "plain")
    try FileManager.default.createDirectory(at: plain, withIntermediateDirectories: true)
    let text = """
      {"vertices": {"paper": {"count": \(Self.vertices), "features": {"x": "x.npy"}}},
       "edges": {"cites": {"from": "paper", "to": "paper", "index": "e.npy", "features": {}}}}
      """
    try Data(text.utf8).write(to: plain.appending(path: "graph.json"))
    try npy("<f4", [Self.vertices, Self.width], features).write(to: plain.appending(path: "x.npy"))
    let sources = (0..<Self.vertices * 4).map { Int64($0 % Self.vertices) }
    let targets = sources.indices.map { Int64(($0 * 37 + $0 / 9) % (Self.vertices - 10)) }
    try npy("<i8", [2, sources.count], sources + targets).write(to: plain.appending(path: "e.npy"))
  }

  private func graph(_ parts: Int, _ method: PartitionMethod, _ rows: RowChoice) throws -> String {
    let graph = path("\(parts)-\(method)-\(rows)")
    var options = PartitionOptions()
    (options.parts, options.method, options.rows, options.existing) = (parts, method, rows, .replace)
    _ = try GraphPartitioner.partition(.directory(path("plain")), into: graph, options: options)
    let isSparse = try PartitionedGraph.summary(of: graph).vertexTypes[0].features[0].form != .dense
    #expect(isSparse == (rows == .smallest))
    return graph
  }

  /// A model of the graph whose output is `expression` of `x`.
  private func model(_ expression: String, use module: String) throws -> CompiledModel {
    let text = """
      use \(module)
      graph {
        vertex paper { x: f32[\(Self.width)] }
        edge cites: paper -> paper
      }
      model {
        x = get_vertex(paper.x)
        output y = \(expression)
      }
      """
    try Data(text.utf8).write(to: folder.appending(path: "model.gnn"))
    // A library that is open is not opened again under the same name.
    let directory = path("\(UUID().uuidString).gnnc")
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let report = try Compiler.compile(path("model.gnn"), into: directory, CompileOptions())
    return try CompiledModel(
      directory: directory, manifest: Manifest(compiler: report.compiler, processor: report.processor))
  }

  /// Weights for every key that the model wants; `change` is applied to those of the first matrix.
  private func weights(of model: CompiledModel, _ change: (inout [Float]) -> Void) throws -> PackedWeights {
    var header: [String] = []
    var body = Data()
    for (number, weight) in model.tables.weights.enumerated() {
      var values = Self.noise(weight.shape.reduce(1, *), seed: UInt64(number + 50))
      if weight.shape.last == Self.width { change(&values) }
      let first = body.count
      values.withUnsafeBytes { body.append(contentsOf: $0) }
      header.append(
        "\"\(weight.keys[0])\":{\"dtype\":\"F32\",\"shape\":\(weight.shape),\"data_offsets\":[\(first),\(body.count)]}"
      )
    }
    let text = Data("{\(header.joined(separator: ","))}".utf8)
    var file = Data()
    withUnsafeBytes(of: UInt64(text.count)) { file.append(contentsOf: $0) }
    try (file + text + body).write(to: folder.appending(path: "w.safetensors"))
    return try WeightPacker.pack(path("w.safetensors"), for: model).weights
  }

  // MARK: The same bits

  /// One NaN is as good as another.
  private func bits(_ numbers: [Float]) -> [UInt32] { numbers.map { $0.isNaN ? 0x7fc0_0000 : $0.bitPattern } }

  private func outputs(
    _ model: CompiledModel, over graph: String, _ weights: PackedWeights, threads: Int,
    _ exchange: ExchangeKind
  ) throws -> [Float] {
    let run = try ModelRun(
      model, over: graph, options: ModelRun.Options(threads: threads, exchange: exchange))
    try run.prepare(weights: weights)
    _ = try run.execute()
    return run.values(of: run.outputs[0])
  }

  private func expectTheSame(
    _ model: CompiledModel, _ weights: PackedWeights,
    cuts: [(Int, PartitionMethod)] = [(1, .range), (3, .metis)],
    _ checks: ([Float]) -> Void = { _ in }
  ) throws {
    let dense = try outputs(model, over: graph(1, .range, .dense), weights, threads: 1, .shared)
    checks(dense)
    for (parts, method) in cuts {
      for rows in RowChoice.allCases {
        let graph = try graph(parts, method, rows)
        for (threads, exchange) in [(1, .shared), (2, .shared), (2, .copy)] as [(Int, ExchangeKind)] {
          let found = try outputs(model, over: graph, weights, threads: threads, exchange)
          #expect(
            bits(found) == bits(dense), "\(parts) by \(method), \(rows), \(threads) threads, \(exchange)")
        }
      }
    }
  }

  @Test(arguments: [
    ["GCN[90, 40, 2, 5](cites, x)", "GCN"], ["GraphSAGE[90, 40, 2, 5](cites, x)", "GraphSAGE"],
    ["GAT[90, 32, 2, 5, heads: 4](cites, x)", "GAT"],
    // These gather the features themselves, which are made dense in memory.
    ["GCN[90, 120, 2, 5](cites, x)", "GCN"], ["GraphSAGE[90, 120, 2, 5](cites, x)", "GraphSAGE"],
  ])
  func sparseAndDenseFeaturesGiveTheSameBits(_ words: [String]) throws {
    try cleaningUp {
      try writeGraph(Self.features())
      let model = try model(words[0], use: words[1])
      let weights = try weights(of: model) { _ in }
      try expectTheSame(model, weights, cuts: [(1, .range), (2, .range), (7, .metis)]) { dense in
        #expect(dense.allSatisfy { $0.isFinite } && dense.contains { $0 != 0 })
      }
    }
  }

  @Test func sumsThatUnderflowKeepTheSignOfZero() throws {
    try cleaningUp {
      try writeGraph(Self.features())
      let model = try model("transform(x, Linear[90, 20, bias: false] at \"lin\")", use: "Linear")
      let weights = try weights(of: model) { values in
        for place in values.indices where place / Self.width % 2 == 0 { values[place] *= 1e-30 }
      }
      try expectTheSame(model, weights)
    }
  }

  @Test(arguments: [Float.infinity, .nan]) func weightsThatAreNotFiniteMakeNaNOfZeros(weight: Float) throws {
    try cleaningUp {
      try writeGraph(Self.features())
      let model = try model("GCN[90, 40, 2, 5](cites, x)", use: "GCN")
      let weights = try weights(of: model) { $0[Self.width * 3 + 7] = weight }
      try expectTheSame(model, weights) { dense in
        #expect(dense.count { $0.isNaN } * 2 > dense.count)
      }
    }
  }

  @Test(arguments: [Float.infinity, .nan]) func featuresThatAreNotFiniteComeThrough(feature: Float) throws {
    try cleaningUp {
      try writeGraph(Self.features(with: feature))
      let model = try model("GraphSAGE[90, 40, 2, 5](cites, x)", use: "GraphSAGE")
      let weights = try weights(of: model) { _ in }
      try expectTheSame(model, weights) { dense in
        #expect(dense.contains { !$0.isFinite } && dense.contains { $0.isFinite })
      }
    }
  }

  // MARK: Memory and work

  @Test func onlyWhatIsThereIsReadAndMultiplied() throws {
    try cleaningUp {
      try writeGraph(Self.features())
      let model = try model("transform(x, Linear[90, 20, bias: false] at \"lin\")", use: "Linear")
      func load(_ rows: RowChoice) throws -> StageLoad {
        let graph = try graph(2, .range, rows)
        return try ModelRun(model, over: graph, options: ModelRun.Options(threads: 1)).loads[0]
      }
      let numbers = Double(Self.vertices * Self.width)
      let present = Double(Self.features().count { $0.bitPattern != 0 })
      let (dense, sparse) = (try load(.dense), try load(.smallest))
      #expect(dense.flops == 2 * 20 * numbers)
      #expect(sparse.flops == 2 * 20 * present)
      #expect(dense.bytesRead == 4 * numbers)
      #expect(sparse.bytesRead == 8 * present + 8 * Double(Self.vertices))
      #expect(dense.bytesWritten == sparse.bytesWritten)
    }
  }

  @Test func thePlanCountsWhatIsMadeDense() throws {
    try cleaningUp {
      try writeGraph(Self.features())
      let graph = try graph(2, .range, .smallest)
      func bytes(_ expression: String, use module: String) throws -> [String: UInt64] {
        let run = try ModelRun(
          try model(expression, use: module), over: graph, options: ModelRun.Options(threads: 1))
        return Dictionary(uniqueKeysWithValues: run.plan.entries.map { ($0.name, $0.bytes) })
      }
      let present = UInt64(Self.features().count { $0.bitPattern != 0 })
      let stored = UInt64(Self.vertices + 1) * 8 + present * 8
      let taken = try bytes("GCN[90, 40, 2, 5](cites, x)", use: "GCN")
      #expect(taken["features"] == stored && taken["features made dense"] == nil)
      let made = try bytes("GCN[90, 120, 2, 5](cites, x)", use: "GCN")
      #expect(made["features"] == stored && made["features made dense"] == UInt64(Self.vertices * 96 * 4))
    }
  }
}
