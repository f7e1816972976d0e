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

  private func compiled(
    _ call: String, use module: String, inputs: Int = 128, _ options: CompileOptions = CompileOptions()
  ) throws -> Work {
    try compiled(
      """
      use \(module)
      graph {
        vertex paper { x: f32[\(inputs)] }
        edge cites: paper -> paper
      }
      model { output y = \(call)(cites, get_vertex(paper.x)) }
      """, options)
  }

  private func compiled(_ text: String, _ options: CompileOptions = CompileOptions()) throws -> Work {
    let folder = FileManager.default.temporaryDirectory.appending(path: "gnnc-stages-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let model = folder.appending(path: "model.gnn")
    try Data(text.utf8).write(to: model)
    let report = try Compiler.compile(model.path, into: folder.path, options)
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

  private var rounding: CompileOptions {
    var options = CompileOptions()
    options.store = .bf16
    return options
  }

  /// Rows that cross edges take half the bytes; degrees, and what the user is given, are as they were.
  @Test func wideGatheredRowsAreRounded() throws {
    let (work, whole) = try (
      compiled("GCN[128, 256, 3, 48]", use: "GCN", rounding), compiled("GCN[128, 256, 3, 48]", use: "GCN")
    )
    for stage in work.stages {
      for tensor in stage.gathers.map({ work.tables.tensors[$0] }) {
        #expect(tensor.isRounded == (tensor.width > 16), "\(tensor.name)")
        #expect(tensor.rowBytes == tensor.stride * (tensor.isRounded ? 2 : 4))
      }
    }
    #expect(!whole.tables.tensors.contains { $0.isRounded })
    #expect(!work.tables.tensors[work.tables.outputs[0].tensor].isRounded)
    for (stage, before) in zip(work.stages, whole.stages) {
      for (gather, floats) in zip(stage.cost.gathers, before.cost.gathers) {
        #expect(gather.bytes == floats.bytes / (work.tables.tensors[gather.tensor].isRounded ? 2 : 1))
      }
    }
    #expect(
      work.tables.buffers.map(\.rowBytes).reduce(0, +) < whole.tables.buffers.map(\.rowBytes).reduce(0, +))
  }

  @Test func scoresAndNarrowRowsAreNotRounded() throws {
    let attention = try compiled("GAT[128, 256, 3, 48, heads: 4]", use: "GAT", rounding)
    let gathered = Set(attention.stages.flatMap(\.gathers)).map { attention.tables.tensors[$0] }
    #expect(gathered.filter { !$0.isRounded }.allSatisfy { $0.width <= 4 })
    #expect(gathered.contains { $0.isRounded } && gathered.contains { !$0.isRounded })
    let narrow = try compiled("GCN[16, 16, 2, 16]", use: "GCN", inputs: 16, rounding)
    #expect(!narrow.tables.tensors.contains { $0.isRounded })
  }

  /// A vertex reads its own features as the user gave them: those that others gather are a second tensor.
  @Test func ownFeaturesAreNotRounded() throws {
    let work = try compiled("GraphSAGE[128, 256, 2, 48]", use: "GraphSAGE", rounding)
    let features = work.tables.tensors.filter { $0.name == "x" }
    #expect(Set(features.map(\.isRounded)) == [false, true])
    let first = try #require(work.stages.first)
    #expect(first.gathers.map { work.tables.tensors[$0].isRounded } == [true])
    #expect(
      first.reads.contains { work.tables.tensors[$0].name == "x" && !work.tables.tensors[$0].isRounded })
  }

  @Test func threeAttentionLayersAreFourStages() throws {
    let work = try compiled("GAT[128, 256, 3, 48, heads: 4]", use: "GAT")
    #expect(work.stages.count == 4)
    // Score, softmax and sum share a sweep but for the maximum, which comes first.
    #expect(work.stages.map(\.sweeps).reduce(0, +) <= 6)
  }

  @Test func whatOnlyProductsReadMayBeSparse() throws {
    func takesSparse(_ call: String, use module: String, inputs: Int) throws -> Bool {
      let tensors = try compiled(call, use: module, inputs: inputs).tables.tensors
      return try #require(tensors.first { $0.name == "x" }).takesSparse
    }
    #expect(try takesSparse("GCN[128, 64, 2, 48]", use: "GCN", inputs: 128))
    #expect(try takesSparse("GraphSAGE[128, 64, 2, 48]", use: "GraphSAGE", inputs: 128))
    #expect(try takesSparse("GAT[128, 64, 2, 48, heads: 4]", use: "GAT", inputs: 128))
    // Summed before the product that widens them.
    #expect(try takesSparse("GCN[128, 256, 2, 48]", use: "GCN", inputs: 128) == false)
    // Added to the sum of their neighbours'.
    #expect(try takesSparse("GIN[128, 256, 2, 48]", use: "GIN", inputs: 128) == false)
    // Too narrow to be worth it.
    #expect(try takesSparse("GCN[64, 16, 2, 48]", use: "GCN", inputs: 64) == false)
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

  /// Four vertex types, eight relations, two layers of four heads: project, and one level for each layer.
  @Test func attentionOverRelationsIsOneStageForEachLayerAndType() throws {
    let work = try compiled(relationalAttention)
    #expect(work.prologue.isEmpty)
    #expect(work.stages.map(\.level) == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
    #expect(work.stages.map(\.vertexType) == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3])
    // Each relation into a type is swept for the largest score, and for the sums.
    #expect(work.stages.map(\.edgeSets.count) == [0, 0, 0, 0, 1, 5, 1, 1, 1, 5, 1, 1])
    #expect(work.stages.allSatisfy { $0.sweeps == 2 * $0.edgeSets.count })
  }

  @Test func ofEachTypeOneKeyAndOneValueCrossWhateverTheRelations() throws {
    let work = try compiled(relationalAttention)
    // Papers hear from all four types, the others from papers alone.
    let (one, all) = (Array(repeating: 128, count: 2), Array(repeating: 128, count: 8))
    #expect(work.gathered == [[], [], [], [], one, all, one, one, one, all, one, one])
    let gathered = Set(work.stages.flatMap(\.gathers))
    #expect(gathered.count == 4 * 2 * 2)
    // The query, beside what is carried past the layer, is stored for its own vertex only, and not made again.
    for stage in work.stages where stage.level > 0 {
      #expect(stage.reads.map { work.tables.tensors[$0].width } == [256])
      #expect(gathered.isDisjoint(with: stage.reads))
      #expect(!stage.name.contains("convs.\(stage.level - 1).kqv_lin"))
    }
    // What papers store: the query and the carried row, a key, a value; nothing for each relation.
    #expect(work.stages[1].writes.map { work.tables.tensors[$0].width }.sorted() == [128, 128, 256])
  }

  /// Project; then attention, memory and the next projection in one stage for each layer.
  @Test func geniePathIsOneStageForEachLayerAndOneToBegin() throws {
    let work = try compiled("GeniePath[128, 128, 4, 48]", use: "GeniePath")
    #expect(work.prologue.isEmpty)
    #expect(work.stages.map(\.sweeps) == [0, 2, 2, 2, 2])
    #expect(work.gathered.map { $0.filter { $0 > 1 } } == [[], [128], [128], [128], [128]])
    // What the memory holds is read at its own vertex only, beside the row that others gather.
    let gathered = Set(work.stages.flatMap(\.gathers))
    for stage in work.stages.dropFirst(2) { #expect(gathered.isDisjoint(with: stage.reads)) }
  }

  /// All four layers attend to the same rows: one pass for the largest scores of all, and one for all sums.
  @Test func lazyGeniePathAttendsInOneStage() throws {
    let work = try compiled("GeniePathLazy[128, 128, 4, 48]", use: "GeniePathLazy")
    #expect(work.stages.map(\.sweeps) == [0, 2])
    #expect(work.gathered == [[], [512, 4]])
  }

  /// Ten steps move rows as wide as what is propagated, and take turns in two buffers.
  @Test func propagationOfPredictionsIsOneStageForEachStep() throws {
    let work = try compiled("APPNP[10, 0.1]", use: "APPNP", inputs: 48)
    #expect(work.prologue.count == 1)
    #expect(work.stages.map(\.sweeps) == Array(repeating: 1, count: 10))
    #expect(work.gathered.map { $0.filter { $0 > 1 } } == Array(repeating: [48], count: 10))
    #expect(work.stages.allSatisfy { !$0.name.contains("linear") })
    #expect(work.tables.buffers.filter { $0.rowBytes >= 192 }.count == 2)
  }

  /// The network of a message is a linear map, made at both ends; four aggregations share one sweep.
  @Test func principalAggregationsShareASweep() throws {
    let work = try compiled(
      "PNAConv[128, 64, [mean, max, min, std], [identity, amplification, attenuation]]", use: "PNAConv")
    #expect(work.stages.map(\.sweeps) == [0, 1])
    #expect(work.gathered == [[], [128]])
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

/// The heterogeneous graph transformer, over papers and what they are tied to.
private let relationalAttention = """
  graph {
    vertex author { x: f32[128] }
    vertex paper { x: f32[128] }
    vertex venue { x: f32[128] }
    vertex topic { x: f32[128] }
    edge writes: author -> paper
    edge written: paper -> author
    edge cites: paper -> paper
    edge cited: paper -> paper
    edge appears: paper -> venue
    edge prints: venue -> paper
    edge about: paper -> topic
    edge covers: topic -> paper
  }

  message module Attend[heads, width] {
    param k_rel: f32[heads * edge_types, width, width] at "k_rel.weight"
    param v_rel: f32[heads * edge_types, width, width] at "v_rel.weight"
    param p_rel: f32[1, heads] at "p_rel.{source}__{relation}__{target}"

    forward(source k: f32[heads, width], source v: f32[heads, width], target q: f32[heads, width]) {
      k_r = reshape(k_rel, [heads, edge_types, width, width])[:, this_edge_type]
      v_r = reshape(v_rel, [heads, edge_types, width, width])[:, this_edge_type]
      score = dot(q, k @ k_r) * p_rel[0] / sqrt(width)
      return incoming.sum(incoming.softmax(score)[..., new] * (v @ v_r))
    }
  }

  vertex module Project[inputs, outputs] {
    param weight: f32[outputs, inputs]
    param bias: f32[outputs]
    forward(x: f32[inputs]) { return linear(x, weight, bias) }
  }

  vertex module Split[heads, width] {
    param weight: f32[3 * heads * width, heads * width]
    param bias: f32[3 * heads * width]
    forward(x) {
      z = reshape(linear(x, weight, bias), [3, heads, width])
      return z[0], z[1], z[2]
    }
  }

  vertex module Out[width] {
    param weight: f32[width, width] at "out_lin.lins.{vertex}.weight"
    param bias: f32[width] at "out_lin.lins.{vertex}.bias"
    param skip: f32[1] at "skip.{vertex}"
    forward(a, x) {
      o = linear(gelu(reshape(a, [width])), weight, bias)
      s = sigmoid(skip)
      return s * o + (1 - s) * x
    }
  }

  layer HGTConv[heads, width](x: family of f32[heads * width]) {
    k, q, v = transform(x, Split[heads, width] at "kqv_lin.lins.{vertex}")
    a = message_passing(all edges, Attend[heads, width], k: k, v: v, q: q)
    return transform(a, x, Out[heads * width])
  }

  model {
    x = family(
      relu(transform(get_vertex(author.x), Project[128, 128] at "lin_dict.author")),
      relu(transform(get_vertex(paper.x), Project[128, 128] at "lin_dict.paper")),
      relu(transform(get_vertex(venue.x), Project[128, 128] at "lin_dict.venue")),
      relu(transform(get_vertex(topic.x), Project[128, 128] at "lin_dict.topic")))
    repeat 2 as i { x = HGTConv[4, 32](x) at "convs.{i}" }
    output authors = transform(x[author], Project[128, 4] at "lin")
    output papers = transform(x[paper], Project[128, 4] at "lin")
    output venues = transform(x[venue], Project[128, 4] at "lin")
    output topics = transform(x[topic], Project[128, 4] at "lin")
  }
  """
