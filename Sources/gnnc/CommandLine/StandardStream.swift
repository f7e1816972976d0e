import Foundation

/// Standard output and standard error, written at once.
enum StandardStream: Int32 {
  case output = 1
  case error = 2

  func write(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Foundation.write(rawValue, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return failed(errno) }
      bytes = bytes.dropFirst(count)
    }
  }

  func writeLine(_ text: String) { write(text + "\n") }

  /// An answer that nobody got is a failure; a complaint that nobody got is lost.
  private func failed(_ reason: Int32) {
    guard self == .output else { return }
    Self.error.writeLine(
      "error[file]: cannot write to the standard output: \(String(cString: strerror(reason)))")
    exit(1)
  }
}
