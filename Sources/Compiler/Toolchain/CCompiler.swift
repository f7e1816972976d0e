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
    "-std=gnu11", "-O2", "-ftree-vectorize", "-fopenmp", "-fPIC", "-shared", "-fvisibility=hidden",
    "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math",
  ]

  /// As -O3 vectorises; all else that it does to emitted C takes as long again and gains nothing.
  package var costModel: [String] { family == .gcc ? ["-fvect-cost-model=dynamic"] : [] }

  /// The whole command that makes `library` of `source`.
  package func command(from source: String, to library: String, _ settings: Settings) -> [String] {
    [path] + Self.flags + costModel + ["-march=\(settings.processor)"] + settings.flags
      + settings.includes.map { "-I\($0)" } + ["-o", library, source]
      + settings.libraries.map { "-l\($0)" } + ["-lm"]
  }

  /// Makes `library` of `source`, C that gnnc emitted. Throws `Failure` for what the user can mend (a processor that
  /// the compiler does not know, a full disk) and `InternalFault` when the compiler rejects the C.
  package func buildLibrary(from source: String, to library: String, _ settings: Settings) throws {
    let result: Subprocess
    do {
      result = try Subprocess.run(command(from: source, to: library, settings))
    } catch {
      throw ToolchainError.notStarted(self, error.message).failure
    }
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
