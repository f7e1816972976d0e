import Diagnostics

/// Why there is no compiler, or why it did not do its work.
package enum ToolchainError: Error, Hashable, Sendable {
  /// Asked for by `--cc` or by the variable CC, and not on this machine.
  case notFound(String, askedBy: String)
  /// Asked for, there, and not usable.
  case unusable(CompilerTrial, askedBy: String)
  case noneFound
  case noneUsable([CompilerTrial])
  case notStarted(CCompiler, String)
  case noRoom(String)
  case unknownProcessor(String, CCompiler)
  case missingLibrary([String], CCompiler)

  package var failure: Failure {
    if case .noRoom = self {
      Failure(kind: "system", message)
    } else {
      Failure(kind: "compiler", message, help: help)
    }
  }
}

extension ToolchainError {
  package static let installHelp = "install one, for example: apt-get install gcc libc6-dev"

  private var message: String {
    switch self {
    case .notFound(let name, let asker): "there is no C compiler \(name), which \(asker) asks for"
    case .unusable(let trial, let asker):
      "\(trial.compiler.path), which \(asker) asks for, \(trial.complaint)"
    case .noneFound: "there is no C compiler on the PATH"
    case .noneUsable(let trials):
      "no C compiler here can build a model: "
        + trials.map { "\($0.compiler.path) \($0.complaint)" }.joined(separator: "; ")
    case .notStarted(let compiler, let why): "\(compiler.path) cannot be started: \(why)"
    case .noRoom(let path): "no room left on the disk for \(path)"
    case .unknownProcessor(let name, let compiler): "\(compiler.name) knows no processor `\(name)`"
    case .missingLibrary(let names, let compiler):
      "\(compiler.name) does not find the library \(names.joined(separator: ", "))"
    }
  }

  private var help: String? {
    switch self {
    case .notFound: "`gnnc doctor` lists the compilers that are here"
    case .unusable(let trial, _): trial.remedy
    case .noneFound: Self.installHelp
    case .noneUsable(let trials): trials.compactMap(\.remedy).first ?? Self.installHelp
    case .notStarted: "`gnnc doctor` tries every compiler that is here"
    case .noRoom: nil
    case .unknownProcessor: "for example `native`, `x86-64-v2` or `x86-64-v3`"
    case .missingLibrary(let names, _):
      names.contains("openblas") ? "apt-get install libopenblas-dev" : nil
    }
  }
}
