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

/// A model over papers, authors, citations and who wrote what.
func model(_ body: String, modules: String = "") -> String {
  """
  graph {
    vertex paper { x: f32[16] }
    vertex author { a: f32[8] }
    edge cites: paper -> paper { weight: f32, kind: i64 }
    edge writes: author -> paper
  }
  \(modules)
  model {
  \(body)
  }

  """
}

/// The instructions and outputs of a model's program, without the schema; or what is said against it.
func instructions(_ body: String, modules: String = "") -> String {
  printed(model(body, modules: modules)).split(separator: "\n", omittingEmptySubsequences: false)
    .filter { !$0.hasPrefix("vertex ") && !$0.hasPrefix("edge ") }.joined(separator: "\n")
}
