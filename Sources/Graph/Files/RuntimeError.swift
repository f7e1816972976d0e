import CRuntime
import Diagnostics

extension gnnc_error {
  /// What the runtime said, as the program's own kind of error.
  func failure(kind: String, at place: Place = .none) -> Failure {
    let sentence = withUnsafeBytes(of: message) { text(in: $0) }
    let advice = withUnsafeBytes(of: help) { text(in: $0) }
    let name =
      switch status {
      case GNNC_INTERRUPTED: "interrupted"
      case GNNC_SYSTEM: "system"
      default: kind
      }
    return Failure(kind: name, sentence, at: place, help: advice.isEmpty ? nil : advice)
  }

  private func text(in bytes: UnsafeRawBufferPointer) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}

/// Calls the runtime, and throws what it has to say if it fails.
func runtime(
  _ kind: String, at place: Place = .none, _ call: (UnsafeMutablePointer<gnnc_error>) -> gnnc_status
) throws(Failure) {
  var error = gnnc_error()
  let status = call(&error)
  guard status == GNNC_OK else { throw error.failure(kind: kind, at: place) }
}
