import CRuntime
import Compiler
import Diagnostics
import Foundation
import Graph
import Launcher

/// A model's text, compiled when it is run: from the cache if the same texts were compiled before by the same compilers for
/// the same processor.
enum OnlineModel {
  /// The compiled model, and whether the compiler had to work. Without a cache directory, in a temporary one.
  static func open(
    _ source: ModelSource, _ options: CompileOptions, _ terminal: Terminal
  ) throws -> (model: CompiledModel, isNew: Bool) {
    let cache = CacheDirectory()
    let key = try key(of: source, options)
    guard let path = cache.path(of: "models/\(key).gnnc"), makeFolder(of: path) else {
      let staged = try StagedDirectory(
        for: NSTemporaryDirectory() + "gnnc-\(key)-\(getpid())", holding: [], existing: .refuse)
      // Removed when it goes: the open library stays readable.
      return (try compile(source, options, into: staged.path, terminal), true)
    }
    if FileManager.default.fileExists(atPath: path), let model = try? CompiledModel(directory: path) {
      return (model, false)
    }
    let staged = try StagedDirectory(for: path, holding: CompiledModelWriter.suffixes, existing: .replace)
    _ = try compile(source, options, into: staged.path, terminal)
    try staged.commit()
    return (try CompiledModel(directory: path), true)
  }

  private static func compile(
    _ source: ModelSource, _ options: CompileOptions, into directory: String, _ terminal: Terminal
  ) throws -> CompiledModel {
    terminal.begin("compiling \(source.path)")
    return try CompiledModelWriter.write(source, options, into: directory)
  }

  /// Everything that a library depends on: the model's texts, the options, the program that compiles them, the C compiler
  /// and the processor. Nothing is compiled to know it.
  private static func key(of source: ModelSource, _ options: CompileOptions) throws -> String {
    let compiler = try Toolchain().compiler(asked: options.compiler)
    let inputs =
      try Compiler.inputs(source.path, options) + [
        Version.gnnc, "\(GNNC_ABI)", thisProgram, compiler.path, compiler.version,
        options.processor == "native" ? machine : "",
      ]
    // With their lengths, so that no two lists of texts are the same text.
    let text = inputs.map { "\($0.utf8.count) \($0)" }.joined()
    let bytes = Array(text.utf8)
    // Twice with other beginnings: 128 bits, so that two models never meet.
    return [UInt8(0), 1].map { first in
      let salted = [first] + bytes
      return String(
        format: "%016llx", salted.withUnsafeBytes { gnnc_checksum($0.baseAddress, UInt64($0.count)) })
    }.joined()
  }

  /// What tells one build of gnnc from another of the same version.
  private static var thisProgram: String {
    var information = stat()
    guard stat("/proc/self/exe", &information) == 0 else { return "" }
    let changed = information.st_mtim
    return "\(information.st_size) \(changed.tv_sec) \(changed.tv_nsec)"
  }

  /// What tells one processor from another, for caches that several machines share.
  private static var machine: String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let lines = text.split(separator: "\n").prefix { !$0.hasPrefix("processor\t: 1") }
    return lines.filter { $0.hasPrefix("flags") || $0.hasPrefix("model name") }.joined()
  }

  private static func makeFolder(of path: String) -> Bool {
    let folder = (path as NSString).deletingLastPathComponent
    return (try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true))
      != nil
  }
}
