import CRuntime
import Diagnostics
import Glibc

/// What can go wrong where something is to be written.
enum FileError: Error, Hashable {
  case exists(String)
  case notReplaced(String, holding: String?)
  case notWritten(String, reason: Int32)
}

// MARK: - Wording

extension FileError {
  var failure: Failure {
    switch self {
    case .exists(let path):
      Failure(
        kind: "file", "\(path) is already there", help: "choose another name, or give `--force` to replace it"
      )
    case .notReplaced(let path, nil):
      Failure(kind: "file", "\(path) is not a directory; it is not replaced", help: "choose another name")
    case .notReplaced(let path, let name?):
      Failure(
        kind: "file", "\(path) holds `\(name)`, which gnnc did not write; it is not replaced",
        help: "choose another name")
    case .notWritten(let path, let reason):
      FileError.notWritten(path, reason)
    }
  }

  private static func notWritten(_ path: String, _ reason: Int32) -> Failure {
    var error = gnnc_error()
    _ = gnnc_fail_write(&error, Temporaries.finalName(of: path), reason)
    return error.failure(kind: "file")
  }
}
