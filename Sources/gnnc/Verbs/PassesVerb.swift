import Compiler
import Diagnostics
import Foundation

/// `gnnc passes`: the passes in the order in which they run.
enum PassesVerb {
  static let usage = Usage(
    "passes", synopsis: ["passes"], "list the compiler's passes in their order", operands: 0...0,
    flags: [.json])

  @Sendable static func run(_ arguments: Arguments, _ terminal: Terminal) throws {
    let passes = Compiler.passes
    guard !arguments.has(.json) else { return try terminal.answer(json: passes.map(Answer.init)) }
    let width = passes.map(\.name.count).max() ?? 0
    for pass in passes {
      terminal.answer(pass.name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + pass.summary)
    }
  }

  private struct Answer: Encodable {
    let name: String
    let summary: String

    init(_ pass: (name: String, summary: String)) {
      name = pass.name
      summary = pass.summary
    }
  }
}
