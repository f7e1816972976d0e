import Diagnostics
import Foundation

/// The C compilers of this machine, in the order in which they are preferred.
package struct Toolchain: Sendable {
  private let environment: [String: String]
  private let cache: CompilerCache

  package init(
    environment: [String: String] = ProcessInfo.processInfo.environment,
    cacheDirectory: CacheDirectory = CacheDirectory()
  ) {
    self.environment = environment
    cache = CompilerCache(directory: cacheDirectory)
  }

  /// The compiler to use: `asked` (from `--cc`), else the variable CC's, else the first that works.
  package func compiler(asked: String? = nil) throws(Failure) -> CCompiler {
    if let asked { return try only(asked, askedBy: "--cc") }
    if let named = environment["CC"], !named.isEmpty { return try only(named, askedBy: "CC") }
    var failed: [CompilerTrial] = []
    for compiler in candidates.lazy.map(describe) {
      let trial = cache.trial(of: compiler, withOpenBLAS: false)
      if trial.isUsable { return compiler }
      failed.append(trial)
    }
    throw (failed.isEmpty ? ToolchainError.noneFound : .noneUsable(failed)).failure
  }

  /// Every compiler that is here, each tried anew: what `gnnc doctor` reports.
  package func trials() -> [CompilerTrial] {
    var compilers = candidates.map(describe)
    if let named = environment["CC"], let first = find(named), !compilers.contains(first) {
      compilers.insert(first, at: 0)
    }
    return compilers.map { cache.trial(of: $0, withOpenBLAS: true, afresh: true) }
  }

  private func only(_ name: String, askedBy asker: String) throws(Failure) -> CCompiler {
    guard let compiler = find(name) else { throw ToolchainError.notFound(name, askedBy: asker).failure }
    let trial = cache.trial(of: compiler, withOpenBLAS: false)
    guard trial.isUsable else { throw ToolchainError.unusable(trial, askedBy: asker).failure }
    return compiler
  }
}

// MARK: - Finding

extension Toolchain {
  /// Where compilers are. gcc first: its OpenMP comes with it. Of several versions the newest; a name that leads to a
  /// compiler already listed (`cc`, mostly) is left out. Looked for one by one: the first mostly does.
  private var candidates: some Sequence<String> {
    let names: [() -> [String]] = [
      { ["gcc"] }, { versioned("gcc") + ["clang"] }, { versioned("clang") + ["cc"] },
    ]
    var seen: Set<String> = []
    return names.lazy.flatMap { $0() }.compactMap { name in
      guard let path = resolve(name), seen.insert(realPath(path)).inserted else { return nil }
      return path
    }
  }

  private func find(_ name: String) -> CCompiler? { resolve(name).map(describe) }

  private var folders: [String] {
    (environment["PATH"] ?? "").split(separator: ":").map(String.init)
  }

  private func resolve(_ name: String) -> String? {
    if name.contains("/") {
      let path = name.hasPrefix("/") ? name : FileManager.default.currentDirectoryPath + "/" + name
      return isProgram(path) ? path : nil
    }
    return folders.lazy.map { $0 + "/" + name }.first(where: isProgram)
  }

  private func isProgram(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
  }

  private func realPath(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// `clang-19`, `clang-14`, ...: every `NAME-NUMBER` on the PATH, the newest first.
  private func versioned(_ name: String) -> [String] {
    let found = folders.flatMap { (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? [] }
    let versions = found.compactMap { $0.hasPrefix(name + "-") ? Int($0.dropFirst(name.count + 1)) : nil }
    return Set(versions).sorted(by: >).map { "\(name)-\($0)" }
  }

  private func describe(_ path: String) -> CCompiler {
    if let known = cache.compiler(at: path) { return known }
    let answer = (try? Subprocess.run([path, "--version"]))?.output ?? ""
    let version = answer.split(separator: "\n").first.map(String.init) ?? "unknown version"
    let family: CCompiler.Family =
      answer.contains("clang") ? .clang : answer.contains("Free Software Foundation") ? .gcc : .other
    return CCompiler(path: path, family: family, version: version)
  }
}
