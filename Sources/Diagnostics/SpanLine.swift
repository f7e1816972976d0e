extension Span {
  /// The line in its text, from 1 on.
  package var line: Int {
    source.text.utf8.prefix(lower).reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
  }
}
