import Diagnostics

/// A JSON text with the order of its keys kept, and without repeated ones: a repeated key is an error here.
enum JSON: Equatable {
  struct Member: Equatable {
    let key: String
    let value: JSON
  }

  case object([Member])
  case array([JSON])
  case string(String)
  case integer(Int)
  case number(Double)
  case bool(Bool)
  case null

  subscript(key: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  var members: [Member]? {
    if case .object(let members) = self { members } else { nil }
  }

  var array: [JSON]? {
    if case .array(let values) = self { values } else { nil }
  }

  var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  var integer: Int? {
    if case .integer(let number) = self { number } else { nil }
  }
}

/// What is wrong with a JSON text, and the line.
enum JSONError: Error, Hashable {
  case syntax(line: Int)
  case repeatedKey(String, line: Int)
  case tooDeep
}

extension JSON {
  init(parsing bytes: UnsafeRawBufferPointer) throws(JSONError) {
    var parser = Parser(rest: bytes[...])
    self = try parser.value(depth: 0)
    parser.skipSpace()
    if !parser.rest.isEmpty { throw parser.syntaxError }
  }

  private struct Parser {
    static let deepest = 64
    var rest: Slice<UnsafeRawBufferPointer>

    /// Lines are counted only when one is to be told.
    private func line(of position: Int) -> Int {
      1 + rest.base[..<position].count { $0 == UInt8(ascii: "\n") }
    }
    var syntaxError: JSONError { .syntax(line: line(of: rest.startIndex)) }

    mutating func value(depth: Int) throws(JSONError) -> JSON {
      if depth > Parser.deepest { throw .tooDeep }
      skipSpace()
      switch rest.first {
      case UInt8(ascii: "{"): return try object(depth: depth)
      case UInt8(ascii: "["): return try array(depth: depth)
      case UInt8(ascii: "\""): return .string(try string())
      case UInt8(ascii: "t"): return try word("true", .bool(true))
      case UInt8(ascii: "f"): return try word("false", .bool(false))
      case UInt8(ascii: "n"): return try word("null", .null)
      default: return try number()
      }
    }

    mutating func skipSpace() {
      rest = rest.drop { $0 == 32 || $0 == 9 || $0 == 10 || $0 == 13 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
      skipSpace()
      guard rest.first == UInt8(ascii: character) else { return false }
      rest = rest.dropFirst()
      return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(JSONError) {
      guard take(character) else { throw syntaxError }
    }

    private mutating func word(_ word: String, _ value: JSON) throws(JSONError) -> JSON {
      guard rest.starts(with: word.utf8) else { throw syntaxError }
      rest = rest.dropFirst(word.utf8.count)
      return value
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSON {
      try expect("{")
      var members: [Member] = []
      var keys: Set<String> = []
      if take("}") { return .object(members) }
      repeat {
        skipSpace()
        let begin = rest.startIndex
        let key = try string()
        guard keys.insert(key).inserted else { throw .repeatedKey(key, line: line(of: begin)) }
        try expect(":")
        members.append(Member(key: key, value: try value(depth: depth + 1)))
      } while take(",")
      try expect("}")
      return .object(members)
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSON {
      try expect("[")
      var values: [JSON] = []
      if take("]") { return .array(values) }
      repeat { values.append(try value(depth: depth + 1)) } while take(",")
      try expect("]")
      return .array(values)
    }

    private mutating func number() throws(JSONError) -> JSON {
      let digits = rest.prefix { (48...57).contains($0) || "+-.eE".utf8.contains($0) }
      let text = String(decoding: digits, as: UTF8.self)
      guard let double = Double(text), text.first != "+", text.first != "." else { throw syntaxError }
      rest = rest.dropFirst(digits.count)
      if let integer = Int(text) { return .integer(integer) }
      return .number(double)
    }

    private mutating func string() throws(JSONError) -> String {
      guard rest.first == UInt8(ascii: "\"") else { throw syntaxError }
      rest = rest.dropFirst()
      var text: [UInt8] = []
      while let byte = rest.popFirst() {
        switch byte {
        case UInt8(ascii: "\""):
          guard let string = String(validating: text, as: UTF8.self) else { throw syntaxError }
          return string
        case UInt8(ascii: "\\"): text += try escaped()
        case 0..<32: throw syntaxError
        default: text.append(byte)
        }
      }
      throw syntaxError
    }

    private mutating func escaped() throws(JSONError) -> [UInt8] {
      switch rest.popFirst() {
      case UInt8(ascii: "n"): return [10]
      case UInt8(ascii: "t"): return [9]
      case UInt8(ascii: "r"): return [13]
      case UInt8(ascii: "b"): return [8]
      case UInt8(ascii: "f"): return [12]
      case UInt8(ascii: "u"): return try escapedScalar()
      case let byte? where "\"\\/".utf8.contains(byte): return [byte]
      default: throw syntaxError
      }
    }

    private mutating func escapedScalar() throws(JSONError) -> [UInt8] {
      var code = try fourHexDigits()
      if (0xD800..<0xDC00).contains(code), rest.starts(with: "\\u".utf8) {
        rest = rest.dropFirst(2)
        let low = try fourHexDigits()
        guard (0xDC00..<0xE000).contains(low) else { throw syntaxError }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw syntaxError }
      return Array(String(Character(scalar)).utf8)
    }

    private mutating func fourHexDigits() throws(JSONError) -> UInt32 {
      let digits = String(decoding: rest.prefix(4), as: UTF8.self)
      guard digits.utf8.count == 4, digits.allSatisfy(\.isHexDigit), let code = UInt32(digits, radix: 16)
      else {
        throw syntaxError
      }
      rest = rest.dropFirst(4)
      return code
    }
  }
}

// MARK: - Writing

extension JSON {
  /// The text, two spaces deeper for each level; arrays of plain values stay on one line.
  var text: String { text(indent: "") + "\n" }

  private func text(indent: String) -> String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer(let number): String(number)
    case .number(let number): String(number)
    case .string(let text): JSON.quoted(text)
    case .array(let values) where values.allSatisfy(\.isPlain):
      "[" + values.map { $0.text(indent: "") }.joined(separator: ", ") + "]"
    case .array(let values):
      "[\n" + values.map { "\(indent)  " + $0.text(indent: indent + "  ") }.joined(separator: ",\n")
        + "\n\(indent)]"
    case .object(let members) where members.count < 5 && members.allSatisfy(\.value.isPlain):
      "{" + members.map { "\(JSON.quoted($0.key)): " + $0.value.text(indent: "") }.joined(separator: ", ")
        + "}"
    case .object(let members):
      "{\n"
        + members.map { "\(indent)  \(JSON.quoted($0.key)): " + $0.value.text(indent: indent + "  ") }
        .joined(separator: ",\n") + "\n\(indent)}"
    }
  }

  private var isPlain: Bool {
    switch self {
    case .object(let members): members.isEmpty
    case .array(let values): values.allSatisfy { $0.array == nil && $0.isPlain }
    case .string, .integer, .number, .bool, .null: true
    }
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\" + String(scalar)
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      case _ where scalar.value < 32:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
