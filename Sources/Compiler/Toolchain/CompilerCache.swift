import Foundation

/// What is known of compilers from earlier runs, so that they need not be tried again.
///
/// An entry holds as long as the compiler's file has the same size and time of change. A cache that cannot be read or
/// written costs time and nothing else.
struct CompilerCache: Sendable {
  private struct Stamp: Hashable, Codable {
    let seconds: Int
    let nanoseconds: Int
    let size: Int64
  }

  private struct Entry: Codable {
    let stamp: Stamp
    let trial: CompilerTrial
  }

  /// Raised when the trial or the flags that it uses change.
  private static let fileName = "compilers-1.json"
  private let directory: CacheDirectory

  init(directory: CacheDirectory) { self.directory = directory }

  func compiler(at path: String) -> CCompiler? { valid(read()[path], at: path)?.compiler }

  func trial(of compiler: CCompiler, withOpenBLAS: Bool, afresh: Bool = false) -> CompilerTrial {
    var entries = read()
    if !afresh, let known = valid(entries[compiler.path], at: compiler.path), known.compiler == compiler,
      known.isUsable, !withOpenBLAS || known.openBLAS != .notTried
    {
      return known
    }
    let trial = CompilerTrial.run(compiler, withOpenBLAS: withOpenBLAS)
    if let stamp = stamp(of: compiler.path) {
      entries[compiler.path] = Entry(stamp: stamp, trial: trial)
      write(entries)
    }
    return trial
  }

  private func valid(_ entry: Entry?, at path: String) -> CompilerTrial? {
    guard let entry, entry.stamp == stamp(of: path) else { return nil }
    return entry.trial
  }

  private func stamp(of path: String) -> Stamp? {
    var information = stat()
    guard stat(path, &information) == 0 else { return nil }
    return Stamp(
      seconds: information.st_mtim.tv_sec, nanoseconds: information.st_mtim.tv_nsec,
      size: Int64(information.st_size))
  }

  private func read() -> [String: Entry] {
    guard let path = directory.path(of: Self.fileName), let data = FileManager.default.contents(atPath: path)
    else { return [:] }
    return (try? JSONDecoder().decode([String: Entry].self, from: data)) ?? [:]
  }

  private func write(_ entries: [String: Entry]) {
    guard let path = directory.path(of: Self.fileName), directory.create(),
      let data = try? JSONEncoder().encode(entries)
    else { return }
    try? data.write(to: URL(fileURLWithPath: path), options: .atomic)
  }
}
