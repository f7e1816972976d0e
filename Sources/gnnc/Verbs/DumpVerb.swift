import Compiler
import Diagnostics

/// `gnnc dump`: the typed program in its text form.
enum DumpVerb {
  private static let after = Flag(
    "--after", value: "PASS",
    "as it stands after a pass; `gnnc passes` lists them. Before all passes by default")

  static let usage = Usage(
    "dump", synopsis: ["dump MODEL.gnn [--after PASS]"], "print a model's program, before or after a pass",
    operands: 1...1, flags: [after])

  @Sendable static func run(_ arguments: Arguments, _ terminal: Terminal) throws {
    let source = try ModelSource.text(arguments.operands[0])
    let pass = arguments.value(after)
    if let pass { try PassNames.check([pass], after, usage) }
    terminal.answer(try Compiler.dump(source.path, after: pass))
  }
}

/// Names of passes as flags give them.
enum PassNames {
  static func check(_ names: [String], _ flag: Flag, _ usage: Usage) throws(UsageError) {
    let known = Compiler.passes.map(\.name)
    for name in names where !known.contains(name) {
      let close = nearest(to: name, among: known).map { "; did you mean \($0)?" } ?? ""
      throw .badValue(name, flag, usage, wanted: "a pass that `gnnc passes` lists\(close)")
    }
  }
}
