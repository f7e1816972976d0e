import Diagnostics

extension Parser {
  mutating func expression() throws(SyntaxError) -> Expression {
    try enter()
    defer { leave() }
    let value = try infix(above: 0)
    guard isSymbol(.rangeUpTo), continuesLine else { return value }
    advance()
    let upper = try infix(above: 0)
    return try make(.range(value, upper), join(value.span, upper.span), value, upper)
  }

  /// Whether the current token can belong to the expression before it.
  private var continuesLine: Bool { openBrackets > 0 || !current.startsLine }

  // MARK: Operators, the loosest first

  private func infixOperator() -> (operation: InfixOperator, strength: Int)? {
    guard continuesLine else { return nil }
    let spelling: String
    switch current.kind {
    case .symbol(let symbol): spelling = symbol.rawValue
    case .name(let word) where word == "and" || word == "or": spelling = word
    default: return nil
    }
    guard let operation = InfixOperator(rawValue: spelling) else { return nil }
    let strength =
      switch operation {
      case .or: 1
      case .and: 2
      case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: 4
      case .add, .subtract: 5
      case .multiply, .divide, .remainder, .matrix: 6
      }
    return (operation, strength)
  }

  private mutating func infix(above weakest: Int) throws(SyntaxError) -> Expression {
    var left = try prefix()
    var compared = false
    while true {
      if weakest < 4, continuesLine, takeWord("is") {
        let negated = takeWord("not")
        try expectWord("none", after: negated ? "`is not`" : "`is`")
        left = try make(.isNone(left, negated: negated), join(left.span, previous.span), left)
        continue
      }
      guard let (operation, strength) = infixOperator(), strength > weakest else { return left }
      let span = current.span
      if strength == 4 {
        if compared { throw .chained(span) }
        compared = true
      }
      advance()
      let right = try infix(above: strength)
      left = try make(.infix(left, operation, span, right), join(left.span, right.span), left, right)
    }
  }

  private mutating func prefix() throws(SyntaxError) -> Expression {
    let start = current
    if takeSymbol(.minus) {
      try enter()
      defer { leave() }
      let value = try prefix()
      switch value.node {
      case .integer(let whole): return try make(.integer(-whole), join(start.span, value.span))
      case .number(let number): return try make(.number(-number), join(start.span, value.span))
      default: return try make(.prefix(.minus, value), join(start.span, value.span), value)
      }
    }
    if takeWord("not") {
      try enter()
      defer { leave() }
      let value = try infix(above: 3)
      return try make(.prefix(.not, value), join(start.span, value.span), value)
    }
    return try postfix()
  }

  private mutating func postfix() throws(SyntaxError) -> Expression {
    var value = try primary()
    while true {
      if isWord("at") {
        advance()
        let keys = try keys()
        value = try make(.at(value, keys), join(value.span, previous.span), value)
        continue
      }
      guard continuesLine else { return value }
      if takeSymbol(.dot) {
        guard case .name(let text) = current.kind else {
          throw .expected("a name after `.`", here, found: self.text(of: current))
        }
        advance()
        let member = Name(text: text, span: previous.span)
        value = try make(.member(value, member), join(value.span, member.span), value)
      } else if isSymbol(.openBracket) {
        let items = try list(.openBracket, .closeBracket) { (parser) throws(SyntaxError) in
          try parser.bracketItem()
        }
        let deepest = items.flatMap(\.expressions).map(\.depth).max() ?? 0
        value = try make(.brackets(value, items), join(value.span, previous.span), value, depth: deepest)
      } else if isSymbol(.openParenthesis) {
        let arguments = try list(.openParenthesis, .closeParenthesis) { (parser) throws(SyntaxError) in
          try parser.argument()
        }
        let deepest = arguments.map(\.value.depth).max() ?? 0
        value = try make(.call(value, arguments), join(value.span, previous.span), value, depth: deepest)
      } else {
        return value
      }
    }
  }

  private mutating func argument() throws(SyntaxError) -> Argument {
    if case .name(let text) = current.kind, peek(1).kind == .symbol(.colon) {
      let name = Name(text: text, span: current.span)
      advance()
      advance()
      return Argument(name: name, value: try expression())
    }
    return Argument(name: nil, value: try expression())
  }

  private mutating func bracketItem() throws(SyntaxError) -> BracketItem {
    let start = current
    if takeWord("new") { return BracketItem(node: .new, span: start.span) }
    if takeSymbol(.ellipsis) { return BracketItem(node: .ellipsis, span: start.span) }
    let lower = isSymbol(.colon) ? nil : try expression()
    guard takeSymbol(.colon) else { return BracketItem(node: .value(lower!), span: span(from: start)) }
    let upper = isSymbol(.comma) || isSymbol(.closeBracket) ? nil : try expression()
    return BracketItem(node: .colon(lower, upper), span: span(from: start))
  }

  private mutating func primary() throws(SyntaxError) -> Expression {
    let token = current
    // After an operator at the end of a line: the next statement is not its other side.
    if token.startsLine, openBrackets == 0, beginsAssignment { throw .expected("a value", here, found: "") }
    switch token.kind {
    case .integer(let whole):
      advance()
      return try make(.integer(whole), token.span)
    case .number(let number):
      advance()
      return try make(.number(number), token.span)
    case .string:
      return try make(.text(try template()), token.span)
    case .name(let word):
      return try keyword(word, token)
    case .symbol(.openParenthesis):
      return try parenthesised(token)
    case .symbol(.openBracket):
      let elements = try list(.openBracket, .closeBracket) { (parser) throws(SyntaxError) in
        try parser.expression()
      }
      return try make(.list(elements), span(from: token), depth: elements.map(\.depth).max() ?? 0)
    default:
      throw .expected("a value", here, found: text(of: token))
    }
  }

  private mutating func parenthesised(_ open: Token) throws(SyntaxError) -> Expression {
    advance()
    openBrackets += 1
    let value = try expression()
    guard isSymbol(.closeParenthesis) else {
      if isAtEnd || current.startsLine { throw .unclosed(open.span, "(") }
      throw .expected("`)`", here, found: text(of: current))
    }
    openBrackets -= 1
    advance()
    return try make(value.node, span(from: open), value)
  }

  private mutating func keyword(_ word: String, _ token: Token) throws(SyntaxError) -> Expression {
    switch word {
    case "true", "false":
      advance()
      return try make(.boolean(word == "true"), token.span)
    case "none":
      advance()
      return try make(.none, token.span)
    case "if":
      advance()
      return try conditional(from: token)
    case "for":
      advance()
      return try collect(from: token)
    case "all" where peek(1).kind == .name("edges"):
      advance()
      advance()
      return try make(.allEdges, span(from: token))
    // Whole-graph reductions are called on the graph: `graph.mean(x)`.
    case "graph" where peek(1).kind == .symbol(.dot):
      advance()
      return try make(.name(word), token.span)
    default:
      guard !reservedWords.contains(word) else { throw .expected("a value", here, found: text(of: token)) }
      advance()
      return try make(.name(word), token.span)
    }
  }

  private mutating func conditional(from start: Token) throws(SyntaxError) -> Expression {
    try enter()
    defer { leave() }
    let condition = try expression()
    let then = try branch()
    try expectWord("else", after: "the first branch of an `if` that gives a value")
    let otherwise: [Expression]
    if isWord("if") {
      let nested = current
      advance()
      otherwise = [try conditional(from: nested)]
    } else {
      otherwise = try branch()
    }
    let deepest = ((then + otherwise).map(\.depth).max() ?? 0)
    return try make(
      .conditional(condition, then: then, otherwise: otherwise), span(from: start), condition, depth: deepest)
  }

  private mutating func branch() throws(SyntaxError) -> [Expression] {
    try expectSymbol(.openBrace, "and a value")
    let values = try expressions()
    try expectSymbol(.closeBrace, "after the value of a branch")
    return values
  }

  private mutating func collect(from start: Token) throws(SyntaxError) -> Expression {
    let name = try name("the name that stands for each element")
    try expectWord("in", after: "the name")
    let elements = try expression()
    try expectWord("collect", after: "what `for` runs over")
    let body = try expression()
    return try make(.collect(name, elements, body), span(from: start), elements, body)
  }

  /// Makes a node and refuses trees that are too deep to walk.
  private func make(
    _ node: Expression.Node, _ span: Span, _ parts: Expression..., depth: Int = 0
  ) throws(SyntaxError) -> Expression {
    let deepest = max(depth, parts.map(\.depth).max() ?? 0) + 1
    if deepest > Self.deepest { throw .tooDeep(span) }
    return Expression(node: node, span: span, depth: deepest)
  }
}

extension BracketItem {
  /// The expressions in it.
  var expressions: [Expression] {
    switch node {
    case .value(let value): [value]
    case .colon(let lower, let upper): [lower, upper].compactMap { $0 }
    case .new, .ellipsis: []
    }
  }
}
