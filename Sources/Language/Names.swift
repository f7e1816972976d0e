import Diagnostics

/// The place of a module: which text, which module in it.
struct ModuleID: Hashable {
  let text: Int
  let number: Int
}

/// Trees with their modules found: which module a name means in which text.
struct Names {
  let trees: [Tree]
  /// For each text, what its module names mean: its own and those it uses.
  let modules: [[String: ModuleID]]
  let graph: GraphBlock
  let model: Model

  subscript(_ id: ModuleID) -> Module { trees[id.text].modules[id.number] }

  /// Finds every module, and checks that each name in each text means something.
  static func resolve(_ loaded: Loader.Loaded) throws(Failure) -> Names {
    var errors: [NameError] = []
    var modules = loaded.trees.enumerated().map { ownModules($0.element, $0.offset, &errors) }
    let own = modules
    for (text, links) in loaded.links.enumerated() {
      for link in links { bring(link, from: own, into: &modules[text], loaded, &errors) }
    }
    let main = loaded.trees[0]
    for extra in main.graphs.dropFirst() {
      errors.append(.second("graph", extra.span, first: main.graphs[0].span))
    }
    for extra in main.models.dropFirst() {
      errors.append(.second("model", extra.span, first: main.models[0].span))
    }
    for tree in loaded.trees.dropFirst() {
      for graph in tree.graphs { errors.append(.notInUsed("graph", graph.span)) }
      for model in tree.models { errors.append(.notInUsed("model", model.span)) }
    }
    let whole = Span(source: main.source, lower: 0, upper: 0)
    if main.graphs.isEmpty { errors.append(.missing("graph", whole)) }
    if main.models.isEmpty { errors.append(.missing("model", whole)) }
    let types =
      (main.graphs.first?.vertices.map(\.name.text) ?? []) + (main.graphs.first?.edges.map(\.name.text) ?? [])
    for (text, tree) in loaded.trees.enumerated() {
      var checker = NameChecker(tree, modules: modules[text], types: types, words: words(of: loaded.trees))
      checker.run()
      errors += checker.errors
    }
    guard errors.isEmpty, let graph = main.graphs.first, let model = main.models.first else {
      throw Failure(errors.prefix(20).map(\.diagnostic))
    }
    return Names(trees: loaded.trees, modules: modules, graph: graph, model: model)
  }

  private static func ownModules(_ tree: Tree, _ text: Int, _ errors: inout [NameError]) -> [String: ModuleID]
  {
    var found: [String: ModuleID] = [:]
    for (number, module) in tree.modules.enumerated() {
      if let old = found[module.name.text] {
        errors.append(.twice(module.name, first: tree.modules[old.number].name.span))
      } else {
        found[module.name.text] = ModuleID(text: text, number: number)
      }
    }
    return found
  }

  private static func bring(
    _ link: Loader.Link, from own: [[String: ModuleID]], into names: inout [String: ModuleID],
    _ loaded: Loader.Loaded, _ errors: inout [NameError]
  ) {
    var brought: [String: ModuleID] = [:]
    switch link.use.target {
    case .layer(let name):
      guard let module = own[link.tree][name] else {
        errors.append(.notInText(name, link.use.span))
        return
      }
      brought[name] = module
    case .file:
      brought = own[link.tree]
    }
    for (name, module) in brought {
      if let old = names[name], old != module {
        let first = loaded.trees[old.text].modules[old.number].name.span
        errors.append(.twice(Name(text: name, span: link.use.span), first: first))
      } else {
        names[name] = module
      }
    }
  }

  /// Every choice of every enumeration: as static arguments these are plain names.
  private static func words(of trees: [Tree]) -> Set<String> {
    var words: Set<String> = []
    func collect(_ kind: StaticKind) {
      switch kind {
      case .oneOf(let choices): words.formUnion(choices)
      case .list(let inner), .optional(let inner): collect(inner)
      case .size, .boolean, .number, .text, .module, .vertexType: break
      }
    }
    for tree in trees {
      for module in tree.modules { for parameter in module.parameters { collect(parameter.kind) } }
    }
    return words
  }
}

/// What can be wrong with names, before anything is computed.
enum NameError {
  case unknown(Name, nearest: String?)
  case unknownModule(Name, inLibrary: Bool, nearest: String?)
  case twice(Name, first: Span)
  case second(String, Span, first: Span)
  case missing(String, Span)
  case notInUsed(String, Span)
  case notInText(String, Span)
  case noRole(Name)
  case roleOutside(Name, Role)
  case outputOutside(Name)
  case returnOutside(Span)
  case paramOutside(Name)

  var diagnostic: Diagnostic {
    func error(
      _ message: String, _ span: Span, _ label: String = "", also: [Label] = [], help: String? = nil
    ) -> Diagnostic {
      Diagnostic(kind: "name", message, at: .text(Label(span, label), also: also), help: help)
    }
    switch self {
    case .unknown(let name, let nearest):
      return error(
        "nothing is called `\(name.text)`", name.span, help: nearest.map { "the nearest name is `\($0)`" })
    case .unknownModule(let name, _, let nearest):
      return error(
        "no module or layer is called `\(name.text)`", name.span,
        help: nearest.map { "the nearest name is `\($0)`" }
          ?? "a layer of the library is brought in by `use \(name.text)`")
    case .twice(let name, let first):
      return error(
        "`\(name.text)` is declared twice", name.span, "again here", also: [Label(first, "first here")])
    case .second(let item, let span, let first):
      return error("a text has one `\(item)`", span, "again here", also: [Label(first, "first here")])
    case .missing(let item, let span):
      return Diagnostic(
        kind: "name", "there is no `\(item) { ... }`", at: .file(span.source.name),
        help: item == "graph"
          ? "declare the vertex and edge types: `graph { vertex paper { x: f32[16] } }`"
          : "a model gives at least one output: `model { output y = ... }`")
    case .notInUsed(let item, let span):
      return error("a text that is used holds no `\(item)`", span)
    case .notInText(let name, let span):
      return error("the library's text for `\(name)` does not declare it", span)
    case .noRole(let name):
      return error(
        "`\(name.text)` needs a role in a message module", name.span,
        help: "write `source \(name.text)`, `target \(name.text)` or `edge \(name.text)`")
    case .roleOutside(let name, let role):
      return error(
        "`\(name.text)` cannot have the role `\(role.rawValue)` here", name.span,
        help:
          "a vertex module sees one vertex, or one edge, at a time; roles belong to message modules and layers"
      )
    case .outputOutside(let name):
      return error("`output \(name.text)` stands outside the model", name.span, help: "use `return` here")
    case .returnOutside(let span):
      return error("a model does not return", span, help: "write `output name = ...`")
    case .paramOutside(let name):
      return error(
        "`param \(name.text)` stands outside a module or layer", name.span,
        help: "put it into a vertex module, which `transform` uses")
    }
  }
}
