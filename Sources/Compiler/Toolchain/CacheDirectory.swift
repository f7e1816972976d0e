import Foundation

/// Where gnnc keeps what it can make again: `$XDG_CACHE_HOME/gnnc`, else `~/.cache/gnnc`; nowhere if neither is set.
package struct CacheDirectory: Sendable {
  package let path: String?

  package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    if let base = environment["XDG_CACHE_HOME"], base.hasPrefix("/") {
      path = base + "/gnnc"
    } else if let home = environment["HOME"], !home.isEmpty {
      path = home + "/.cache/gnnc"
    } else {
      path = nil
    }
  }

  package init(path: String) { self.path = path }

  package func path(of name: String) -> String? { path.map { $0 + "/" + name } }

  /// Makes the directory if it is not there; false if it cannot be made.
  @discardableResult
  package func create() -> Bool {
    guard let path else { return false }
    return (try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)) != nil
  }
}
