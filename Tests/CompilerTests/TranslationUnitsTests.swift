import CBackend
import Foundation
import Testing

@testable import Compiler

/// A model's C in several translation units, and sweeps that are written once.
@Suite struct TranslationUnitsTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "gnnc-units-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func path(_ name: String) -> String { folder.appending(path: name).path }

  private func emitted(_ text: String) throws -> EmittedC {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path("model.gnn")))
    return try Compiler.translate(try ModelText(path("model.gnn")), CompileOptions()).c
  }

  /// Two edge sets into one vertex type, and what two message modules make of them.
  private func ofTwoSets(_ first: String, _ second: String) -> String {
    """
    graph {
      vertex package { x: f32[16] }
      edge depends: package -> package
      edge suggests: package -> package
    }
    message module Sum { forward(source h: f32[16]) { return incoming.sum(h) } }
    message module Max { forward(source h: f32[16]) { return incoming.max(h) } }
    model {
      x = get_vertex(package.x)
      output y = message_passing(depends, \(first), h: x)
      output z = message_passing(suggests, \(second), h: x)
    }
    """
  }

  private let long = """
    use GAT
    graph {
      vertex paper { x: f32[32] }
      edge cites: paper -> paper
    }
    model { output y = GAT[32, 32, 4, 8, heads: 4](cites, get_vertex(paper.x)) }
    """

  @Test(arguments: ["gcc", "clang-14"])
  func unitsCompileWithoutWarningsAndLackNothing(compiler: String) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    guard compiler == "gcc" || FileManager.default.isExecutableFile(atPath: "/usr/bin/\(compiler)") else {
      return
    }
    let c = try emitted(long)
    try #require(c.units > 2)
    for (name, text) in RuntimeText.headers { try Data(text.utf8).write(to: folder.appending(path: name)) }
    try Data(c.text.utf8).write(to: folder.appending(path: "model.c"))
    let flags = ModelBatch.flags + ["-fPIC", "-fvisibility=hidden", "-I\(folder.path)"]
    for unit in 1...c.units {
      let built = try Subprocess.run(
        ["/usr/bin/\(compiler)"] + flags + [
          "-DGNNC_UNIT=\(unit)", "-c", "-o", path("\(unit).o"), path("model.c"),
        ])
      #expect(built.succeeded, "unit \(unit): \(built.output.prefix(2000))")
    }
    let objects = (1...c.units).map { path("\($0).o") }
    let linked = try Subprocess.run(
      ["/usr/bin/\(compiler)", "-shared", "-fopenmp", "-Wl,-z,defs", "-o", path("model.so")] + objects + [
        "-lm"
      ])
    #expect(linked.succeeded, "\(linked.output.prefix(2000))")
  }

  @Test func theCompilerLeavesNothingOfItsUnits() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try #require(try emitted(long).units > 1)
    let directory = path("model.gnnc")
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    _ = try Compiler.compile(path("model.gnn"), into: directory, CompileOptions())
    let files = Set(try FileManager.default.contentsOfDirectory(atPath: directory))
    #expect(files == Set(["model.c", "model.so", "Makefile"] + RuntimeText.headers.map(\.name)))
  }

  @Test func aShortModelIsOneUnit() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let c = try emitted(ofTwoSets("Sum", "Max"))
    #expect(c.units == 1)
    #expect(!c.text.contains("GNNC_IN_UNIT"))
  }

  @Test func sweepsOfOneShapeAreWrittenOnce() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let text = try emitted(ofTwoSets("Sum", "Sum")).text
    #expect(text.components(separatedBy: "void shared_sweep1(").count == 2)
    #expect(text.components(separatedBy: "  shared_sweep1(").count == 3)
    #expect(!text.contains("shared_sweep2"))
  }

  @Test func sweepsThatDoOtherThingsAreNotShared() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(!(try emitted(ofTwoSets("Sum", "Max")).text.contains("shared_sweep")))
  }
}
