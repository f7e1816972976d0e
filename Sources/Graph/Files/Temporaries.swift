import Foundation
import Synchronization

/// Paths to remove when the process is told to end before its work is done.
package enum Temporaries {
  /// What each will be called once it is whole.
  private static let paths = Mutex<[String: String]>([:])

  static func add(_ path: String, for target: String) { paths.withLock { $0[path] = target } }
  static func remove(_ path: String) { paths.withLock { _ = $0.removeValue(forKey: path) } }

  /// A path as the user knows it: what stands in a directory that is still being made is named by its place there.
  static func finalName(of path: String) -> String {
    paths.withLock { paths in
      var path = path
      // One may be made within another.
      while let temporary = paths.keys.filter({ path.hasPrefix($0 + "/") || path == $0 }).max(by: {
        $0.count < $1.count
      }) {
        path = paths[temporary]! + path.dropFirst(temporary.count)
      }
      return path
    }
  }

  /// Runs `body` with interrupts held back.
  static func undisturbed<Result>(_ body: () -> Result) -> Result { paths.withLock { _ in body() } }

  /// Removes all of them and lets no other be made: the caller ends the process.
  package static func removeAllForGood() {
    paths.withLock { paths in
      // Other threads may still be writing into them: try until they are gone.
      for _ in 0..<20 {
        paths = paths.filter { path, _ in
          try? FileManager.default.removeItem(atPath: path)
          return access(path, F_OK) == 0
        }
        if paths.isEmpty { return }
        usleep(5000)
      }
    }
  }
}
