import Compiler
import Diagnostics
import Foundation
import Launcher

/// Fills a compiled model's directory: what the compiler writes, then what only the built library can: its weights, and
/// last the manifest, without which the directory counts for nothing.
enum CompiledModelWriter {
  /// How the names of all files in such a directory end.
  static let suffixes = [".so", ".c", ".h", ".bin", ".json", "Makefile"]

  /// Compiles into `directory`, which is empty, and opens what came of it.
  static func write(
    _ source: ModelSource, _ options: CompileOptions, into directory: String
  ) throws -> CompiledModel {
    let report = try Compiler.compile(source.path, into: directory, options)
    var manifest = Manifest(
      compiler: report.compiler, processor: report.processor, store: report.store.rawValue)
    let tables = try CompiledModel(directory: directory, manifest: manifest).tables
    try manifest.describe(tables, in: directory)
    try manifest.write(to: directory)
    return try CompiledModel(directory: directory, manifest: manifest)
  }

  /// Packs weights beside the library and notes in the manifest where they came from. A model that has no weights is
  /// packed without a file. Gives back warnings.
  static func addWeights(_ path: String?, to model: CompiledModel) throws -> [Diagnostic] {
    var manifest = model.manifest
    guard let path else {
      if model.tables.weights.isEmpty {
        try WeightPacker.packNothing(for: model).write(to: model.weightsPath, for: model)
      }
      return []
    }
    let packed = try WeightPacker.pack(path, for: model)
    try packed.weights.write(to: model.weightsPath, for: model)
    manifest.weights = try Manifest.Weights(of: path)
    try manifest.write(to: model.directory)
    return packed.warnings
  }
}
