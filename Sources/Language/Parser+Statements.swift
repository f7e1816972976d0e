import Diagnostics

extension Parser {
  /// `{ statement ... }`
  mutating func block() throws(SyntaxError) -> [Statement] {
    let open = current
    try expectSymbol(.openBrace, "and a body")
    try enter()
    let outer = nestingOfBlock
    nestingOfBlock = nesting
    defer { nestingOfBlock = outer }
    var statements: [Statement] = []
    while !takeSymbol(.closeBrace) {
      guard !isAtEnd else { throw .unclosed(open.span, "{") }
      if takeSymbol(.semicolon) { continue }
      let start = current
      do throws(SyntaxError) {
        statements.append(try statement())
      } catch {
        try recover(from: error, in: start)
      }
    }
    leave()
    return statements
  }

  /// Keeps a mistake in the statement that begins at `start`, and goes to the next line; what no line can mend goes up.
  mutating func recover(from error: SyntaxError, in start: Token) throws(SyntaxError) {
    switch error {
    case .unclosed(_, "{"), .tooDeep: throw error
    default: break
    }
    errors.append(error)
    openBrackets = 0
    nesting = nestingOfBlock
    if current.span == start.span, !isAtEnd { advance() }
    var depth = 0
    while !isAtEnd {
      if depth == 0, current.startsLine || isSymbol(.closeBrace) { return }
      if isSymbol(.openBrace) { depth += 1 }
      if isSymbol(.closeBrace) { depth -= 1 }
      advance()
    }
  }

  mutating func statement() throws(SyntaxError) -> Statement {
    let start = current
    let node = try statementNode()
    if !current.startsLine, !isSymbol(.closeBrace), !isSymbol(.semicolon), !isAtEnd {
      throw .expectedLineEnd(current.span, found: text(of: current))
    }
    return Statement(node: node, span: span(from: start))
  }

  private mutating func statementNode() throws(SyntaxError) -> Statement.Node {
    if takeWord("param") { return try param() }
    if takeWord("output") {
      let name = try name("the output's name")
      try expectSymbol(.assign, "after the output's name")
      return .output(name, try expression())
    }
    if takeWord("return") { return .give(try expressions()) }
    if takeWord("require") {
      let condition = try expression()
      guard takeSymbol(.comma) else { return .require(condition, nil) }
      return .require(condition, try template())
    }
    if takeWord("if") { return try choice() }
    if takeWord("repeat") {
      let count = try expression()
      let index = takeWord("as") ? try name("the name of the repetition's number") : nil
      return .loop(count, index: index, try block())
    }
    if beginsAssignment { return try assignment() }
    return try strayExpression()
  }

  private mutating func param() throws(SyntaxError) -> Statement.Node {
    let name = try name("the parameter's name")
    try expectSymbol(.colon, "and a type after the parameter's name")
    let type = try valueType()
    return .param(name, type, keys: takeWord("at") ? try keys() : [])
  }

  private mutating func choice() throws(SyntaxError) -> Statement.Node {
    let condition = try expression()
    let then = try block()
    guard takeWord("else") else { return .choose(condition, then: then, otherwise: []) }
    let start = current
    if takeWord("if") {
      try enter()
      defer { leave() }
      let nested = try choice()
      return .choose(condition, then: then, otherwise: [Statement(node: nested, span: span(from: start))])
    }
    return .choose(condition, then: then, otherwise: try block())
  }

  /// Whether `a =` or `a, b =` stands here.
  var beginsAssignment: Bool {
    var offset = 0
    while case .name = peek(offset).kind {
      let after = peek(offset + 1)
      if after.kind == .symbol(.assign) { return true }
      guard after.kind == .symbol(.comma) else { return false }
      offset += 2
    }
    return false
  }

  private mutating func assignment() throws(SyntaxError) -> Statement.Node {
    var names = [try name("a name")]
    while takeSymbol(.comma) { names.append(try name("a name")) }
    try expectSymbol(.assign, "after the names")
    return .assign(names, try expressions())
  }

  mutating func expressions() throws(SyntaxError) -> [Expression] {
    var values = [try expression()]
    while takeSymbol(.comma) { values.append(try expression()) }
    return values
  }

  private mutating func strayExpression() throws(SyntaxError) -> Statement.Node {
    let start = current
    if case .symbol(let symbol) = start.kind {
      if InfixOperator(rawValue: symbol.rawValue) != nil {
        throw .leadingOperator(start.span, symbol.rawValue)
      }
      if symbol != .openParenthesis, symbol != .openBracket {
        throw .expectedStatement(start.span, found: symbol.rawValue)
      }
    }
    _ = try expression()
    if isSymbol(.assign) { throw .expected("a name before `=`", span(from: start), found: "") }
    throw .dropped(span(from: start))
  }

  // MARK: Texts

  /// `"lin.weight" or "lin_src.weight"`
  mutating func keys() throws(SyntaxError) -> [Template] {
    var keys = [try template()]
    while isWord("or"), case .string = peek(1).kind {
      advance()
      keys.append(try template())
    }
    return keys
  }

  /// A text without holes.
  mutating func plainText() throws(SyntaxError) -> String {
    let template = try template()
    guard template.pieces.count <= 1 else { throw .notPlain(template.span) }
    switch template.pieces.first {
    case nil: return ""
    case .text(let text): return text
    case .hole: throw .notPlain(template.span)
    }
  }

  mutating func template() throws(SyntaxError) -> Template {
    guard case .string = current.kind else {
      throw .expected("a text in double quotes", here, found: text(of: current))
    }
    advance()
    return try template(in: previous.span)
  }

  private mutating func template(in span: Span) throws(SyntaxError) -> Template {
    let end = span.upper - 1
    var position = span.lower + 1
    var pieces: [Template.Piece] = []
    var text: [UInt8] = []
    func flush() {
      if !text.isEmpty { pieces.append(.text(String(decoding: text, as: UTF8.self))) }
      text = []
    }
    while position < end {
      let byte = bytes[position]
      let doubled = position + 1 < end && bytes[position + 1] == byte
      if byte == UInt8(ascii: "\\"), position + 1 < end {
        text.append(bytes[position + 1])
        position += 2
      } else if byte == UInt8(ascii: "{"), !doubled {
        guard let close = bytes[position..<end].firstIndex(of: UInt8(ascii: "}")) else {
          throw .badHole(Span(source: source, lower: position, upper: position + 1))
        }
        flush()
        pieces.append(.hole(try hole(Span(source: source, lower: position + 1, upper: close))))
        position = close + 1
      } else {
        text.append(byte)
        position += doubled && (byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}")) ? 2 : 1
      }
    }
    flush()
    return Template(pieces: pieces, span: span)
  }

  /// What stands between the braces of a text: an expression.
  private mutating func hole(_ span: Span) throws(SyntaxError) -> Expression {
    let tokens: [Token]
    do {
      tokens = try Lexer.tokens(of: span, in: bytes)
    } catch {
      throw .expected("a static value between the braces", span, found: "")
    }
    // `{vertex}` is a word of the language elsewhere.
    if tokens.count == 2, case .name(let word) = tokens[0].kind, TypeName(rawValue: word) != nil {
      return Expression(node: .name(word), span: span, depth: 1)
    }
    var parser = Parser(source, tokens, bytes)
    parser.nesting = nesting + 1
    parser.openBrackets = 1
    let value = try parser.expression()
    guard parser.isAtEnd else { throw .expected("`}`", parser.current.span, found: "") }
    return value
  }
}
