import Diagnostics
import Foundation
import Synchronization

/// What to do where something of the wanted name is there already.
package enum Existing: Sendable { case refuse, replace }

/// A directory that is made beside its place under another name, and appears under its own only when whole.
///
/// What is not committed is removed: when this is let go, or when the process is interrupted.
package final class StagedDirectory: @unchecked Sendable {
  package let target: String
  /// Where to write until then.
  package let path: String
  private let existing: Existing
  private var isCommitted = false

  /// Refuses at once, before any work is done, where `target` is there and may not be replaced. What holds a file whose
  /// name ends in none of `contents` is somebody else's and never replaced.
  package init(for target: String, holding contents: [String], existing: Existing) throws(Failure) {
    let target = Self.withoutTrailingSlashes(target)
    try Self.checkPlace(target, contents, existing)
    self.target = target
    self.existing = existing
    path = "\(target).partial-\(getpid())"
    // One that a killed process of this number left behind.
    try? FileManager.default.removeItem(atPath: path)
    Temporaries.add(path)
    guard mkdir(path, 0o777) == 0 else {
      let reason = errno
      Temporaries.remove(path)
      isCommitted = true
      throw LaunchError.notWritten(target, reason: reason).failure
    }
  }

  /// Puts the directory in its place.
  package func commit() throws(Failure) {
    let aside = "\(target).old-\(getpid())"
    // An interrupt waits until both steps are done.
    let reason = Temporaries.undisturbed { () -> Int32 in
      if existing == .replace, Self.isThere(target), rename(target, aside) != 0 { return errno }
      guard rename(path, target) != 0 else { return 0 }
      let reason = errno
      rename(aside, target)
      return reason
    }
    guard reason == 0 else {
      throw
        (reason == ENOTEMPTY || reason == EEXIST || reason == ENOTDIR
        ? LaunchError.exists(target) : .notWritten(target, reason: reason)).failure
    }
    try? FileManager.default.removeItem(atPath: aside)
    isCommitted = true
    Temporaries.remove(path)
  }

  deinit {
    guard !isCommitted else { return }
    try? FileManager.default.removeItem(atPath: path)
    Temporaries.remove(path)
  }

  private static func checkPlace(
    _ target: String, _ contents: [String], _ existing: Existing
  ) throws(Failure) {
    guard isThere(target) else { return }
    guard existing == .replace else { throw LaunchError.exists(target).failure }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: target) else {
      throw LaunchError.notReplaced(target, holding: nil).failure
    }
    if let foreign = names.sorted().first(where: { name in !contents.contains { name.hasSuffix($0) } }) {
      throw LaunchError.notReplaced(target, holding: foreign).failure
    }
  }

  private static func isThere(_ path: String) -> Bool {
    var information = stat()
    return lstat(path, &information) == 0
  }

  private static func withoutTrailingSlashes(_ path: String) -> String {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }
}

/// Paths to remove when the process is told to end before its work is done.
package enum Temporaries {
  private static let paths = Mutex<Set<String>>([])

  static func add(_ path: String) { paths.withLock { _ = $0.insert(path) } }
  static func remove(_ path: String) { paths.withLock { _ = $0.remove(path) } }

  /// Runs `body` with interrupts held back.
  static func undisturbed<Result>(_ body: () -> Result) -> Result { paths.withLock { _ in body() } }

  /// Removes all of them and lets no other be made: the caller ends the process.
  package static func removeAllForGood() {
    paths.withLock { paths in
      // Other threads may still be writing into them: try until they are gone.
      for _ in 0..<20 {
        paths = paths.filter { path in
          try? FileManager.default.removeItem(atPath: path)
          return access(path, F_OK) == 0
        }
        if paths.isEmpty { return }
        usleep(5000)
      }
    }
  }
}
