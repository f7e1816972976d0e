import Foundation
import Launcher

/// `gnnc VERB ARGUMENTS`: finds the verb and lets it run. Each verb is one file under Verbs.
@main
enum Gnnc {
  static func main() {
    Interruption.install()
    do {
      try run(Array(CommandLine.arguments.dropFirst()))
    } catch {
      Ending.end(after: error)
    }
  }

  private static func run(_ words: [String]) throws {
    guard let name = words.first else { throw UsageError.noVerb }
    switch name {
    case "--help", "-h", "help": StandardStream.output.writeLine(help)
    case "--version": StandardStream.output.writeLine("gnnc \(Version.gnnc)")
    default:
      guard let verb = Verb.all.first(where: { $0.usage.verb == name }) else {
        throw UsageError.unknownVerb(name, has: Verb.all.map(\.usage.verb))
      }
      let arguments = try Arguments(Array(words.dropFirst()), for: verb.usage)
      guard !arguments.has(.help) else { return StandardStream.output.writeLine(verb.usage.text) }
      try verb.run(arguments, Terminal(arguments))
    }
  }

  private static var help: String {
    let width = Verb.all.map(\.usage.verb.count).max() ?? 0
    let lines = Verb.all.map { verb in
      "  " + verb.usage.verb.padding(toLength: width + 2, withPad: " ", startingAt: 0) + verb.usage.summary
    }
    return """
      gnnc compiles trained graph neural networks and runs them over whole graphs.

      \(lines.joined(separator: "\n"))

      `gnnc VERB --help` tells more. Exit status: 0 fine, 1 a mistake in a file, 2 in the command line,
      70 in gnnc, 130 interrupted.
      """
  }
}
