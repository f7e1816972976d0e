import Diagnostics
import Program

/// The language: a model's text -> a program, and all that can be said against it.
///
/// A phase collects the user's mistakes; the next one starts only without any.
package enum Language {
  /// Where the texts that a model uses come from.
  package struct Texts: Sendable {
    /// A library layer by its name.
    package let library: @Sendable (String) -> SourceText?
    /// A file by its path, which `use "..."` gave relative to the main text.
    package let file: @Sendable (String) -> SourceText?

    package init(
      library: @escaping @Sendable (String) -> SourceText?,
      file: @escaping @Sendable (String) -> SourceText? = { _ in nil }
    ) {
      self.library = library
      self.file = file
    }
  }

  /// The whole way from text to program.
  package static func elaborate(_ main: SourceText, _ texts: Texts) throws(Failure) -> Program {
    let trees = try Loader.load(main, texts)  // text -> tokens -> tree, for the model and all that it uses
    let names = try Names.resolve(trees)  // tree -> modules by name; every name checked
    let schema = try SchemaReader.read(names)  // the graph block -> vertex types, edge types, features
    return try Elaborator.run(names, schema)  // options, repetition, modules, types -> program
  }

  /// What a model expects of a graph; its modules and model may still be wrong.
  package static func schema(_ main: SourceText, _ texts: Texts) throws(Failure) -> Schema {
    let trees = try Loader.load(main, texts)
    return try SchemaReader.read(try Names.resolve(trees))
  }

  /// The model's text, and every text that it uses.
  package static func sources(_ main: SourceText, _ texts: Texts) throws(Failure) -> [SourceText] {
    try Loader.load(main, texts).trees.map(\.source)
  }

  /// The structure of one text: tokens and tree.
  static func parse(_ source: SourceText) throws(Failure) -> Tree {
    try Parser.parse(source, try Lexer.tokens(of: source))
  }
}
