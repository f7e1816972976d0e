import Diagnostics

/// Reads the model's text and, through `use`, every text that it needs: each once.
struct Loader {
  private let texts: Language.Texts
  private var trees: [Tree] = []
  private var places: [SourceText: Int] = [:]
  private var links: [[Link]] = []
  private var diagnostics: [Diagnostic] = []

  /// The main text comes first.
  struct Loaded {
    let trees: [Tree]
    /// For each text, what its `use` lines lead to.
    let links: [[Link]]
  }

  struct Link {
    let use: Use
    /// The place of the used text among the trees.
    let tree: Int
  }

  static func load(_ main: SourceText, _ texts: Language.Texts) throws(Failure) -> Loaded {
    var loader = Loader(texts: texts)
    _ = loader.add(main)
    var next = 0
    while next < loader.trees.count {
      loader.follow(next)
      next += 1
    }
    guard loader.diagnostics.isEmpty else { throw Failure(loader.diagnostics) }
    return Loaded(trees: loader.trees, links: loader.links)
  }

  private init(texts: Language.Texts) { self.texts = texts }

  private mutating func add(_ source: SourceText) -> Int {
    if let place = places[source] { return place }
    var tree = Tree(source: source)
    do {
      tree = try Language.parse(source)
    } catch {
      diagnostics += error.diagnostics
    }
    places[source] = trees.count
    trees.append(tree)
    links.append([])
    return trees.count - 1
  }

  private mutating func follow(_ place: Int) {
    for use in trees[place].uses {
      let found: SourceText?
      switch use.target {
      case .layer(let name): found = texts.library(name)
      case .file(let path): found = texts.file(path)
      }
      if let found {
        links[place].append(Link(use: use, tree: add(found)))
      } else {
        diagnostics.append(missing(use))
      }
    }
  }

  private func missing(_ use: Use) -> Diagnostic {
    switch use.target {
    case .layer(let name):
      Diagnostic(
        kind: "name", "the library has no `\(name)`", at: .text(Label(use.span, ""), also: []),
        help: "a file of your own is used by its path: `use \"\(name).gnn\"`")
    case .file(let path):
      Diagnostic(kind: "name", "cannot read `\(path)`", at: .text(Label(use.span, ""), also: []))
    }
  }
}
