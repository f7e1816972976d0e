import Compiler
import Diagnostics

/// `gnnc check`: types and shapes, and nothing written.
enum CheckVerb {
  static let usage = Usage(
    "check", synopsis: ["check MODEL.gnn"], "look for mistakes in a model's names, types and shapes",
    operands: 1...1, flags: [])

  @Sendable static func run(_ arguments: Arguments, _ terminal: Terminal) throws {
    let source = try ModelSource.text(arguments.operands[0])
    try Compiler.check(source.path)
    terminal.say("\(source.path): no mistakes")
  }
}
