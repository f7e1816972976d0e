import Diagnostics

/// One word of a model's text.
struct Token {
  enum Kind: Equatable {
    case name(String)
    case integer(Int)
    case number(Double)
    /// The bytes between the quotes, escapes still in them.
    case string
    case symbol(Symbol)
    case end
  }

  let kind: Kind
  let span: Span
  /// Whether it is the first of its line: outside brackets, that is where a statement may begin.
  let startsLine: Bool
}

/// Punctuation, in the order in which the lexer tries it: longer ones first.
enum Symbol: String, CaseIterable {
  case ellipsis = "..."
  case rangeUpTo = "..<"
  case arrow = "->"
  case equal = "=="
  case notEqual = "!="
  case lessOrEqual = "<="
  case greaterOrEqual = ">="
  case less = "<"
  case greater = ">"
  case assign = "="
  case plus = "+"
  case minus = "-"
  case times = "*"
  case divide = "/"
  case remainder = "%"
  case matrix = "@"
  case dot = "."
  case comma = ","
  case colon = ":"
  case question = "?"
  case semicolon = ";"
  case openParenthesis = "("
  case closeParenthesis = ")"
  case openBracket = "["
  case closeBracket = "]"
  case openBrace = "{"
  case closeBrace = "}"
}

/// Words that cannot be names of values, modules or types.
let reservedWords: Set<String> = [
  "use", "graph", "vertex", "message", "module", "layer", "model", "param", "forward", "return", "output",
  "require",
  "if", "else", "repeat", "for", "in", "collect", "at", "and", "or", "not", "is", "none", "true", "false",
  "new",
]
