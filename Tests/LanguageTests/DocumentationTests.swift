import Diagnostics
import Foundation
import Library
import Testing

@testable import Language

/// The fenced blocks of docs/language.md, in their order.
private func blocks() throws -> [String] {
  let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("docs/language.md")
  let parts = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```")
  return parts.indices.filter { $0 % 2 == 1 }.map { parts[$0] }
}

private let library = Language.Texts { name in
  Library.text(of: name).map { SourceText(name: "library/\(name).gnn", text: $0) }
}

@Test func everyModelInTheDocumentationElaborates() throws {
  let blocks = try blocks()
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

@Test func theMessageInTheDocumentationIsWhatIsSaid() throws {
  let shown = try #require(try blocks().first { $0.contains("error[shape]") })
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
