import Diagnostics
import Program
import Testing

@testable import Language

/// A small generator with a fixed seed, so that a failure can be found again.
private struct Dice: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 29)
  }
}

private let words = [
  "(", ")", "[", "]", "{", "}", ",", ":", "=", "+", "-", "@", ".", "...", "..<", "\"", "//", "\n", "x", "h",
  "8", "0", "-1",
  "1e9", "incoming", "at", "if", "else", "repeat 3", "param w: f32[2]", "source", "forward", "none", "new",
  "model", "é",
]

@Test(arguments: 0..<8)
func anyChangeToATextEndsInAProgramOrAMessage(seed: UInt64) throws {
  var dice = Dice(state: seed &* 77 &+ 5)
  for _ in 0..<60 {
    var text = Array(gat.utf8)
    for _ in 0..<Int.random(in: 1...4, using: &dice) {
      let place = Int.random(in: 0..<text.count, using: &dice)
      switch Int.random(in: 0..<3, using: &dice) {
      case 0: text.removeSubrange(place..<min(text.count, place + Int.random(in: 1...9, using: &dice)))
      case 1: text.insert(contentsOf: Array(words.randomElement(using: &dice)!.utf8), at: place)
      default: text[place] = UInt8.random(in: 0...127, using: &dice)
      }
    }
    do {
      try verify(try elaborate(String(decoding: text, as: UTF8.self)))
    } catch let failure as Failure {
      #expect(!Renderer().render(failure.diagnostics).isEmpty)
    }
  }
}

@Test func everyPrefixOfATextEndsInAMessage() {
  for length in stride(from: 0, to: gat.utf8.count - 3, by: 13) {
    #expect(!messages(String(gat.prefix(length))).isEmpty)
  }
}

@Test func deepExpressionsInDeepModulesFitTheStack() {
  let deep = String(repeating: "relu(", count: 90) + "x" + String(repeating: ")", count: 90)
  var modules = "vertex module M0 { forward(x) { return \(deep) } }"
  for level in 1..<38 {
    modules += "\nvertex module M\(level) { forward(x) { return relu(relu(relu(M\(level - 1)(x)))) } }"
  }
  #expect(messages(model("  output y = M37(get_vertex(paper.x))", modules: modules)) == "")
}

@Test func repetitionWithoutEndIsStopped() throws {
  func message(_ body: String) throws -> String {
    let main = SourceText(name: "m.gnn", text: model(body))
    let names = try Names.resolve(try Loader.load(main, Language.Texts(library: { _ in nil })))
    do {
      _ = try Elaborator.run(
        names, try SchemaReader.read(names), Elaborator.Limits(instructions: 1000, steps: 10_000))
      return ""
    } catch {
      return Renderer().render(error.diagnostics)
    }
  }
  #expect(
    try message("  x = get_vertex(paper.x)\n  repeat 1000000000 { x = x + 1 }\n  output y = x") == """
      error[limit]: the model has more than 1000 instructions
        m.gnn:10:27
        10 |   repeat 1000000000 { x = x + 1 }
           |                           ^^^^^
      help: repetition is unrolled: look at what `repeat` and `for` run over

      """)
  #expect(
    try message("  repeat 1000000000 { }\n  output y = get_vertex(paper.x)") == """
      error[limit]: the model takes more than 10000 static steps
        m.gnn:9:10
        9 |   repeat 1000000000 { }
          |          ^^^^^^^^^^
      help: look at what `repeat` and `for` run over

      """)
}
