import Diagnostics

/// A verb's arguments, taken apart.
struct Arguments: Sendable {
  let usage: Usage
  private(set) var operands: [String] = []
  private var values: [String: [String]] = [:]

  /// Accepts `--flag value`, `--flag=value`, `-o value`; after `--` nothing is a flag.
  init(_ words: [String], for usage: Usage) throws(UsageError) {
    self.usage = usage
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        operands += rest
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        operands.append(word)
        continue
      }
      try take(word, &rest)
    }
    guard !has(.help) else { return }
    guard usage.operands.contains(operands.count) else {
      throw .operands(usage, found: operands)
    }
  }

  private mutating func take(_ word: String, _ rest: inout ArraySlice<String>) throws(UsageError) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let flag = usage.flags.first(where: { $0.name == parts[0] || $0.short == parts[0] }) else {
      throw .unknownFlag(parts[0], usage)
    }
    guard flag.value != nil else {
      guard parts.count == 1 else { throw .needlessValue(flag, usage) }
      values[flag.name] = []
      return
    }
    guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else { throw .missingValue(flag, usage) }
    values[flag.name, default: []].append(value)
  }

  func has(_ flag: Flag) -> Bool { values[flag.name] != nil }

  /// The last value given.
  func value(_ flag: Flag) -> String? { values[flag.name]?.last }

  func values(_ flag: Flag) -> [String] { values[flag.name] ?? [] }

  func required(_ flag: Flag) throws(UsageError) -> String {
    guard let value = value(flag) else { throw .missingFlag(flag, usage) }
    return value
  }

  /// A whole number, at least one and at most `limit`.
  func number(_ flag: Flag, limit: Int = 1_000_000) throws(UsageError) -> Int? {
    guard let text = value(flag) else { return nil }
    guard let number = Int(text), (1...limit).contains(number) else {
      throw .badValue(text, flag, usage, wanted: "a number from 1 to \(limit)")
    }
    return number
  }

  /// One of an enumeration's names.
  func choice<Choice>(_ flag: Flag) throws(UsageError) -> Choice?
  where Choice: RawRepresentable<String> & CaseIterable {
    guard let text = value(flag) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw .badValue(text, flag, usage, wanted: "one of: \(names)")
    }
    return choice
  }
}

/// A command line that cannot be followed: exit status 2.
enum UsageError: Error {
  case noVerb
  case unknownVerb(String, has: [String])
  case unknownFlag(String, Usage)
  case missingFlag(Flag, Usage)
  case missingValue(Flag, Usage)
  case needlessValue(Flag, Usage)
  case badValue(String, Flag, Usage, wanted: String)
  case operands(Usage, found: [String])
  case contradiction(String, Usage)
}

extension UsageError {
  var diagnostic: Diagnostic { Diagnostic(kind: "usage", message, help: help) }

  private var message: String {
    switch self {
    case .noVerb: "no verb given"
    case .unknownVerb(let verb, _): "there is no `gnnc \(verb)`"
    case .unknownFlag(let flag, let usage): "`gnnc \(usage.verb)` has no flag \(flag)"
    case .missingFlag(let flag, let usage):
      "`gnnc \(usage.verb)` needs \(flag.short ?? flag.name) \(flag.value ?? "")"
    case .missingValue(let flag, _): "\(flag.name) needs a value: \(flag.value ?? "")"
    case .needlessValue(let flag, _): "\(flag.name) takes no value"
    case .badValue(let text, let flag, _, let wanted): "\(flag.name) is `\(text)`; it should be \(wanted)"
    case .operands(let usage, let found):
      found.count < usage.operands.lowerBound
        ? "`gnnc \(usage.verb)` needs \(Self.arguments(usage.operands.lowerBound)); \(Self.given(found.count))"
        : "`gnnc \(usage.verb)` does not know what to do with `\(found[usage.operands.upperBound])`"
    case .contradiction(let what, _): what
    }
  }

  private var help: String {
    switch self {
    case .noVerb: "`gnnc --help` lists the verbs"
    case .unknownVerb(let verb, let has):
      nearest(to: verb, among: has).map { "did you mean `gnnc \($0)`?" } ?? "`gnnc --help` lists the verbs"
    case .unknownFlag(let flag, let usage):
      nearest(to: flag, among: usage.flags.map(\.name)).map { "did you mean \($0)?" } ?? Self.see(usage)
    case .operands(let usage, _): "gnnc \(usage.synopsis[0])"
    case .missingFlag(_, let usage), .missingValue(_, let usage), .needlessValue(_, let usage),
      .badValue(_, _, let usage, _), .contradiction(_, let usage):
      Self.see(usage)
    }
  }

  private static func see(_ usage: Usage) -> String { "see `gnnc \(usage.verb) --help`" }

  private static func arguments(_ count: Int) -> String { count == 1 ? "one argument" : "\(count) arguments" }

  private static func given(_ count: Int) -> String {
    count == 0 ? "none is given" : count == 1 ? "one is given" : "\(count) are given"
  }
}
