import Diagnostics
import Foundation

/// A text file that appears under its name only when it is whole.
package struct WholeFile: Sendable {
  package let path: String

  /// Refuses at once, before any work is done, where it could not be written or may not be replaced.
  package init(_ path: String, existing: Existing) throws(Failure) {
    self.path = path
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) {
      guard existing == .replace, !isDirectory.boolValue else { throw FileError.exists(path).failure }
    }
    let folder = (path as NSString).deletingLastPathComponent
    guard folder.isEmpty || FileManager.default.fileExists(atPath: folder) else {
      throw FileError.notWritten(path, reason: ENOENT).failure
    }
  }

  package func write(_ text: String) throws(Failure) {
    let file = try FileWriter(path, appears: .whenWhole)
    try file.append(text)
    try file.finish()
  }
}
