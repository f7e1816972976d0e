import Foundation
import Testing

/// `--store bf16`: asked for, told, and refused where it comes too late.
struct StoreTests {
  let folder: Folder
  let gnnc: Gnnc
  private static let karate =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path + "/samples/gcn/graph"

  init() throws {
    folder = try Folder()
    gnnc = Gnnc(in: folder)
    let text = """
      use GCN
      graph {
        vertex package { x: f32[16] }
        edge depends: package -> package
      }
      model { output y = GCN[16, 32, 3, 24](depends, get_vertex(package.x)) }
      """
    try folder.write(text, to: "model.gnn")
    func weight(_ name: String, _ shape: [Int]) -> (name: String, shape: [Int], values: [Float]) {
      let count = shape.reduce(1, *)
      return (name, shape, (0..<count).map { Float(($0 * 37 + 11) % 101) / 101 - 0.5 })
    }
    let sizes = [(16, 32), (32, 32), (32, 24)].enumerated()
    let weights = sizes.flatMap { layer, size in
      [
        weight("convs.\(layer).lin.weight", [size.1, size.0]), weight("convs.\(layer).bias", [size.1]),
      ]
    }
    try safetensors(weights).write(to: URL(fileURLWithPath: folder.path("w.safetensors")))
  }

  @Test func aCompiledModelSaysWhatItRounds() throws {
    let compiled = try gnnc("compile", "model.gnn", "--weights", "w.safetensors", "--store", "bf16")
    #expect(compiled.status == 0, "\(compiled.errors)")
    let manifest = try JSONSerialization.jsonObject(with: folder.bytes("model.gnnc/manifest.json")!)
    #expect((manifest as? [String: Any])?["store"] as? String == "bf16")
    let inspected = try gnnc("inspect", "model.gnnc").output
    #expect(inspected.contains("gathered as bfloat16: "))
    #expect(inspected.contains("output y: f32[24] for each package\n"))
    let explained = try gnnc("explain", "model.gnn", "--store", "bf16").output
    #expect(explained.contains("[32, bfloat16]"))
    #expect(!(try gnnc("explain", "model.gnn").output.contains("bfloat16")))
  }

  @Test func roundedAnswersAreCloseAndCachedApart() throws {
    func answers(_ store: String, _ output: String) throws -> [Float] {
      let result = try gnnc(
        "run", "model.gnn", Sample.one, "-o", output, "--weights", "w.safetensors", "--store", store)
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.output.hasPrefix("compiled model.gnn, in "))
      return folder.bytes(output + "/y.npy")!.dropFirst(128).withUnsafeBytes { bytes in
        (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
      }
    }
    let (whole, rounded) = try (answers("f32", "a"), answers("bf16", "b"))
    #expect(whole.count == rounded.count && whole != rounded)
    let largest = whole.map(abs).max()!
    #expect(zip(whole, rounded).allSatisfy { abs($0 - $1) < largest / 32 })
  }

  /// Features that are mostly zero, and all of them numbers that a bfloat16 holds as they are.
  @Test func whatABfloat16HoldsIsNotChanged() throws {
    let text = """
      use SimpleConv
      graph {
        vertex member { x: f32[34] }
        edge meets: member -> member
      }
      model { output y = SimpleConv(meets, get_vertex(member.x)) }
      """
    try folder.write(text, to: "simple.gnn")
    for store in ["f32", "bf16"] {
      let result = try gnnc("run", "simple.gnn", Self.karate, "-o", store, "--store", store)
      #expect(result.status == 0, "\(result.errors)")
    }
    #expect(folder.bytes("f32/y.npy") != nil)
    #expect(folder.bytes("f32/y.npy") == folder.bytes("bf16/y.npy"))
    let plan = try gnnc("run", "simple.gnn", Self.karate, "--store", "bf16", "--plan", "--json", "--quiet")
      .output
    let answer = try JSONSerialization.jsonObject(with: Data(plan.utf8)) as? [String: Any]
    let entries = try #require(answer?["entries"] as? [String: Int])
    #expect(entries["features as bfloat16"] == 34 * 48 * 2)
  }

  @Test func aCompiledModelIsNotRoundedAfterwards() throws {
    let result = try gnnc("run", Sample.compiled, Sample.one, "-o", "out", "--store", "bf16")
    #expect(result.status == 2)
    #expect(result.errors.hasPrefix("error[usage]: --store is for models that are still to be compiled\n"))
    #expect(folder.bytes("out/y.npy") == nil)
  }

  @Test func anotherKindIsRefused() throws {
    let result = try gnnc("compile", "model.gnn", "--store", "bf8")
    #expect(result.status == 2)
    #expect(result.errors.hasPrefix("error[usage]: --store is `bf8`; it should be one of: f32, bf16\n"))
  }
}
