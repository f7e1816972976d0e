import CRuntime
import Diagnostics
import Foundation
import Graph
import Testing

@testable import Launcher

/// Libraries, graphs and weights that do not go together.
struct OpeningTests {
  let tiny: Tiny

  init() throws { tiny = try Tiny() }

  @Test func aLibraryOfAnotherInterfaceIsRefused() throws {
    let told = messages { _ = try tiny.model("OTHER_ABI") }
    #expect(told.count == 1)
    #expect(
      told[0].hasSuffix(
        "model.so was made for version \(GNNC_ABI + 1) of the runtime's interface; this gnnc has another"))
  }

  @Test func aLibraryForAnotherProcessorIsRefused() throws {
    let told = messages { _ = try tiny.model("OTHER_PROCESSOR") }
    #expect(told.count == 1)
    #expect(told[0].hasSuffix("model.so was built for another processor: anything"))
  }

  @Test func tablesThatPointNowhereAreRefused() throws {
    #expect(
      messages { _ = try tiny.model("WILD_STAGE") }[0].hasSuffix(
        "describes itself wrongly: scale points at 7 of 3"))
    #expect(
      messages { _ = try tiny.model("WILD_OUTPUT") }[0].hasSuffix(
        "describes itself wrongly: output y does not fit its tensor"))
  }

  @Test func aLibraryThatIsNoneIsRefused() throws {
    try FileManager.default.createDirectory(atPath: tiny.path("bad.gnnc"), withIntermediateDirectories: false)
    try tiny.write("not a library", to: "bad.gnnc/model.so")
    let told = messages {
      _ = try CompiledModel(
        directory: tiny.path("bad.gnnc"), manifest: Manifest(compiler: "cc", processor: "anything"))
    }
    #expect(told.count == 1)
    #expect(told[0].hasPrefix("\(tiny.path("bad.gnnc/model.so")) cannot be loaded: "))
  }

  @Test func widthsThatDifferAreBothTold() throws {
    let (model, graph) = (try tiny.model("WIDE"), try tiny.graph(parts: 1))
    #expect(
      messages { _ = try ModelRun(model, over: graph) }
        == ["feature `x` of `v` is 2 wide in \(graph); \(model.directory) wants 3"])
  }

  @Test func edgesThatAreNotPreparedSayWhoPreparesThem() throws {
    let (model, graph) = (try tiny.model("BACKWARD"), try tiny.graph(parts: 1))
    do {
      _ = try ModelRun(model, over: graph)
      Issue.record("the reversed edges are not there")
    } catch {
      #expect(error.diagnostics.map(\.message) == ["\(graph) has no reverse edges of `e` prepared"])
      #expect(
        error.diagnostics[0].help == "`gnnc partition --for \(model.directory)` prepares what the model needs"
      )
    }
    #expect(model.tables.derivedEdgeSets == [EdgeSetKey("e", .reverse)])
  }

  @Test func preparedReversedEdgesAreRunOver() throws {
    let model = try tiny.model("BACKWARD")
    let graph = try tiny.graph(parts: 2, preparing: model.tables.derivedEdgeSets)
    let run = try ModelRun(model, over: graph, options: ModelRun.Options(threads: 1))
    let weights = try tiny.weights("scale", shape: [1], [1])
    try run.prepare(weights: try WeightPacker.pack(weights, for: model).weights)
    _ = try run.execute()
    var sums = [Float](repeating: 0, count: Tiny.vertices * 2)
    for (source, target) in Tiny.edges {
      for column in 0..<2 { sums[source * 2 + column] += Tiny.feature(target)[column] }
    }
    #expect(run.values(of: run.outputs[0]) == sums)
  }

  // MARK: Weights

  @Test func aWeightIsTakenUnderAnyOfItsNamesAndAsAScalar() throws {
    let model = try tiny.model()
    for (name, shape) in [("scale", [1]), ("old_scale", [1]), ("scale", [])] {
      let packed = try WeightPacker.pack(try tiny.weights(name, shape: shape, [5]), for: model)
      #expect(number(in: packed.weights) == 5)
      #expect(packed.warnings.isEmpty)
    }
  }

  @Test func missingAndMisshapenWeightsAreNamed() throws {
    let model = try tiny.model()
    let missing = try tiny.weights("sclae", shape: [1], [5])
    #expect(
      messages { _ = try WeightPacker.pack(missing, for: model) }
        == ["\(missing) holds no `scale` or `old_scale`"])
    let misshapen = try tiny.weights("scale", shape: [2, 1], [5, 6])
    #expect(
      messages { _ = try WeightPacker.pack(misshapen, for: model) }
        == ["`scale` in \(misshapen) has the shape [2, 1]; the model wants [1]"])
  }

  @Test func packedWeightsAreReadBackAndChecked() throws {
    let model = try tiny.model()
    let packed = try WeightPacker.pack(try tiny.weights("scale", shape: [1], [5]), for: model).weights
    let file = tiny.path("weights.bin")
    try packed.write(to: file, for: model)
    #expect(number(in: try PackedWeights(path: file, for: model)) == 5)

    var data = try Data(contentsOf: URL(fileURLWithPath: file))
    data[70] ^= 1
    try data.write(to: URL(fileURLWithPath: file))
    #expect(messages { _ = try PackedWeights(path: file, for: model) } == ["\(file) is damaged"])
    try data.prefix(20).write(to: URL(fileURLWithPath: file))
    #expect(messages { _ = try PackedWeights(path: file, for: model) } == ["\(file) is damaged"])
  }

  // MARK: Manifests

  @Test func aManifestTellsWhatItsDirectoryHolds() throws {
    let model = try tiny.model()
    var manifest = model.manifest
    try manifest.describe(model.tables, in: model.directory)
    try manifest.write(to: model.directory)
    #expect(manifest.files.map(\.name) == ["model.so"])
    #expect(manifest.hints.map(\.count) == [40])
    #expect(try Manifest.read(from: model.directory) == manifest)
    #expect(try CompiledModel(directory: model.directory).tables == model.tables)

    try tiny.write("{", to: "tiny-.gnnc/manifest.json")
    #expect(
      messages { _ = try CompiledModel(directory: model.directory) }[0].hasSuffix("manifest.json is damaged"))
  }
}

/// The first packed number, read while the weights are still held.
private func number(in weights: PackedWeights) -> Float {
  withExtendedLifetime(weights) { weights.base.load(as: Float.self) }
}
