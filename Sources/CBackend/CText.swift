import Program

/// C text as it grows: lines with their indentation.
struct CText {
  private(set) var lines: [String] = []
  /// The identifiers and numbers in it.
  private var words: Set<String> = []
  private var depth = 0

  mutating func line(_ text: String = "") {
    note(text)
    lines.append(text.isEmpty ? "" : String(repeating: "  ", count: depth) + text)
  }

  /// Directives and labels stand at the margin.
  mutating func margin(_ text: String) {
    note(text)
    lines.append(text)
  }

  mutating func indented(_ body: (inout CText) -> Void) {
    depth += 1
    body(&self)
    depth -= 1
  }

  mutating func block(_ head: String, end: String = "}", _ body: (inout CText) -> Void) {
    line(head.isEmpty ? "{" : head + " {")
    indented(body)
    line(end)
  }

  /// Whether anything is declared outside all blocks.
  var declares: Bool {
    lines.contains { line in
      ["_Alignas", "const ", "size_t ", "float ", "double ", "gnnc_lanes "].contains { line.hasPrefix($0) }
    }
  }

  mutating func append(_ other: CText) {
    words.formUnion(other.words)
    let indentation = String(repeating: "  ", count: depth)
    for text in other.lines { lines.append(text.isEmpty ? "" : indentation + text) }
  }

  /// Puts another line in the place of each that reads so. Both name the same things.
  mutating func replace(line: String, by other: String) {
    for place in lines.indices where lines[place] == line { lines[place] = other }
  }

  /// The same text with other lines.
  func mapLines(_ other: (String) -> String) -> CText {
    var text = CText()
    for line in lines { text.margin(other(line)) }
    return text
  }

  /// A line with identifiers replaced.
  static func renamed(_ line: String, _ names: [String: String]) -> String {
    var result: [UInt8] = []
    var rest = line.utf8[...]
    while let start = rest.firstIndex(where: isWord) {
      result += rest[..<start]
      let word = rest[start...].prefix(while: isWord)
      if let name = names[String(Substring(word))] { result += name.utf8 } else { result += word }
      rest = rest[word.endIndex...]
    }
    return String(decoding: result + rest, as: UTF8.self)
  }

  static func isComment(_ line: String) -> Bool { line.drop { $0 == " " }.hasPrefix("//") }

  static func isWordCharacter(_ character: Character) -> Bool {
    character.utf8.count == 1 && isWord(character.utf8.first!)
  }

  var text: String { lines.joined(separator: "\n") + "\n" }

  /// Whether an identifier occurs in the text, outside of comments.
  func mentions(_ name: String) -> Bool { words.contains(name) }

  private mutating func note(_ line: String) {
    let utf8 = line.utf8
    var start: String.Index?
    var place = utf8.startIndex
    while place < utf8.endIndex {
      let next = utf8.index(after: place)
      if utf8[place] == UInt8(ascii: "/"), next < utf8.endIndex, utf8[next] == UInt8(ascii: "/") { break }
      if CText.isWord(utf8[place]) {
        if start == nil { start = place }
      } else if let first = start {
        words.insert(String(line[first..<place]))
        start = nil
      }
      place = next
    }
    if let start { words.insert(String(line[start..<place])) }
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

/// The kind of number that expressions are computed in.
enum Precision {
  /// In stages.
  case single
  /// Where weights are packed.
  case double

  var type: String { self == .single ? "float" : "double" }
  var suffix: String { self == .single ? "f" : "" }

  func literal(_ number: Double) -> String {
    if number.isNaN { return "NAN" }
    if number.isInfinite { return number < 0 ? "-INFINITY" : "INFINITY" }
    var text = self == .single ? "\(Float(number))" : "\(number)"
    if self == .single, !Float(number).isFinite { return number < 0 ? "-INFINITY" : "INFINITY" }
    if !text.contains(".") && !text.contains("e") { text += ".0" }
    return (number.sign == .minus ? "(" + text + suffix + ")" : text + suffix)
  }
}

/// Identifiers, each given once within its scope.
struct Identifiers {
  private var taken: Set<String>

  init(reserved: Set<String> = []) { taken = reserved.union(Identifiers.keywords) }

  mutating func unique(_ wish: String) -> String {
    var base = String(wish.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    if base.isEmpty || base.first!.isNumber { base = "v" + base }
    var name = base
    var number = 1
    while !taken.insert(name).inserted {
      number += 1
      name = "\(base)_\(number)"
    }
    return name
  }

  private static let keywords: Set<String> = [
    "auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum",
    "extern", "float", "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return",
    "short", "signed", "sizeof", "static", "struct", "switch", "typedef", "union", "unsigned", "void",
    "volatile", "while", "asm", "typeof", "linux", "unix", "NAN", "INFINITY",
    // Used in every function.
    "call", "arena", "tile", "rows", "row", "span", "edges", "owned", "weights", "ids", "own", "others",
    "loop", "i", "j", "e", "n", "u", "f", "k", "g", "l", "c", "lane", "cursor", "sets", "y", "x_row",
    "slot", "slots", "step", "moved", "last", "longest", "order", "rested",
    "b", "p", "r", "t", "ahead", "target", "at", "next", "from", "to", "place", "source", "loops", "part",
    "parts",
    "sums", "total", "chunk", "fresh", "operands", "counts", "threads", "begin", "start", "end", "first",
    "raw", "packed", "scratch",
    "local", "main", "index", "exp", "log",
    "sin", "cos", "tanh", "erf", "pow", "sqrt", "floor", "round", "max", "min", "abs", "gamma", "y0", "y1",
    "j0", "j1", "jn", "yn", "signal", "time", "read", "write", "free", "select", "remove", "rename",
  ]
}
