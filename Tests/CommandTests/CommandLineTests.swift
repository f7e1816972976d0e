import Foundation
import Testing

/// What the command line answers to those who hold it wrong.
struct CommandLineTests {
  let gnnc: Gnnc

  init() throws { gnnc = Gnnc(in: try Folder()) }

  @Test func noVerbAtAll() throws {
    let result = try gnnc()
    #expect(result.status == 2)
    #expect(
      result.errors == """
        error[usage]: no verb given
        help: `gnnc --help` lists the verbs

        """)
  }

  @Test func unknownVerbOffersTheNearest() throws {
    let result = try gnnc("partion", "x")
    #expect(result.status == 2)
    #expect(
      result.errors == """
        error[usage]: there is no `gnnc partion`
        help: did you mean `gnnc partition`?

        """)
  }

  @Test func unknownFlagOffersTheNearest() throws {
    let result = try gnnc("run", "m", "g", "--theads", "2")
    #expect(result.status == 2)
    #expect(
      result.errors == """
        error[usage]: `gnnc run` has no flag --theads
        help: did you mean --threads?

        """)
  }

  @Test func unknownFlagWithoutANeighbourPointsAtTheHelp() throws {
    let result = try gnnc("check", "m", "--exuberant")
    #expect(result.status == 2)
    #expect(
      result.errors == """
        error[usage]: `gnnc check` has no flag --exuberant
        help: see `gnnc check --help`

        """)
  }

  @Test func aFlagThatNeedsAValueSaysSo() throws {
    let result = try gnnc("run", "m", "g", "-o")
    #expect(result.status == 2)
    #expect(result.errors.hasPrefix("error[usage]: -o needs a value: OUT\n"))
  }

  @Test func runWithoutAPlaceForOutputsIsRefused() throws {
    let result = try gnnc("run", "m", "g")
    #expect(result.status == 2)
    #expect(result.errors.hasPrefix("error[usage]: `gnnc run` needs -o OUT\n"))
  }

  @Test(arguments: ["0", "-1", "two", "1.5", ""]) func threadsAreAWholeNumberAboveZero(text: String) throws {
    let result = try gnnc("run", "m", "g", "-o", "out", "--threads=\(text)")
    #expect(result.status == 2)
    #expect(
      result.errors.hasPrefix("error[usage]: --threads is `\(text)`; it should be a number from 1 to 4096\n"))
  }

  @Test func unknownMethodListsTheMethods() throws {
    let result = try gnnc("partition", "g", "-o", "out", "--method", "guess")
    #expect(result.status == 2)
    #expect(result.errors.hasPrefix("error[usage]: --method is `guess`; it should be one of: range, metis\n"))
  }

  @Test func tooManyArgumentsAreNamed() throws {
    let result = try gnnc("check", "a.gnn", "b.gnn")
    #expect(result.status == 2)
    #expect(result.errors.hasPrefix("error[usage]: `gnnc check` does not know what to do with `b.gnn`\n"))
  }

  @Test func tooFewArgumentsAreCounted() throws {
    let result = try gnnc("run", "a.gnn", "-o", "out")
    #expect(result.status == 2)
    #expect(result.errors.hasPrefix("error[usage]: `gnnc run` needs 2 arguments; one is given\n"))
  }

  @Test func unknownPassOffersTheNearest() throws {
    let result = try gnnc("dump", Sample.model, "--after", "simplfy")
    #expect(result.status == 2)
    #expect(result.errors.contains("did you mean simplify?"))
  }

  @Test(arguments: [
    "partition", "compile", "run", "check", "explain", "dump", "passes", "inspect", "doctor",
  ]) func everyVerbHasHelp(verb: String) throws {
    let result = try gnnc(verb, "--help")
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("gnnc \(verb): "))
    #expect(result.output.contains("\n  gnnc \(verb)"))
    #expect(try gnnc("--help").output.contains("\n  \(verb) "))
  }

  @Test func anAnswerThatCannotBeWrittenIsAFailure() throws {
    let result = try gnnc.shell("$GNNC passes > /dev/full")
    #expect(result.status == 1)
    #expect(result.errors == "error[file]: cannot write to the standard output: No space left on device\n")
  }

  @Test func passesAreListedWithASentence() throws {
    let result = try gnnc("passes")
    #expect(result.status == 0)
    #expect(result.output.contains("drop-unused"))
  }
}
