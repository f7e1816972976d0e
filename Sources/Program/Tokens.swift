import Diagnostics

/// One word of a program's text form.
struct Token: Hashable {
  enum Kind: Hashable {
    case word(String)
    case quoted(String)
    case number(String)
    /// `%7`
    case value(Int)
    /// One of `: , = { } [ ] ( ) + - #` and `->`.
    case mark(String)
    case lineEnd
    case end
  }

  let kind: Kind
  let span: Span

  /// As it is said in a message.
  var description: String {
    switch kind {
    case .word(let text), .number(let text), .mark(let text): "`\(text)`"
    case .quoted(let text): quoted(text)
    case .value(let number): "`%\(number)`"
    case .lineEnd: "the end of the line"
    case .end: "the end of the text"
    }
  }
}

/// Cuts a program's text into tokens. `//` starts a comment; a line end counts, except where nothing stands on the line.
struct Tokenizer {
  private let source: SourceText
  private let bytes: [UInt8]
  private var place = 0
  private var tokens: [Token] = []

  static func tokens(of source: SourceText) throws(Failure) -> [Token] {
    var tokenizer = Tokenizer(source: source, bytes: Array(source.text.utf8))
    while try tokenizer.step() {}
    return tokenizer.tokens
  }

  private init(source: SourceText, bytes: [UInt8]) {
    self.source = source
    self.bytes = bytes
  }

  private mutating func step() throws(Failure) -> Bool {
    let start = place
    guard let byte = peek() else {
      add(.lineEnd, from: start)
      add(.end, from: start)
      return false
    }
    place += 1
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
    case UInt8(ascii: "\n"): add(.lineEnd, from: start)
    case UInt8(ascii: "/") where peek() == UInt8(ascii: "/"):
      while let next = peek(), next != UInt8(ascii: "\n") { place += 1 }
    case UInt8(ascii: "\""): try string(from: start)
    case UInt8(ascii: "%"):
      skip { $0.isDigit }
      guard let number = Int(text(from: start + 1)) else {
        throw failure(from: start, "a value's number follows `%`")
      }
      add(.value(number), from: start)
    case UInt8(ascii: "-") where peek() == UInt8(ascii: ">"):
      place += 1
      add(.mark("->"), from: start)
    case _ where byte.isDigit || (byte == UInt8(ascii: "-") && startsNumber(after: start)):
      number(from: start)
    case _ where byte.isLetter:
      skip { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: ".") }
      add(.word(text(from: start)), from: start)
    case _ where ":,={}[]()+-#".utf8.contains(byte): add(.mark(text(from: start)), from: start)
    default: throw failure(from: start, "no program holds this character")
    }
    return true
  }

  /// `-loops` is a mark and a word; `-0.5` and `-inf` are numbers.
  private func startsNumber(after start: Int) -> Bool {
    guard let next = peek() else { return false }
    return next.isDigit || bytes[(start + 1)...].starts(with: "inf".utf8)
      || bytes[(start + 1)...].starts(with: "nan".utf8)
  }

  private mutating func number(from start: Int) {
    skip { $0.isDigit || $0.isLetter || $0 == UInt8(ascii: ".") }
    // The sign of an exponent belongs to the number.
    if bytes[place - 1] == UInt8(ascii: "e"),
      peek() == UInt8(ascii: "-") || peek() == UInt8(ascii: "+")
    {
      place += 1
      skip { $0.isDigit }
    }
    add(.number(text(from: start)), from: start)
  }

  private mutating func string(from start: Int) throws(Failure) {
    var content: [UInt8] = []
    while let byte = peek(), byte != UInt8(ascii: "\n") {
      place += 1
      if byte == UInt8(ascii: "\"") {
        add(.quoted(String(decoding: content, as: UTF8.self)), from: start)
        return
      }
      guard byte == UInt8(ascii: "\\"), let escaped = peek() else {
        content.append(byte)
        continue
      }
      place += 1
      content.append(escaped == UInt8(ascii: "n") ? UInt8(ascii: "\n") : escaped)
    }
    throw failure(from: start, "the string does not end on its line")
  }

  private func peek() -> UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func skip(while belongs: (UInt8) -> Bool) {
    while let byte = peek(), belongs(byte) { place += 1 }
  }

  private func text(from start: Int) -> String {
    String(decoding: bytes[start..<place], as: UTF8.self)
  }

  private mutating func add(_ kind: Token.Kind, from start: Int) {
    if kind == .lineEnd, tokens.last.map({ $0.kind == .lineEnd }) ?? true { return }
    tokens.append(Token(kind: kind, span: Span(source: source, lower: start, upper: place)))
  }

  private func failure(from start: Int, _ message: String) -> Failure {
    let span = Span(source: source, lower: start, upper: place)
    return Failure(kind: "program", message, at: .text(Label(span, ""), also: []))
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (48...57).contains(self) }
  fileprivate var isLetter: Bool {
    (97...122).contains(self) || (65...90).contains(self) || self == 95
  }
}
