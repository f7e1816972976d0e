import Diagnostics
import Foundation
import Library
import Testing

@testable import Language

private let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent()
  .deletingLastPathComponent()

/// The fenced blocks of a page of docs, in their order.
private func blocks(of page: String) throws -> [String] {
  let page = repository.appendingPathComponent("docs/" + page)
  let parts = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```")
  return parts.indices.filter { $0 % 2 == 1 }.map { parts[$0] }
}

private let library = Language.Texts { name in
  Library.text(of: name).map { SourceText(name: "library/\(name).gnn", text: $0) }
}

@Test func everyModelInTheDocumentationElaborates() throws {
  let blocks = try blocks(of: "language.md")
  let graph = try #require(blocks.first)
  let models = blocks.filter { $0.contains("\nmodel {") }
  #expect(models.count >= 5)
  for model in models {
    let text = model.contains("\ngraph {") ? model : graph + model
    #expect(throws: Never.self) {
      try Language.elaborate(SourceText(name: "language.md", text: text), library)
    }
  }
}

/// The layer that docs/writing-a-layer.md writes is the sample's, piece by piece, and so is PyTorch's side of it.
@Test func theLayerInTheDocumentationIsTheSample() throws {
  let model = try text("samples/gated/model.gnn")
  let reference = try text("samples/make.py")
  let blocks = try blocks(of: "writing-a-layer.md")
  let openings = ["graph {", "message module", "vertex module", "layer", "model {"]
  let pieces = openings.compactMap { opening in blocks.first { $0.hasPrefix("\n" + opening) } }
  #expect(pieces.count == openings.count)
  for piece in pieces { #expect(model.contains(piece)) }
  let forward = try #require(
    blocks.first { $0.hasPrefix("python\nclass") }?.components(separatedBy: "  def forward").last)
  #expect(reference.contains(forward))
}

@Test func theMessageAboutTheLayerIsWhatIsSaid() throws {
  let shown = try #require(try blocks(of: "writing-a-layer.md").first { $0.contains("error[shape]") })
  let wrong = try text("samples/gated/model.gnn")
    .replacingOccurrences(of: "f32[width, 2 * width + kinds]", with: "f32[width, 2 * width]")
  let said = messages(wrong, library: ["Linear": try #require(Library.text(of: "Linear"))])
  #expect(shown == "\n" + said.replacingOccurrences(of: "m.gnn", with: "samples/gated/model.gnn"))
}

private func text(_ path: String) throws -> String {
  try String(contentsOf: repository.appendingPathComponent(path), encoding: .utf8)
}

@Test func theMessageInTheDocumentationIsWhatIsSaid() throws {
  let shown = try #require(try blocks(of: "language.md").first { $0.contains("error[shape]") })
  let text = """
    graph {
      vertex paper { x: f32[16] }
      edge cites: paper -> paper
    }

    model {
      x = get_vertex(paper.x)
      y = x + zeros[8]
      output z = y
    }
    """
  #expect("\n" + messages(text) == shown)
}

@Test(arguments: Library.names)
func everyTextOfTheLibraryStandsOnItsOwn(name: String) throws {
  let text = "use \(name)\ngraph { vertex node { x: f32[4] } }\nmodel { output y = get_vertex(node.x) }\n"
  #expect(throws: Never.self) {
    try Language.elaborate(SourceText(name: "m.gnn", text: text), library)
  }
}
