import Compiler
import Graph
import Launcher
import Testing

/// The same bits whoever compiles, whatever for, and however the graph is cut.
@Suite struct BitParity {
  /// The four whole models on a real graph, the layers on rows of more than one chunk, and a case of each other kind:
  /// several types, classes of edges, weights by vertex, values of the whole graph, edge features, recurrence.
  private static let fixtures = Fixture.all.filter {
    $0.name.hasSuffix("_debian") && $0.name.hasPrefix("model") || $0.name.hasSuffix("_hub")
      || others.contains($0.name)
  }

  private static let others: Set<String> = [
    "genie_path_lazy", "hetero_mixed", "hgt_twice", "model_gcn_pair_norm", "model_pna_edges", "rgcn_bases",
    "rgcn_no_features",
  ]

  private struct Build {
    let name: String
    let options: CompileOptions

    init(_ name: String, _ change: (inout CompileOptions) -> Void) {
      var options = CompileOptions()
      change(&options)
      self.name = name
      self.options = options
    }
  }

  private static let builds = [
    Build("gcc") { $0.compiler = "gcc" },
    Build("clang") { $0.compiler = "clang-14" },
    Build("gcc-v3") { ($0.compiler, $0.processor) = ("gcc", "x86-64-v3") },
    Build("clang-v3") { ($0.compiler, $0.processor) = ("clang-14", "x86-64-v3") },
    Build("gcc-narrow") { ($0.compiler, $0.lanes) = ("gcc", 4) },
    Build("clang-narrow") { ($0.compiler, $0.lanes) = ("clang-14", 4) },
    Build("gcc-parts") { ($0.compiler, $0.narrowestPart) = ("gcc", 1) },
  ]

  private static let cuts =
    [1, 2, 7].map { Workshop.Cut(parts: $0) } + [2, 7].map { Workshop.Cut(parts: $0, method: .metis) }

  @Test(arguments: fixtures) func everyBuildAndCutGivesTheSameBits(_ fixture: Fixture) throws {
    try expectTheSameBits(of: fixture, Self.builds)
  }

  /// A model of each kind of what is rounded: features, features that are mostly zero, stored rows, weights by vertex.
  private static let rounded = Fixture.all.filter {
    [
      "edge_conv_hub", "gat_hub", "gin_hub", "hgt_twice", "lightgcn", "model_gcn_debian", "model_sage_debian",
      "sage_lstm_hub",
    ].contains($0.name)
  }

  @Test(arguments: rounded) func roundedRowsGiveTheSameBitsToo(_ fixture: Fixture) throws {
    let builds = Self.builds.map { build in
      Build(build.name + "-rounded") {
        $0 = build.options
        ($0.store, $0.narrowestRounded) = (.bf16, 1)
      }
    }
    let outputs = try expectTheSameBits(of: fixture, builds)
    let model = try Workshop.compile(fixture, variant: "gcc-rounded", builds[0].options)
    #expect(model.tables.tensors.contains { $0.isRounded })
    for cut in Self.cuts {
      let copied = try Workshop.run(model, on: fixture, cut, threads: 2, exchange: .copy).mapValues(bits)
      let isSame = copied == outputs
      #expect(isSame, "\(cut), copying")
    }
    let whole = try Workshop.run(Workshop.compile(fixture), on: fixture, threads: 2).mapValues(bits)
    #expect(whole != outputs)
  }

  @discardableResult
  private func expectTheSameBits(of fixture: Fixture, _ builds: [Build]) throws -> [String: [UInt32]]? {
    var first: [String: [UInt32]]?
    for build in builds {
      let model = try Workshop.compile(fixture, variant: build.name, build.options)
      for cut in Self.cuts {
        for threads in [1, 2] {
          let outputs = try Workshop.run(model, on: fixture, cut, threads: threads).mapValues(bits)
          let isSame = outputs == first ?? outputs
          #expect(isSame, "\(build.name), \(cut), \(threads) threads")
          first = first ?? outputs
        }
      }
    }
    return first
  }
}
