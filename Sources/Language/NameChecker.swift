import Diagnostics

/// Walks one text and reports each name that can mean nothing, used modules or not.
///
/// What a name is bound to at which moment is for the elaborator: a body is one scope, whatever its `if`s decide.
struct NameChecker {
  private let tree: Tree
  private let modules: [String: ModuleID]
  private let types: [String]
  private let words: Set<String>
  private var scope: Set<String> = []
  private(set) var errors: [NameError] = []

  init(_ tree: Tree, modules: [String: ModuleID], types: [String], words: Set<String>) {
    self.tree = tree
    self.modules = modules
    self.types = types
    self.words = words
  }

  mutating func run() {
    for graph in tree.graphs { check(graph) }
    for module in tree.modules { check(module) }
    for model in tree.models {
      scope = Set(assigned(model.body))
      check(model.body, in: nil)
    }
  }

  private mutating func check(_ graph: GraphBlock) {
    var seen: [String: Span] = [:]
    scope = []
    for name in graph.vertices.map(\.name) + graph.edges.map(\.name) {
      if let first = seen[name.text] { errors.append(.twice(name, first: first)) }
      seen[name.text] = name.span
    }
    for features in graph.vertices.map(\.features) + graph.edges.map(\.features) {
      checkOnce(features.map(\.name))
    }
    let vertices = graph.vertices.map(\.name.text)
    for edge in graph.edges {
      for end in [edge.source, edge.target] where !vertices.contains(end.text) {
        errors.append(.unknown(end, nearest: nearest(to: end.text, among: vertices)))
      }
    }
  }

  private mutating func check(_ module: Module) {
    scope = Set(module.parameters.map(\.name.text) + module.inputs.map(\.name.text))
    scope.formUnion(assigned(module.prelude) + assigned(module.body))
    if module.kind == .message { scope.formUnion(["incoming", "edge_types", "this_edge_type"]) }
    checkOnce(module.parameters.map(\.name))
    checkOnce(module.inputs.map(\.name))
    for parameter in module.parameters { if let fallback = parameter.fallback { check(fallback) } }
    for input in module.inputs {
      if let role = input.role, module.kind == .vertex { errors.append(.roleOutside(input.name, role)) }
      if input.role == nil, module.kind == .message { errors.append(.noRole(input.name)) }
      for size in input.type?.dimensions ?? [] { check(size) }
      if let fallback = input.fallback { check(fallback) }
    }
    check(module.prelude, in: module)
    check(module.body, in: module)
  }

  private mutating func checkOnce(_ names: [Name]) {
    var seen: [String: Span] = [:]
    for name in names {
      if let first = seen[name.text] { errors.append(.twice(name, first: first)) }
      seen[name.text] = name.span
    }
  }

  /// Every name that a body gives to something.
  private func assigned(_ body: [Statement]) -> [String] {
    body.flatMap { statement -> [String] in
      switch statement.node {
      case .param(let name, _, _): [name.text]
      case .assign(let names, _): names.map(\.text)
      case .output(let name, _): [name.text]
      case .choose(_, let then, let otherwise): assigned(then) + assigned(otherwise)
      case .loop(_, let index, let body): (index.map { [$0.text] } ?? []) + assigned(body)
      case .give, .require: []
      }
    }
  }

  private mutating func check(_ body: [Statement], in module: Module?) {
    for statement in body {
      switch statement.node {
      case .param(let name, let type, let keys):
        if module == nil { errors.append(.paramOutside(name)) }
        type.dimensions.forEach { check($0) }
        keys.forEach { check($0) }
      case .assign(_, let values):
        values.forEach { check($0) }
      case .output(let name, let value):
        if module != nil { errors.append(.outputOutside(name)) }
        check(value)
      case .give(let values):
        if module == nil { errors.append(.returnOutside(statement.span)) }
        values.forEach { check($0) }
      case .require(let condition, let reason):
        check(condition)
        if let reason { check(reason) }
      case .choose(let condition, let then, let otherwise):
        check(condition)
        check(then, in: module)
        check(otherwise, in: module)
      case .loop(let count, _, let body):
        check(count)
        check(body, in: module)
      }
    }
  }

  private mutating func check(_ template: Template) {
    for case .hole(let value) in template.pieces {
      if case .name(let name) = value.node, TypeName(rawValue: name) != nil { continue }
      check(value)
    }
  }

  private mutating func check(_ expression: Expression) {
    switch expression.node {
    case .integer, .number, .boolean, .none, .allEdges:
      break
    case .text(let template):
      check(template)
    case .name(let name):
      check(Name(text: name, span: expression.span))
    case .list(let values):
      values.forEach { check($0) }
    case .member(let value, _):
      check(value)
    case .brackets(let value, let items):
      checkCallee(value)
      items.forEach { checkStatic($0) }
    case .call(let value, let arguments):
      checkCallee(value)
      arguments.forEach { check($0.value) }
    case .at(let value, let keys):
      check(value)
      keys.forEach { check($0) }
    case .prefix(_, let value), .isNone(let value, _):
      check(value)
    case .infix(let left, _, _, let right), .range(let left, let right):
      check(left)
      check(right)
    case .conditional(let condition, let then, let otherwise):
      check(condition)
      (then + otherwise).forEach { check($0) }
    case .collect(let name, let elements, let body):
      check(elements)
      let isNew = scope.insert(name.text).inserted
      check(body)
      if isNew { scope.remove(name.text) }
    }
  }

  /// `heads: 8` is an argument by name, `0:8` and `a:b` are slices: a name before the colon may be either.
  private mutating func checkStatic(_ item: BracketItem) {
    switch item.node {
    case .value(let value): check(value)
    case .colon(let lower, let upper):
      if let lower { if case .name = lower.node {} else { check(lower) } }
      if let upper { check(upper) }
    case .new, .ellipsis: break
    }
  }

  private mutating func checkCallee(_ callee: Expression) {
    guard case .name(let text) = callee.node else { return check(callee) }
    let name = Name(text: text, span: callee.span)
    guard !isKnown(text) else { return }
    let candidates = Array(modules.keys) + Array(scope)
    let isModule = text.first?.isUppercase == true
    let near = nearest(to: text, among: isModule ? candidates : candidates + builtinNames)
    errors.append(
      isModule ? .unknownModule(name, inLibrary: false, nearest: near) : .unknown(name, nearest: near))
  }

  private mutating func check(_ name: Name) {
    guard !isKnown(name.text) else { return }
    let near = nearest(to: name.text, among: Array(scope) + types + Array(modules.keys) + builtinNames)
    errors.append(.unknown(name, nearest: near))
  }

  private func isKnown(_ name: String) -> Bool {
    scope.contains(name) || modules[name] != nil || types.contains(name) || words.contains(name)
      || name == "graph" || builtinNames.contains(name)
  }
}

/// Names of types that a key may hold between braces.
enum TypeName: String {
  case vertex, edge, relation, source, target
}
