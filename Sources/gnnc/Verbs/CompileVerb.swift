import Compiler
import Diagnostics
import Foundation
import Graph
import Launcher

/// `gnnc compile`: a model's text becomes a library that computes it.
enum CompileVerb {
  private static let output = Flag(
    "--output", short: "-o", value: "MODEL.gnnc", "the directory to make; beside MODEL.gnn by default")
  private static let emit = Flag("--emit", value: "c", "print the C that would be compiled, and stop")

  static let usage = Usage(
    "compile",
    synopsis: ["compile MODEL.gnn [--weights W.safetensors] [-o MODEL.gnnc] [--cc CC] [--cpu CPU]"],
    "make a library of a model", operands: 1...1,
    flags: [output, .weights] + Flag.compiling + [.counts, emit, .json],
    notes: """
      A compiled model that is there already is replaced. Without --weights the model is compiled all the same, and
      `gnnc run` is given them. With --cpu x86-64-v3 it runs on other machines too.
      """)

  @Sendable static func run(_ arguments: Arguments, _ terminal: Terminal) throws {
    let source = try ModelSource.text(arguments.operands[0])
    let options = try CompileOptions(arguments)
    if let kind = arguments.value(emit) {
      guard kind == "c" else { throw UsageError.badValue(kind, emit, usage, wanted: "c") }
      return try emitC(source, options, to: arguments.value(output), terminal)
    }
    let clock = Stopwatch()
    let target = arguments.value(output) ?? source.defaultOutput
    let staged = try StagedDirectory(
      for: target, holding: CompiledModelWriter.suffixes,
      existing: FileManager.default.fileExists(atPath: target + "/" + Manifest.fileName) ? .replace : .refuse)
    terminal.begin("compiling \(source.path)")
    let (model, warnings) = try naming(staged.path, as: target) {
      let model = try CompiledModelWriter.write(source, options, into: staged.path)
      return (model, try CompiledModelWriter.addWeights(arguments.value(.weights), to: model))
    }
    try staged.commit()
    terminal.tell(warnings)
    let built = "\(model.manifest.compiler), for \(model.tables.processor)"
    let stages = model.tables.stages.count
    terminal.say("\(target): \(stages) stages, built by \(built), in \(Units.seconds(clock.seconds))")
    try terminal.answer(json: Answer(output: target, stages: stages, seconds: clock.seconds))
  }

  private static func emitC(
    _ source: ModelSource, _ options: CompileOptions, to path: String?, _ terminal: Terminal
  ) throws {
    let text = try Compiler.emitC(source.path, options)
    guard let path else { return terminal.answer(text) }
    do {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      throw LaunchError.cannotWrite(path, error.localizedDescription).failure
    }
  }

  private struct Answer: Encodable {
    let output: String
    let stages: Int
    let seconds: Double
  }
}
