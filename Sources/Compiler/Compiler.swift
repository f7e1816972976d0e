import CBackend
import Diagnostics
import Foundation
import Language
import Library
import Passes
import Program
import Stages

/// START HERE. A model's text becomes C in one function, `translate`; everything else here is a door to a part of it.
package enum Compiler {
  /// The whole compiler: text -> program -> better program -> stages -> C.
  static func translate(_ model: ModelText, _ options: CompileOptions) throws -> Translation {
    let program = try Language.elaborate(model.source, model.texts)
    let hinted = program.with(counts: options.counts)
    let reports = try optimize(hinted, PassSelection(without: Set(options.without)))
    let optimized = reports.last?.program ?? hinted
    let stages = try StageProgram(optimized, options.stageSettings)
    let description = ModelDescription(
      name: model.name, fingerprint: Fingerprint.of(optimized), definitions: options.definitions)
    let c = CBackend.emit(stages, description)
    return Translation(program: program, passes: reports, stages: stages, c: c)
  }

  /// Finds the mistakes in a model's text: syntax, names, types and shapes.
  package static func check(_ path: String) throws {
    let model = try ModelText(path)
    _ = try Language.elaborate(model.source, model.texts)
  }

  /// The C of a model.
  package static func emitC(_ path: String, _ options: CompileOptions) throws -> String {
    try translate(try ModelText(path), options).c.text
  }

  /// All that the C of a model depends on beside the program that compiles it: its text and those that it uses, with their
  /// names, and the options.
  package static func inputs(_ path: String, _ options: CompileOptions) throws -> [String] {
    let model = try ModelText(path)
    return try Language.sources(model.source, model.texts).flatMap { [$0.name, $0.text] }
      + ["without"] + options.without.sorted()
      + ["counts"] + options.counts.sorted { $0.key < $1.key }.flatMap { [$0.key, "\($0.value)"] }
      + ["definitions"] + options.definitions + [options.processor]
      + ["store", options.store.rawValue, options.narrowestRounded.map(String.init) ?? ""]
      + ["parts", options.narrowestPart.map(String.init) ?? ""]
  }

  /// Writes model.c, the headers that it includes, a Makefile that rebuilds it anywhere, and model.so into a directory.
  package static func compile(_ path: String, into directory: String, _ options: CompileOptions) throws
    -> CompileReport
  {
    let translation = try translate(try ModelText(path), options)
    return try ModelBuilder(options).build(translation.c, in: directory)
  }

  /// What each pass did, and the stages with what they are predicted to cost.
  package static func explain(_ path: String, _ options: CompileOptions) throws -> String {
    Explanation(try translate(try ModelText(path), options)).text
  }

  /// The program in text form, as it stands after a pass; without one, as the language gives it.
  package static func dump(_ path: String, after pass: String?) throws -> String {
    let model = try ModelText(path)
    let program = try Language.elaborate(model.source, model.texts)
    guard let pass else { return program.text }
    let reports = try optimize(program, PassSelection(after: pass))
    return (reports.last?.program ?? program).text
  }

  /// The passes in their order: name and sentence.
  package static var passes: [(name: String, summary: String)] {
    Passes.passes.map { ($0.name, $0.summary) }
  }

  /// The edge sets that a model sweeps over and a graph has only if it is asked to prepare them: edge type, direction.
  package static func derivedEdgeSets(_ path: String) throws -> [(String, String)] {
    let translation = try translate(try ModelText(path), CompileOptions())
    return translation.stages.edgeSets.filter { $0.direction != .forward }.map {
      (translation.program.schema[$0.type].name, $0.direction.rawValue)
    }
  }
}

/// A model on its way: every form that it took.
struct Translation {
  /// As the language gives it.
  let program: Program
  let passes: [PassReport]
  let stages: StageProgram
  let c: EmittedC
}

/// A model's text, and where the texts that it uses are found.
struct ModelText {
  let source: SourceText
  let texts: Language.Texts
  let name: String

  init(_ path: String) throws(Failure) {
    source = SourceText(name: path, text: try ModelText.read(path))
    let folder = (path as NSString).deletingLastPathComponent
    name = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
    texts = Language.Texts(
      library: { name in
        Library.text(of: name).map { SourceText(name: "library/\(name).gnn", text: $0) }
      },
      file: { name in
        let path = name.hasPrefix("/") || folder.isEmpty ? name : folder + "/" + name
        return (try? ModelText.read(path)).map { SourceText(name: path, text: $0) }
      })
  }

  private static func read(_ path: String) throws(Failure) -> String {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure(kind: "file", "cannot read the model", at: .file(path), help: "check the path")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw Failure(
        kind: "file", "the model is not text in UTF-8", at: .file(path),
        help: "a compiled model is given by its directory, a model's text by its .gnn file")
    }
    return text
  }
}

/// A hash of a program's text form.
enum Fingerprint {
  static func of(_ program: Program) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a
    for byte in program.text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return String(hash, radix: 16)
  }
}

extension Program {
  /// With the counts of a graph as hints for cost models, by the names of vertex and edge types.
  func with(counts: [String: UInt64]) -> Program {
    guard !counts.isEmpty else { return self }
    var program = self
    program.schema.vertexTypes = schema.vertexTypes.map {
      Schema.VertexType(
        name: $0.name, features: $0.features, count: counts[$0.name].map(Int.init) ?? $0.count)
    }
    program.schema.edgeTypes = schema.edgeTypes.map {
      Schema.EdgeType(
        name: $0.name, relation: $0.relation, source: $0.source, target: $0.target, features: $0.features,
        count: counts[$0.name].map(Int.init) ?? $0.count)
    }
    return program
  }
}
