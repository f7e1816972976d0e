import Diagnostics
import Program
import Testing

@testable import Language

/// Elaborates a text with the library given as name -> text.
func elaborate(_ text: String, library: [String: String] = [:]) throws(Failure) -> Program {
  try Language.elaborate(
    SourceText(name: "m.gnn", text: text),
    Language.Texts(
      library: { name in library[name].map { SourceText(name: "library/\(name).gnn", text: $0) } },
      file: { path in library[path].map { SourceText(name: path, text: $0) } }))
}

/// The program in its text form.
func printed(_ text: String, library: [String: String] = [:]) -> String {
  do {
    return try elaborate(text, library: library).text
  } catch {
    return Renderer().render(error.diagnostics)
  }
}

/// What is said against a text; empty when nothing is.
func messages(_ text: String, library: [String: String] = [:]) -> String {
  do {
    _ = try elaborate(text, library: library)
    return ""
  } catch {
    return Renderer().render(error.diagnostics)
  }
}

/// A model over one vertex type `paper` with x 16 wide and edges `cites` with a weight.
func model(_ body: String, modules: String = "") -> String {
  """
  graph {
    vertex paper { x: f32[16] }
    edge cites: paper -> paper { weight: f32 }
  }
  \(modules)
  model {
  \(body)
  }

  """
}
