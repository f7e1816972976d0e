import Diagnostics

extension Parser {
  // MARK: graph

  mutating func graph(from start: Token) throws(SyntaxError) -> GraphBlock {
    var vertices: [GraphBlock.Vertex] = []
    var edges: [GraphBlock.Edge] = []
    let open = current
    try expectSymbol(.openBrace, "after `graph`")
    while !takeSymbol(.closeBrace) {
      guard !isAtEnd else { throw .unclosed(open.span, "{") }
      do throws(SyntaxError) {
        if takeWord("vertex") {
          vertices.append(try vertexType())
        } else if takeWord("edge") {
          edges.append(try edgeType())
        } else if !takeSymbol(.semicolon) {
          throw .expected("`vertex` or `edge`", current.span, found: spelling(of: current))
        }
      } catch {
        errors.append(error)
        skipToGraphItem()
      }
    }
    return GraphBlock(vertices: vertices, edges: edges, span: start.span)
  }

  private mutating func vertexType() throws(SyntaxError) -> GraphBlock.Vertex {
    let name = try name("the vertex type's name")
    let count = try expectedCount()
    return GraphBlock.Vertex(name: name, count: count, features: try features())
  }

  private mutating func edgeType() throws(SyntaxError) -> GraphBlock.Edge {
    let name = try self.name("the edge type's name")
    try expectSymbol(.colon, "and the two vertex types after the edge type's name")
    let source = try self.name("the vertex type that the edges come from")
    try expectSymbol(.arrow, "between the two vertex types")
    let target = try self.name("the vertex type that the edges point at")
    let relation = takeWord("as") ? try plainText() : nil
    let count = try expectedCount()
    return GraphBlock.Edge(
      name: name, source: source, target: target, relation: relation, count: count, features: try features())
  }

  private mutating func expectedCount() throws(SyntaxError) -> Expression? {
    guard takeWord("expects") else { return nil }
    return try expression()
  }

  private mutating func features() throws(SyntaxError) -> [GraphBlock.Feature] {
    var features: [GraphBlock.Feature] = []
    let open = current
    guard takeSymbol(.openBrace) else { return [] }
    while !takeSymbol(.closeBrace) {
      guard !isAtEnd else { throw .unclosed(open.span, "{") }
      if takeSymbol(.comma) || takeSymbol(.semicolon) { continue }
      let name = try anyName("a feature's name, or `}`")
      try expectSymbol(.colon, "and a type after the feature's name")
      features.append(GraphBlock.Feature(name: name, type: try valueType()))
    }
    return features
  }

  private mutating func skipToGraphItem() {
    openBrackets = 0
    var depth = 0
    while !isAtEnd {
      if depth == 0, isSymbol(.closeBrace) || isWord("vertex") || isWord("edge") { return }
      if isSymbol(.openBrace) { depth += 1 }
      if isSymbol(.closeBrace) { depth -= 1 }
      advance()
    }
  }

  // MARK: modules and layers

  mutating func module(_ kind: Module.Kind) throws(SyntaxError) -> Module {
    let name = try name("the module's name")
    let parameters = try staticParameters()
    let open = current
    try expectSymbol(.openBrace, "before the module's body")
    var prelude: [Statement] = []
    var forward: (inputs: [ValueParameter], body: [Statement])?
    let mistakes = errors.count
    try enter()
    let outer = nestingOfBlock
    nestingOfBlock = nesting
    defer { nestingOfBlock = outer }
    while !takeSymbol(.closeBrace) {
      guard !isAtEnd else { throw .unclosed(open.span, "{") }
      let start = current
      do throws(SyntaxError) {
        if takeWord("forward") {
          let inputs = try valueParameters(of: "forward")
          let body = try block()
          if forward != nil { throw .twoForwards(start.span) }
          forward = (inputs, body)
        } else if !takeSymbol(.semicolon) {
          prelude.append(try statement())
        }
      } catch {
        try recover(from: error, in: start)
      }
    }
    leave()
    guard let forward = forward ?? (errors.count > mistakes ? ([], []) : nil) else {
      throw .noForward(name.span, name.text)
    }
    return Module(
      kind: kind, name: name, parameters: parameters, prelude: prelude, inputs: forward.inputs,
      body: forward.body)
  }

  mutating func layer() throws(SyntaxError) -> Module {
    let name = try name("the layer's name")
    let parameters = try staticParameters()
    let inputs = try valueParameters(of: name.text)
    let body = try block()
    return Module(kind: .layer, name: name, parameters: parameters, prelude: [], inputs: inputs, body: body)
  }

  private mutating func staticParameters() throws(SyntaxError) -> [StaticParameter] {
    guard isSymbol(.openBracket) else { return [] }
    return try list(.openBracket, .closeBracket) { (parser) throws(SyntaxError) in
      try parser.staticParameter()
    }
  }

  private mutating func staticParameter() throws(SyntaxError) -> StaticParameter {
    let name = try name("a static parameter's name")
    let kind = takeSymbol(.colon) ? try staticKind() : nil
    let fallback = takeSymbol(.assign) ? try expression() : nil
    return StaticParameter(name: name, kind: kind ?? inferredKind(fallback), fallback: fallback)
  }

  /// `concat = true` is a Boolean, anything else without a kind a size.
  private func inferredKind(_ fallback: Expression?) -> StaticKind {
    switch fallback?.node {
    case .boolean: .boolean
    case .number: .number
    default: .size
    }
  }

  private mutating func staticKind() throws(SyntaxError) -> StaticKind {
    try enter()
    defer { leave() }
    var kind = try plainStaticKind()
    while true {
      if takeWord("list") {
        kind = .list(kind)
      } else if takeSymbol(.question) {
        kind = .optional(kind)
      } else {
        return kind
      }
    }
  }

  private mutating func plainStaticKind() throws(SyntaxError) -> StaticKind {
    if takeSymbol(.openParenthesis) {
      let kind = try staticKind()
      try expectSymbol(.closeParenthesis, "after a kind in parentheses")
      return kind
    }
    if takeWord("vertex") {
      if takeWord("type") { return .vertexType }
      try expectWord("module", after: "`vertex`")
      return .module(.vertex)
    }
    if takeWord("message") {
      try expectWord("module", after: "`message`")
      return .module(.message)
    }
    if takeWord("module") { return .module(nil) }
    if takeWord("layer") { return .module(.layer) }
    if takeWord("size") { return .size }
    if takeWord("bool") { return .boolean }
    if takeWord("number") { return .number }
    if takeWord("text") { return .text }
    if takeWord("one") {
      try expectWord("of", after: "`one`")
      return .oneOf(try choices())
    }
    throw .expected(
      "a kind (`size`, `bool`, `number`, `text`, `one of ...`, `vertex module`, `message module` or `layer`)",
      here,
      found: text(of: current))
  }

  /// `mean, max`: a comma goes on with the choices when a plain name follows, rather than another parameter.
  private mutating func choices() throws(SyntaxError) -> [String] {
    var choices = [try name("the first choice").text]
    while isSymbol(.comma), case .name(let next) = peek(1).kind, !reservedWords.contains(next) {
      guard case .symbol(let after) = peek(2).kind,
        [.comma, .assign, .closeBracket, .closeParenthesis].contains(after)
      else { break }
      advance()
      advance()
      choices.append(next)
    }
    return choices
  }

  private mutating func valueParameters(of owner: String) throws(SyntaxError) -> [ValueParameter] {
    guard isSymbol(.openParenthesis) else {
      throw .expected("`(` and the values that `\(owner)` takes", here, found: text(of: current))
    }
    return try list(.openParenthesis, .closeParenthesis) { (parser) throws(SyntaxError) in
      try parser.valueParameter()
    }
  }

  private mutating func valueParameter() throws(SyntaxError) -> ValueParameter {
    var role: Role?
    if case .name(let word) = current.kind, let named = Role(rawValue: word), case .name = peek(1).kind {
      role = named
      advance()
    }
    let name = try name("a value's name")
    var type: ValueType?
    if takeSymbol(.colon) {
      if case .name(let word) = current.kind, let named = Role(rawValue: word), case .name = peek(1).kind {
        role = named
        advance()
      }
      type = try valueType()
      // `? = none` says what the default says already; it may be written for the reader.
      _ = takeSymbol(.question)
    }
    let fallback = takeSymbol(.assign) ? try expression() : nil
    return ValueParameter(name: name, role: role, type: type, fallback: fallback)
  }

  /// `f32[heads, width]`, `family of f32[width]`, `i64`.
  mutating func valueType() throws(SyntaxError) -> ValueType {
    let start = current
    let isFamily = isWord("family") && peek(1).kind == .name("of")
    if isFamily {
      advance()
      advance()
    }
    let element = try name("a type (`f32`, `i32`, `i64` or `bool`, with sizes in brackets)")
    var dimensions: [Expression] = []
    var isOpen = false
    if isSymbol(.openBracket), !current.startsLine || openBrackets > 0 {
      dimensions = try list(.openBracket, .closeBracket) { (parser) throws(SyntaxError) -> Expression? in
        if parser.takeSymbol(.ellipsis) {
          isOpen = true
          return nil
        }
        return try parser.expression()
      }.compactMap { $0 }
    }
    return ValueType(
      element: element, isFamily: isFamily, isOpen: isOpen, dimensions: dimensions, span: span(from: start))
  }

  /// Elements between brackets, with commas between them and perhaps one at the end.
  mutating func list<Element>(
    _ open: Symbol, _ close: Symbol, _ element: (inout Parser) throws(SyntaxError) -> Element
  ) throws(SyntaxError) -> [Element] {
    let start = current
    try expectSymbol(open, "here")
    openBrackets += 1
    var elements: [Element] = []
    while !isSymbol(close) {
      if isAtEnd { throw .unclosed(start.span, open.rawValue) }
      elements.append(try element(&self))
      if !takeSymbol(.comma), !isSymbol(close) {
        if isAtEnd || current.startsLine { throw .unclosed(start.span, open.rawValue) }
        throw .expected("`,` or `\(close.rawValue)`", here, found: text(of: current))
      }
    }
    openBrackets -= 1
    advance()
    return elements
  }
}
