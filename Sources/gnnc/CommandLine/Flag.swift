import Foundation

/// One flag of a verb, as the command line has it and as `--help` tells it.
struct Flag: Sendable, Hashable {
  /// With its dashes: `--threads`.
  let name: String
  /// One letter that stands for it: `-o`.
  let short: String?
  /// What its value is called in the help; nil for a flag without one.
  let value: String?
  let help: String

  /// Left out of the help: of use to tests alone.
  let isHidden: Bool

  init(_ name: String, short: String? = nil, value: String? = nil, _ help: String, isHidden: Bool = false) {
    self.name = name
    self.short = short
    self.value = value
    self.help = help
    self.isHidden = isHidden
  }

  static let help = Flag("--help", short: "-h", "show this text")
  static let quiet = Flag("--quiet", short: "-q", "say nothing but warnings and errors")
  static let json = Flag("--json", "print the result as JSON")
  static let force = Flag("--force", "replace what is there already")
  static let threads = Flag("--threads", value: "N", "threads to use; all processors by default")
  static let weights = Flag("--weights", value: "FILE", "trained weights, a safetensors file")
  static let compiler = Flag(
    "--cc", value: "CC", "the C compiler to use; `gnnc doctor` lists those that are here")
  static let processor = Flag(
    "--cpu", value: "CPU", "the processor to compile for: native (by default), x86-64-v3, ...")
  static let gemm = Flag("--gemm", value: "KIND", "dense products: emitted (by default) or openblas")
  static let store = Flag(
    "--store", value: "KIND",
    "rows that cross edges: f32 (by default), or bf16: half the bytes, each number within 1/256 of itself")
  static let without = Flag("--without", value: "PASS", "leave a pass out; may be repeated")
  static let lanes = Flag(
    "--lanes", value: "N", "floats in a vector register: 4, 8 or 16; by the processor by default")
  static let counts = Flag("--for", value: "GRAPH", "a graph whose counts guide choices of speed")

  /// What every verb that compiles takes.
  static let compiling = [compiler, processor, gemm, store, without, lanes]
}

/// What a verb takes and what it is for.
struct Usage: Sendable {
  let verb: String
  /// Lines of `gnnc VERB ...`, without `gnnc`.
  let synopsis: [String]
  let summary: String
  /// How many arguments that are no flags.
  let operands: ClosedRange<Int>
  let flags: [Flag]
  /// More to know, in lines of their own.
  let notes: String

  init(
    _ verb: String, synopsis: [String], _ summary: String, operands: ClosedRange<Int>, flags: [Flag],
    notes: String = ""
  ) {
    self.verb = verb
    self.synopsis = synopsis
    self.summary = summary
    self.operands = operands
    self.flags = flags + [.quiet, .help]
    self.notes = notes
  }
}

extension Usage {
  /// What `gnnc VERB --help` prints.
  var text: String {
    var lines = ["gnnc \(verb): \(summary)", ""]
    lines += synopsis.map { "  gnnc \($0)" } + [""]
    let flags = flags.filter { !$0.isHidden }
    let names = flags.map { flag in
      (flag.short.map { $0 + ", " } ?? "") + flag.name + (flag.value.map { " " + $0 } ?? "")
    }
    let width = names.map(\.count).max() ?? 0
    for (name, flag) in zip(names, flags) {
      lines.append("  " + name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + flag.help)
    }
    return (lines + (notes.isEmpty ? [] : ["", notes])).joined(separator: "\n")
  }
}
