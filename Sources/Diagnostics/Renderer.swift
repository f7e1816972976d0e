/// Diagnostic -> the text that a person reads.
///
///     error[shape]: widths differ: 64 and 128
///       sage.gnn:9:14
///        7 |   a = mean(m)
///          |       ------- 64 wide, from here
///        9 |   y = a + skip
///          |         ^ both sides need one width
///     help: project `skip` first
package struct Renderer {
  /// Whether the text goes to a terminal that shows colours.
  package enum Style: Sendable { case plain, coloured }

  private let style: Style

  package init(_ style: Style = .plain) { self.style = style }

  /// All diagnostics, an empty line between them, each ended by a line break.
  package func render(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.map { render($0) }.joined(separator: "\n")
  }

  /// One diagnostic, ended by a line break.
  package func render(_ diagnostic: Diagnostic) -> String {
    var lines = [heading(diagnostic)]
    switch diagnostic.place {
    case .none: break
    case .file(let path): lines.append("  " + path)
    case .text(let label, let also): lines += excerpt(label, also)
    }
    if let help = diagnostic.help { lines.append(paint("help", .help) + ": " + help) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func heading(_ diagnostic: Diagnostic) -> String {
    let name = diagnostic.severity.rawValue + (diagnostic.kind.isEmpty ? "" : "[\(diagnostic.kind)]")
    let ink: Ink = diagnostic.severity == .error ? .error : diagnostic.severity == .warning ? .warning : .help
    return paint(name, ink) + ": " + paint(diagnostic.message, .bold)
  }

  // MARK: Excerpts

  /// The lines that labels point into: first the text of the main label, then other texts.
  private func excerpt(_ main: Label, _ also: [Label]) -> [String] {
    var sources = [main.span.source]
    for label in also where !sources.contains(label.span.source) { sources.append(label.span.source) }
    let pages = sources.map { Page($0) }
    let labels = sources.map { source in ([main] + also).filter { $0.span.source == source } }
    let last =
      zip(pages, labels).flatMap { page, labels in labels.map { page.position(of: $0.span).line } }.max() ?? 1
    let margin = String(last).count
    var lines: [String] = []
    for (page, labels) in zip(pages, labels) {
      let position = page.position(of: labels[0].span)
      lines.append("  \(page.source.name):\(position.line):\(position.column)")
      lines += marked(page, labels, main: main, margin: margin)
    }
    return lines
  }

  private func marked(_ page: Page, _ labels: [Label], main: Label, margin: Int) -> [String] {
    let empty = String(repeating: " ", count: margin + 2) + paint(" |", .margin)
    var lines: [String] = []
    var shown = 0
    let byLine = Dictionary(grouping: labels) { page.position(of: $0.span).line }
    for (line, labels) in byLine.sorted(by: { $0.key < $1.key }) {
      if shown > 0, line > shown + 1 {
        lines.append(String(repeating: " ", count: margin + 2) + paint("...", .margin))
      }
      shown = line
      let number = String(repeating: " ", count: margin + 2 - String(line).count) + String(line)
      let window = window(page, labels, main)
      let text = page.text(ofLine: line, window)
      lines.append(paint("\(number) |", .margin) + (text.isEmpty ? "" : " " + text))
      // The main mark first: it is what the message is about.
      for label in labels.sorted(by: {
        ($0 == main ? 0 : 1, $0.span.lower) < ($1 == main ? 0 : 1, $1.span.lower)
      }) {
        lines.append(empty + " " + mark(page, label, window, isMain: label == main))
      }
    }
    return lines
  }

  /// The part of a very long line that is shown: some of it before the main mark, or the first one.
  private func window(_ page: Page, _ labels: [Label], _ main: Label) -> Range<Int> {
    let first = labels.contains(main) ? main : labels.min { $0.span.lower < $1.span.lower }!
    let lower = max(page.extent(of: first.span).indent - Self.widest / 3, 0)
    let isShort = page.width(ofLine: page.position(of: first.span).line) <= Self.widest
    return isShort ? 0..<Self.widest : lower..<(lower + Self.widest)
  }

  /// Characters of a line that are shown.
  private static let widest = 120

  private func mark(_ page: Page, _ label: Label, _ window: Range<Int>, isMain: Bool) -> String {
    let (indent, width) = page.extent(of: label.span)
    let lower = min(max(indent, window.lowerBound), window.upperBound) - window.lowerBound
    let upper = min(max(indent + width, window.lowerBound), window.upperBound) - window.lowerBound
    let line = String(repeating: isMain ? "^" : "-", count: max(upper - lower, 1))
    let text = label.text.isEmpty ? line : line + " " + label.text
    return String(repeating: " ", count: lower) + paint(text, isMain ? .error : .help)
  }

  // MARK: Colours

  private enum Ink: String {
    case error = "1;31"
    case warning = "1;33"
    case help = "36"
    case margin = "34"
    case bold = "1"
  }

  private func paint(_ text: String, _ ink: Ink) -> String {
    style == .coloured ? "\u{1B}[\(ink.rawValue)m\(text)\u{1B}[0m" : text
  }
}

/// A text cut into lines, to find where a span stands.
private struct Page {
  let source: SourceText
  private let bytes: [UInt8]
  /// Where each line begins.
  private let starts: [Int]

  init(_ source: SourceText) {
    self.source = source
    let bytes = Array(source.text.utf8)
    self.bytes = bytes
    starts = [0] + bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
  }

  /// Line and column of a span's first character, both from 1; a column is a character.
  func position(of span: Span) -> (line: Int, column: Int) {
    let offset = min(max(span.lower, 0), bytes.count)
    let line = starts.lastIndex { $0 <= offset } ?? 0
    return (line + 1, characters(starts[line]..<offset) + 1)
  }

  /// Part of a line without its break, tabs as two spaces.
  func text(ofLine line: Int, _ window: Range<Int>) -> String {
    String(shown(starts[line - 1]..<end(ofLine: line)).dropFirst(window.lowerBound).prefix(window.count))
  }

  func width(ofLine line: Int) -> Int { shown(starts[line - 1]..<end(ofLine: line)).count }

  /// How far a mark under the span's first line is indented, and how long it is.
  func extent(of span: Span) -> (indent: Int, width: Int) {
    let line = position(of: span).line
    let end = end(ofLine: line)
    let lower = min(max(span.lower, starts[line - 1]), end)
    return (shown(starts[line - 1]..<lower).count, shown(lower..<min(max(span.upper, lower), end)).count)
  }

  private func end(ofLine line: Int) -> Int {
    var end = line < starts.count ? starts[line] - 1 : bytes.count
    if end > starts[line - 1], bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return end
  }

  private func characters(_ range: Range<Int>) -> Int { String(decoding: bytes[range], as: UTF8.self).count }

  /// What a terminal shows of these bytes: control characters would move its cursor.
  private func shown(_ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self).map { character -> String in
      if character == "\t" { return "  " }
      return character.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
        ? String(character) : "\u{FFFD}"
    }.joined()
  }
}
