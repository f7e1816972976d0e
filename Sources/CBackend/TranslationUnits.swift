/// A part of a model's C that may be compiled apart from the others: a product, a sweep, a stage.
struct CPart {
  var text: CText
  /// The heads of its functions that other parts call, without linkage and brace: "gnnc_status stage0(...)".
  let heads: [String]
}

/// A model's C as one text, whose parts are shared out to translation units so that several compilers can work at once.
///
/// Without GNNC_UNIT the text is one unit, with all functions static; `-DGNNC_UNIT=2` compiles the second unit alone. The
/// last unit has what runs once. How many there are depends on the text alone: a model is the same C on every machine.
struct TranslationUnits {
  /// What a compiler starts with, headers above all, pays for itself with so many lines and more.
  private static let leastLines = 300
  private static let most = 8

  let count: Int
  /// Numbered from 1.
  private let unitOfPart: [Int]
  private let parts: [CPart]

  /// `ending` runs once and calls any of the others.
  init(_ parts: [CPart], ending: CText) {
    let lines = parts.map(\.text.lines.count)
    let shares = min(lines.reduce(0, +) / Self.leastLines, Self.most - 1)
    // The longest first, each to the unit that has least.
    var load = [Int](repeating: 0, count: max(shares, 1))
    var unitOfPart = [Int](repeating: 1, count: parts.count)
    for part in parts.indices.sorted(by: { (-lines[$0], $0) < (-lines[$1], $1) }) {
      let unit = load.indices.min { (load[$0], $0) < (load[$1], $1) }!
      load[unit] += lines[part]
      unitOfPart[part] = unit + 1
    }
    count = shares > 1 ? shares + 1 : 1
    self.unitOfPart = unitOfPart + [count]
    self.parts = parts + [CPart(text: ending, heads: [])]
  }

  func emit(_ text: inout CText) {
    guard count > 1 else {
      for part in parts { text.append(part.text) }
      return
    }
    text.line("// Compiled in \(count) units side by side, by -DGNNC_UNIT=1 to \(count); without, in one.")
    for head in parts.flatMap(\.heads) { text.line("GNNC_SHARED \(head);") }
    text.line()
    for (place, part) in parts.enumerated() {
      let unit = unitOfPart[place]
      if place == 0 || unitOfPart[place - 1] != unit { text.margin("#if GNNC_IN_UNIT(\(unit))") }
      var shared = part.text
      for head in part.heads { shared.replace(line: "static \(head) {", by: "GNNC_SHARED \(head) {") }
      text.append(shared)
      if place + 1 == parts.count || unitOfPart[place + 1] != unit {
        text.margin("#endif")
        text.line()
      }
    }
  }
}
