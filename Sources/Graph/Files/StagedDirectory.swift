import CRuntime
import Diagnostics
import Foundation

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
  package convenience init(for target: String, holding contents: [String], existing: Existing) throws(Failure)
  {
    try self.init(for: target, existing: existing) { name in contents.contains { name.hasSuffix($0) } }
  }

  /// As above; `isOurs` knows the names of what may be replaced.
  package init(for target: String, existing: Existing, isOurs: (String) -> Bool) throws(Failure) {
    let target = Self.withoutTrailingSlashes(target)
    try Self.checkPlace(target, existing, isOurs)
    self.target = target
    self.existing = existing
    path = temporaryName(for: target)
    // One that a killed process of this number left behind.
    try? FileManager.default.removeItem(atPath: path)
    Temporaries.add(path, for: target)
    guard mkdir(path, 0o777) == 0 else {
      let reason = errno
      Temporaries.remove(path)
      isCommitted = true
      throw FileError.notWritten(target, reason: reason).failure
    }
  }

  /// Puts the directory in its place.
  package func commit() throws(Failure) {
    let reason = Temporaries.undisturbed { () -> Int32 in
      if existing == .replace, Self.isThere(target) {
        return gnnc_exchange(path, target)
      }
      return rename(path, target) == 0 ? 0 : errno
    }
    guard reason == 0 else {
      throw
        (reason == ENOTEMPTY || reason == EEXIST || reason == ENOTDIR
        ? FileError.exists(target) : .notWritten(target, reason: reason)).failure
    }
    isCommitted = true
    // After an exchange, what was there before stands under the other name.
    try? FileManager.default.removeItem(atPath: path)
    Temporaries.remove(path)
  }

  deinit {
    guard !isCommitted else { return }
    try? FileManager.default.removeItem(atPath: path)
    Temporaries.remove(path)
  }

  private static func checkPlace(
    _ target: String, _ existing: Existing, _ isOurs: (String) -> Bool
  ) throws(Failure) {
    guard isThere(target) else { return }
    guard existing == .replace else { throw FileError.exists(target).failure }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: target) else {
      throw FileError.notReplaced(target, holding: nil).failure
    }
    if let foreign = names.sorted().first(where: { !isOurs($0) }) {
      throw FileError.notReplaced(target, holding: foreign).failure
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
