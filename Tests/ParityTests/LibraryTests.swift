import Diagnostics
import Foundation
import Language
import Library
import Testing

@Suite struct LibraryTests {
  private static let texts = Language.Texts(library: { name in
    Library.text(of: name).map { SourceText(name: "library/\(name).gnn", text: $0) }
  })

  private static func messages(of model: String) -> [String] {
    let graph = "graph {\n  vertex node { x: f32[16] }\n  edge link: node -> node\n}\n"
    do {
      _ = try Language.elaborate(SourceText(name: "model.gnn", text: model + graph), texts)
      return []
    } catch {
      return error.diagnostics.map(\.message)
    }
  }

  @Test func everyFileOfTheLibraryIsOffered() throws {
    let folder = Fixture.root.appending(path: "../../Sources/Library/Layers").standardized
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path)
    where file != "Activations.gnn" {
      #expect(Library.names.contains(String(file.dropLast(".gnn".count))), "\(file)")
    }
  }

  @Test(arguments: Library.names) func everyNameOfTheLibraryCanBeUsed(_ name: String) {
    #expect(Self.messages(of: "use \(name)\nmodel { output y = get_vertex(node.x) }\n") == [])
  }

  @Test func headsThatCannotShareTheWidthAreRefused() {
    let model = "use GAT\nmodel { output y = GAT[16, 12, 2, 7, heads: 5](link, get_vertex(node.x)) }\n"
    #expect(Self.messages(of: model) == ["5 heads cannot share a width of 12"])
  }

  @Test func eachEdgeTypeNeedsALayerOfItsOwn() {
    let model = """
      use HeteroConv
      use SAGEConv
      model {
        x = family(get_vertex(node.x))
        output y = HeteroConv[[SAGEConv[16, 8], SAGEConv[16, 8]]](all edges, x)[node]
      }

      """
    #expect(Self.messages(of: model) == ["one layer for each edge type"])
  }

  @Test func headsOfATransformerShareItsWidth() {
    let model = """
      use HGTConv
      model { output y = HGTConv[10, heads: 4](all edges, family(get_vertex(node.x)))[node] }

      """
    #expect(Self.messages(of: model) == ["4 heads cannot share a width of 10"])
  }

  @Test func networksOfTheUsersOwnServeAsActivations() {
    let model = """
      use GIN
      vertex module Bent { forward(x: f32[...]) { return leaky_relu(x, 0.3) } }
      model { output y = GIN[16, 12, 2, 7, act: Bent](link, get_vertex(node.x)) }

      """
    #expect(Self.messages(of: model) == [])
  }
}
