import Diagnostics

/// Text -> tokens.
///
/// Spaces and comments (`//` to the end of the line) are dropped; line breaks survive as `Token.startsLine`.
struct Lexer {
  private let source: SourceText
  private let bytes: [UInt8]
  private var position: Int
  private let end: Int
  private var atLineStart = true
  private var errors: [LexicalError] = []

  /// Every token of `source`, the last one `end`; or every mistake in it.
  static func tokens(of source: SourceText) throws(Failure) -> [Token] {
    var lexer = Lexer(source, bytes: Array(source.text.utf8), from: 0, to: source.text.utf8.count)
    let tokens = lexer.run()
    guard lexer.errors.isEmpty else { throw Failure(lexer.errors.map(\.diagnostic)) }
    return tokens
  }

  /// The tokens of one stretch of a text, given as its bytes: what stands between the braces of a key.
  static func tokens(of span: Span, in bytes: [UInt8]) throws(Failure) -> [Token] {
    var lexer = Lexer(span.source, bytes: bytes, from: span.lower, to: span.upper)
    lexer.atLineStart = false
    let tokens = lexer.run()
    guard lexer.errors.isEmpty else { throw Failure(lexer.errors.map(\.diagnostic)) }
    return tokens
  }

  private init(_ source: SourceText, bytes: [UInt8], from lower: Int, to upper: Int) {
    self.source = source
    self.bytes = bytes
    // Some editors put a byte order mark before the text.
    position = lower == 0 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : lower
    end = upper
  }

  private mutating func run() -> [Token] {
    var tokens: [Token] = []
    while true {
      skipBlank()
      let start = position
      let startsLine = atLineStart
      atLineStart = false
      guard position < end else {
        tokens.append(Token(kind: .end, span: span(from: start), startsLine: true))
        return tokens
      }
      if let kind = next() {
        tokens.append(Token(kind: kind, span: span(from: start), startsLine: startsLine))
      }
    }
  }

  private mutating func skipBlank() {
    while position < end {
      switch bytes[position] {
      case UInt8(ascii: "\n"):
        atLineStart = true
        position += 1
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
        position += 1
      case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"):
        while position < end, bytes[position] != UInt8(ascii: "\n") { position += 1 }
      default:
        return
      }
    }
  }

  private mutating func next() -> Token.Kind? {
    let byte = bytes[position]
    if byte.isLetter { return word() }
    if byte.isDigit { return number() }
    if byte == UInt8(ascii: "\"") { return string() }
    for symbol in Symbol.allCases where matches(symbol) {
      position += symbol.rawValue.utf8.count
      return .symbol(symbol)
    }
    skipCharacter()
    return nil
  }

  private mutating func word() -> Token.Kind {
    let start = position
    while let byte = peek(0), byte.isLetter || byte.isDigit { position += 1 }
    return .name(text(from: start))
  }

  private mutating func number() -> Token.Kind? {
    let start = position
    skipDigits()
    var isWhole = true
    if peek(0) == UInt8(ascii: "."), let digit = peek(1), digit.isDigit {
      isWhole = false
      position += 1
      skipDigits()
    }
    if let exponent = peek(0), exponent | 0x20 == UInt8(ascii: "e") {
      let sign = peek(1)
      let signed = sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+")
      if let digit = peek(signed ? 2 : 1), digit.isDigit {
        isWhole = false
        position += signed ? 2 : 1
        skipDigits()
      }
    }
    if let byte = peek(0), byte.isLetter {
      while let byte = peek(0), byte.isLetter || byte.isDigit { position += 1 }
      errors.append(.badNumber(span(from: start), text(from: start)))
      return nil
    }
    let digits = text(from: start).filter { $0 != "_" }
    if isWhole, let whole = Int(digits) { return .integer(whole) }
    if !isWhole, let value = Double(digits), value.isFinite { return .number(value) }
    errors.append(.hugeNumber(span(from: start), digits))
    return nil
  }

  private mutating func string() -> Token.Kind? {
    let start = position
    position += 1
    while let byte = peek(0), byte != UInt8(ascii: "\n") {
      position += 1
      if byte == UInt8(ascii: "\"") { return .string }
      if byte == UInt8(ascii: "\\"), let escaped = peek(0), escaped != UInt8(ascii: "\n") { position += 1 }
    }
    errors.append(.openString(span(from: start)))
    return nil
  }

  /// Steps over one character that begins no token, or a run of such.
  private mutating func skipCharacter() {
    let start = position
    position += 1
    while let byte = peek(0), byte & 0xC0 == 0x80 { position += 1 }
    errors.append(.strayCharacter(span(from: start), text(from: start)))
  }

  private mutating func skipDigits() {
    while let byte = peek(0), byte.isDigit || byte == UInt8(ascii: "_") { position += 1 }
  }

  private func peek(_ offset: Int) -> UInt8? {
    position + offset < end ? bytes[position + offset] : nil
  }

  private func matches(_ symbol: Symbol) -> Bool {
    var offset = 0
    for byte in symbol.rawValue.utf8 {
      guard peek(offset) == byte else { return false }
      offset += 1
    }
    return true
  }

  private func text(from start: Int) -> String { String(decoding: bytes[start..<position], as: UTF8.self) }

  private func span(from start: Int) -> Span { Span(source: source, lower: start, upper: position) }
}

extension UInt8 {
  fileprivate var isLetter: Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) || self == UInt8(ascii: "_")
  }
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}

/// What can be wrong with a text before it has any structure.
enum LexicalError {
  case strayCharacter(Span, String)
  case openString(Span)
  case badNumber(Span, String)
  case hugeNumber(Span, String)

  var diagnostic: Diagnostic {
    switch self {
    case .strayCharacter(let span, let character):
      let shown =
        character.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f } ? character : "\u{FFFD}"
      return Diagnostic(
        kind: "character", "`\(shown)` has no meaning here", at: .text(Label(span, ""), also: []),
        help: character == "#"
          ? "a comment begins with `//`" : character == "'" ? "text stands in double quotes" : nil)
    case .openString(let span):
      return Diagnostic(
        kind: "text", "a text has no closing quote on its line",
        at: .text(Label(span, "opened here"), also: []))
    case .badNumber(let span, let text):
      return Diagnostic(
        kind: "number", "`\(text)` is neither a number nor a name", at: .text(Label(span, ""), also: []))
    case .hugeNumber(let span, let text):
      return Diagnostic(
        kind: "number", "a number of \(text.utf8.count) characters is out of range",
        at: .text(Label(span, ""), also: []))
    }
  }
}
