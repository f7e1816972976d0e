import Diagnostics

/// Tokens -> tree.
///
/// Recursive descent; a statement ends with its line unless brackets are open or the line ends with an operator or comma.
/// After a mistake it goes on at the next statement, so that one run reports several.
struct Parser {
  /// How deep brackets, blocks and operators may stand in each other: the tree is walked by recursion.
  static let deepest = 100

  let source: SourceText
  let bytes: [UInt8]
  private let tokens: [Token]
  private var position = 0
  var errors: [SyntaxError] = []
  /// Open parentheses and brackets: inside them a line break means nothing.
  var openBrackets = 0
  var nesting = 0
  /// The nesting at which the statements of the innermost block stand.
  var nestingOfBlock = 0

  static func parse(_ source: SourceText, _ tokens: [Token]) throws(Failure) -> Tree {
    var parser = Parser(source, tokens, Array(source.text.utf8))
    let tree = parser.file()
    guard parser.errors.isEmpty else { throw Failure(parser.errors.prefix(20).map(\.diagnostic)) }
    return tree
  }

  init(_ source: SourceText, _ tokens: [Token], _ bytes: [UInt8]) {
    self.source = source
    self.bytes = bytes
    self.tokens = tokens
  }

  private mutating func file() -> Tree {
    var tree = Tree(source: source)
    while !isAtEnd {
      do throws(SyntaxError) {
        try item(into: &tree)
      } catch {
        errors.append(error)
        skipToItem()
      }
    }
    return tree
  }

  private mutating func item(into tree: inout Tree) throws(SyntaxError) {
    let start = current
    if takeWord("use") {
      tree.uses.append(try use(from: start))
    } else if takeWord("graph") {
      tree.graphs.append(try graph(from: start))
    } else if takeWord("model") {
      let body = try block()
      tree.models.append(Model(body: body, span: start.span))
    } else if takeWord("layer") {
      tree.modules.append(try layer())
    } else if isWord("vertex") || isWord("message") {
      advance()
      try expectWord("module", after: "`\(text(of: start))`")
      tree.modules.append(try module(start.kind == .name("vertex") ? .vertex : .message))
    } else {
      throw .expectedItem(start.span, found: spelling(of: start))
    }
  }

  private mutating func use(from start: Token) throws(SyntaxError) -> Use {
    let token = current
    if case .string = token.kind {
      let path = try plainText()
      return Use(target: .file(path), span: join(start.span, token.span))
    }
    let name = try name("the name of a library layer, or a file in quotes")
    return Use(target: .layer(name.text), span: join(start.span, name.span))
  }

  /// Goes to the next word at the start of a line that can open an item.
  private mutating func skipToItem() {
    openBrackets = 0
    nesting = 0
    nestingOfBlock = 0
    advance()
    while !isAtEnd {
      if current.startsLine, case .name(let word) = current.kind,
        ["use", "graph", "layer", "model", "vertex", "message"].contains(word), beginsItem(word)
      {
        return
      }
      advance()
    }
  }

  /// `vertex paper { ... }` of a broken graph block is no item, `vertex module` is.
  private func beginsItem(_ word: String) -> Bool {
    word != "vertex" && word != "message" || peek(1).kind == .name("module")
  }

  // MARK: Tokens

  var current: Token { tokens[position] }
  var isAtEnd: Bool { current.kind == .end }
  var previous: Token { tokens[max(position - 1, 0)] }

  func peek(_ offset: Int) -> Token { tokens[min(position + offset, tokens.count - 1)] }

  mutating func advance() {
    if position < tokens.count - 1 { position += 1 }
  }

  func isSymbol(_ symbol: Symbol) -> Bool { current.kind == .symbol(symbol) }
  func isWord(_ word: String) -> Bool { current.kind == .name(word) }

  mutating func takeSymbol(_ symbol: Symbol) -> Bool {
    guard isSymbol(symbol) else { return false }
    advance()
    return true
  }

  mutating func takeWord(_ word: String) -> Bool {
    guard isWord(word) else { return false }
    advance()
    return true
  }

  mutating func expectSymbol(_ symbol: Symbol, _ place: String) throws(SyntaxError) {
    guard takeSymbol(symbol) else {
      throw .expected("`\(symbol.rawValue)` \(place)", here, found: text(of: current))
    }
  }

  mutating func expectWord(_ word: String, after place: String) throws(SyntaxError) {
    guard takeWord(word) else { throw .expected("`\(word)` after \(place)", here, found: text(of: current)) }
  }

  /// A name of the user's: not one of the language's own words.
  mutating func name(_ what: String) throws(SyntaxError) -> Name {
    guard case .name(let text) = current.kind else {
      throw .expected(what, here, found: self.text(of: current))
    }
    guard !reservedWords.contains(text) else { throw .reserved(current.span, text) }
    advance()
    return Name(text: text, span: previous.span)
  }

  /// A name that always stands behind a dot, and so may be a word of the language.
  mutating func anyName(_ what: String) throws(SyntaxError) -> Name {
    guard case .name(let text) = current.kind else {
      throw .expected(what, here, found: self.text(of: current))
    }
    advance()
    return Name(text: text, span: previous.span)
  }

  /// Where something is missing: the current token, or the end of the line before it.
  var here: Span {
    let token = current
    guard token.startsLine, position > 0, openBrackets == 0 || token.kind == .end else { return token.span }
    let end = previous.span.upper
    return Span(source: source, lower: end, upper: end)
  }

  /// How a token is named in a message.
  func text(of token: Token) -> String {
    token.startsLine && position > 0 && openBrackets == 0 ? "" : spelling(of: token)
  }

  /// A token as it stands in the text.
  func spelling(of token: Token) -> String {
    String(decoding: bytes[token.span.lower..<token.span.upper], as: UTF8.self)
  }

  func join(_ first: Span, _ last: Span) -> Span {
    Span(source: source, lower: first.lower, upper: max(first.upper, last.upper))
  }

  func span(from start: Token) -> Span { join(start.span, previous.span) }

  /// Counts one more level of brackets or blocks.
  mutating func enter() throws(SyntaxError) {
    nesting += 1
    if nesting > Self.deepest { throw .tooDeep(current.span) }
  }

  mutating func leave() { nesting -= 1 }
}

/// What can be wrong with the structure of a text.
enum SyntaxError: Error {
  case expected(String, Span, found: String)
  case expectedItem(Span, found: String)
  case expectedStatement(Span, found: String)
  case expectedLineEnd(Span, found: String)
  case reserved(Span, String)
  case dropped(Span)
  case leadingOperator(Span, String)
  case unclosed(Span, String)
  case tooDeep(Span)
  case notPlain(Span)
  case twoForwards(Span)
  case noForward(Span, String)
  case badHole(Span)
  case chained(Span)

  var diagnostic: Diagnostic {
    func error(_ message: String, _ span: Span, _ label: String = "", help: String? = nil) -> Diagnostic {
      Diagnostic(kind: "syntax", message, at: .text(Label(span, label), also: []), help: help)
    }
    switch self {
    case .expected(let what, let span, let found):
      let got = found.isEmpty ? (span.lower == span.upper ? "the line ends" : "") : "found `\(found)`"
      return error("expected \(what)", span, got)
    case .expectedItem(let span, let found):
      return error(
        "expected an item, found `\(found)`", span,
        help: "a file holds `use`, `graph`, `vertex module`, `message module`, `layer` and `model`")
    case .expectedStatement(let span, let found):
      return error("expected a statement, found `\(found)`", span)
    case .expectedLineEnd(let span, let found):
      return error(
        "expected the end of the statement, found `\(found)`", span,
        help: "each statement has a line of its own, or ends with `;`")
    case .reserved(let span, let word):
      return error(
        "`\(word)` is a word of the language and cannot be a name", span, help: "for example `\(word)_`")
    case .dropped(let span):
      return error("this value is computed and dropped", span, help: "give it a name: `y = ...`")
    case .leadingOperator(let span, let symbol):
      return error(
        "a line cannot begin with `\(symbol)`", span,
        help: "a statement goes on after an operator at the end of a line, or inside parentheses")
    case .unclosed(let span, let symbol):
      return error("`\(symbol)` is never closed", span, "opened here")
    case .tooDeep(let span):
      return error(
        "more than \(Parser.deepest) levels of nesting", span, help: "give parts of it names of their own")
    case .notPlain(let span):
      return error("a text here takes no `{...}`", span)
    case .twoForwards(let span):
      return error("a module has one `forward`", span)
    case .noForward(let span, let name):
      return error("`\(name)` has no `forward`", span, help: "add `forward(x) { return x }`")
    case .badHole(let span):
      return error("`{` is never closed in this text", span, help: "a brace itself is written `{{` or `}}`")
    case .chained(let span):
      return error("comparisons cannot be chained", span, help: "write `a < b and b < c`")
    }
  }
}
