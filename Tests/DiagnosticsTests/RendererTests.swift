import Diagnostics
import Testing

private func span(_ source: SourceText, _ word: String, after start: String = "") -> Span {
  let text = source.text
  let from = start.isEmpty ? text.startIndex : text.range(of: start)!.upperBound
  let range = text.range(of: word, range: from..<text.endIndex)!
  return Span(
    source: source, lower: text.utf8.distance(from: text.startIndex, to: range.lowerBound),
    upper: text.utf8.distance(from: text.startIndex, to: range.upperBound))
}

extension String {
  /// The first place of a word, without Foundation.
  fileprivate func range(of word: String, range: Range<Index>? = nil) -> Range<Index>? {
    var start = range?.lowerBound ?? startIndex
    while start < endIndex {
      if self[start...].hasPrefix(word) { return start..<index(start, offsetBy: word.count) }
      start = index(after: start)
    }
    return nil
  }
}

private let sage = SourceText(
  name: "sage.gnn", text: "model {\n  a = mean(m)\n  skip = x\n  y = a + skip\n}\n")

@Test func labelsStandUnderTheirWordsInTheOrderOfTheText() {
  let diagnostic = Diagnostic(
    kind: "shape", "widths differ: 64 and 128",
    at: .text(
      Label(span(sage, "+"), "both sides need one width"),
      also: [Label(span(sage, "mean(m)"), "64 wide, from here")]),
    help: "project `skip` first")
  #expect(
    Renderer().render(diagnostic) == """
      error[shape]: widths differ: 64 and 128
        sage.gnn:4:9
        2 |   a = mean(m)
          |       ------- 64 wide, from here
         ...
        4 |   y = a + skip
          |         ^ both sides need one width
      help: project `skip` first

      """)
}

@Test func labelsInTwoTextsStandInTwoExcerpts() {
  let library = SourceText(name: "library/Conv.gnn", text: "layer Conv(x) { }")
  let diagnostic = Diagnostic(
    .warning, kind: "", "a warning",
    at: .text(Label(span(library, "x"), ""), also: [Label(span(sage, "skip"), "in this use")]))
  #expect(
    Renderer().render(diagnostic) == """
      warning: a warning
        library/Conv.gnn:1:12
        1 | layer Conv(x) { }
          |            ^
        sage.gnn:3:3
        3 |   skip = x
          |   ---- in this use

      """)
}

@Test func aMessageAboutAFileOrNothingHasNoExcerpt() {
  #expect(
    Renderer().render([
      Diagnostic(kind: "io", "it is empty", at: .file("a/b.npy")), Diagnostic(.note, kind: "", "all is well"),
    ]) == """
      error[io]: it is empty
        a/b.npy

      note: all is well

      """)
}

@Test func tabsAndWideCharactersKeepTheMarkInPlace() {
  let source = SourceText(name: "t.gnn", text: "\té = \u{1}x\r\n")
  let diagnostic = Diagnostic(
    kind: "name", "nothing is called `x`",
    at: .text(Label(Span(source: source, lower: 7, upper: 8), "here"), also: []))
  #expect(
    Renderer().render(diagnostic) == """
      error[name]: nothing is called `x`
        t.gnn:1:7
        1 |   é = \u{FFFD}x
          |        ^ here

      """)
}

@Test func theEndOfATextCanBePointedAt() {
  let source = SourceText(name: "e.gnn", text: "")
  let place = Span(source: source, lower: 0, upper: 0)
  #expect(
    Renderer().render(Diagnostic(kind: "x", "it is empty", at: .text(Label(place, ""), also: [])))
      == "error[x]: it is empty\n  e.gnn:1:1\n  1 |\n    | ^\n")
}

@Test func longLinesAreClippedAroundTheMark() {
  let source = SourceText(
    name: "l.gnn", text: String(repeating: "a", count: 500) + "!" + String(repeating: "b", count: 500))
  let text = Renderer().render(
    Diagnostic(kind: "x", "long", at: .text(Label(span(source, "!"), "here"), also: [])))
  #expect(text.split(separator: "\n").allSatisfy { $0.count <= 130 })
  #expect(
    text.contains("  1 | " + String(repeating: "a", count: 40) + "!" + String(repeating: "b", count: 79)))
  #expect(text.contains("    | " + String(repeating: " ", count: 40) + "^ here"))
}

@Test func coloursAreForTerminals() {
  let text = Renderer(.coloured).render(Diagnostic(kind: "x", "wrong", at: .none, help: "mend it"))
  #expect(
    text == "\u{1B}[1;31merror[x]\u{1B}[0m: \u{1B}[1mwrong\u{1B}[0m\n\u{1B}[36mhelp\u{1B}[0m: mend it\n")
}

@Test func theNearestNameIsOneOrTwoChangesAway() {
  #expect(nearest(to: "relo", among: ["relu", "elu", "selu"]) == "relu")
  #expect(nearest(to: "sigmoit", among: ["sigmoid", "softmax"]) == "sigmoid")
  #expect(nearest(to: "wieght", among: ["weight", "height"]) == "weight")
  #expect(nearest(to: "z", among: ["x", "y"]) == nil)
  #expect(nearest(to: "gatconv", among: ["GATConv"]) == "GATConv")
  #expect(nearest(to: "abcdef", among: ["uvwxyz"]) == nil)
}
