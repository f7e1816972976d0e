import Diagnostics
import Foundation

/// A C compiler on this machine.
package struct CCompiler: Hashable, Sendable, Codable {
  package enum Family: String, Hashable, Sendable, Codable { case gcc, clang, other }

  /// Where it is, absolute.
  package let path: String
  package let family: Family
  /// The first line of what it answers to `--version`.
  package let version: String

  /// What to call it in messages: `gcc`, `clang-14`.
  package var name: String { (path as NSString).lastPathComponent }

  /// How a library is to be built, beside what every compiled model needs.
  package struct Settings: Hashable, Sendable {
    /// `native`, or a name that the compiler's `-march` knows: `x86-64-v3`.
    package var processor: String
    package var includes: [String]
    package var libraries: [String]
    package var flags: [String]

    package init(
      processor: String = "native", includes: [String] = [], libraries: [String] = [], flags: [String] = []
    ) {
      self.processor = processor
      self.includes = includes
      self.libraries = libraries
      self.flags = flags
    }
  }

  /// What every compiled model is built with. Never `-ffast-math`; no contraction but what the C says by `fma`; traps
  /// and errno are given up, which changes no value and lets conditions become masks.
  package static let flags = [
    "-std=gnu11", "-O2", "-ftree-vectorize", "-fopenmp", "-fPIC", "-fvisibility=hidden",
    "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math",
  ]

  /// As -O3 vectorises; all else that it does to emitted C takes as long again and gains nothing.
  package var costModel: [String] { family == .gcc ? ["-fvect-cost-model=dynamic"] : [] }

  /// The whole command that makes `library` of `sources`, C or what a compiler made of it.
  package func command(from sources: String..., to library: String, _ settings: Settings) -> [String] {
    command(from: sources, to: library, settings)
  }

  private func command(from sources: [String], to library: String, _ settings: Settings) -> [String] {
    arguments(settings) + ["-shared", "-o", library] + sources + settings.libraries.map { "-l\($0)" } + [
      "-lm"
    ]
  }

  private func arguments(_ settings: Settings) -> [String] {
    [path] + Self.flags + costModel + ["-march=\(settings.processor)"] + settings.flags
      + settings.includes.map { "-I\($0)" }
  }

  /// Makes `library` of `source`, C that gnnc emitted, which may be compiled as so many units side by side, the last
  /// of what runs once. Throws `Failure` for what the user can mend (a processor that the compiler does not know, a full
  /// disk) and `InternalFault` when the compiler rejects the C.
  package func buildLibrary(from source: String, units: Int = 1, to library: String, _ settings: Settings)
    throws
  {
    guard units > 1 else {
      return try check(run([command(from: source, to: library, settings)]), source, library, settings)
    }
    let objects = (1...units).map { "\(library).\($0).o" }
    defer { for object in objects { unlink(object) } }
    let commands = objects.enumerated().map { place, object in
      arguments(settings) + (place + 1 == units ? ["-O1"] : [])
        + ["-DGNNC_UNIT=\(place + 1)", "-c", "-o", object, source]
    }
    try check(run(commands), source, library, settings)
    try check(run([command(from: objects, to: library, settings)]), source, library, settings)
  }

  /// Runs commands side by side, each to its end; the first that fails, else the last.
  private func run(_ commands: [[String]]) throws(Failure) -> Subprocess {
    var running: [Subprocess.Running] = []
    var ended: [Subprocess] = []
    var failure: SystemError?
    for command in commands where failure == nil {
      do { running.append(try Subprocess.start(command)) } catch { failure = error }
    }
    for program in running {
      do { ended.append(try program.wait()) } catch { failure = error }
    }
    if let failure { throw ToolchainError.notStarted(self, failure.message).failure }
    return ended.first { !$0.succeeded } ?? ended[ended.count - 1]
  }

  private func check(_ result: Subprocess, _ source: String, _ library: String, _ settings: Settings) throws {
    guard !result.succeeded else { return }
    if Self.lacksRoom(result.output) { throw ToolchainError.noRoom(library).failure }
    if Self.rejectsProcessor(result.output) {
      throw ToolchainError.unknownProcessor(settings.processor, self).failure
    }
    if result.output.contains("cannot find -l") || result.output.contains("unable to find library -l") {
      throw ToolchainError.missingLibrary(settings.libraries, self).failure
    }
    throw InternalFault("\(name) rejects the emitted C in \(source):\n\(result.output.prefix(4000))")
  }

  private static func lacksRoom(_ output: String) -> Bool {
    ["No space left on device", "File too large", "Disk quota exceeded"].contains { output.contains($0) }
  }

  private static func rejectsProcessor(_ output: String) -> Bool {
    // gcc's quotation marks depend on the locale.
    output.contains("bad value") && output.contains("-march=") || output.contains("unknown target CPU")
  }
}
