import Foundation
import Synchronization

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
