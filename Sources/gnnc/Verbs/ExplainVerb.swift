import Compiler
import Diagnostics

/// `gnnc explain`: what each pass did, and the stages that came of it.
enum ExplainVerb {
  static let usage = Usage(
    "explain", synopsis: ["explain MODEL.gnn [--for GRAPH]"],
    "tell what the compiler makes of a model: passes, stages, predicted bytes and operations",
    operands: 1...1, flags: Flag.compiling + [.counts])

  @Sendable static func run(_ arguments: Arguments, _ terminal: Terminal) throws {
    let source = try ModelSource.text(arguments.operands[0])
    terminal.answer(try Compiler.explain(source.path, try CompileOptions(arguments)))
  }
}
