/// The lines of a CSV or TSV text and their fields: commas, semicolons, tabs or spaces, whichever the first line has.
/// Fields may be quoted, `""` within stands for a quote; empty lines and lines that begin with # are passed over.
struct DelimitedText {
  enum Separator: Equatable { case character(UInt8), spaces }

  private let bytes: UnsafeRawBufferPointer
  private var position: Int
  let separator: Separator
  /// The number of the line that `nextLine` gave last, from 1.
  private(set) var line = 0
  /// Quoted fields without their quotes; fields point into it.
  private var unquoted: [UInt8] = []

  /// A field: where its letters are, in the text or among the unquoted ones.
  struct Field {
    fileprivate let range: Range<Int>
    fileprivate let isUnquoted: Bool
  }

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    position = bytes.starts(with: mark) ? mark.count : 0
    separator = DelimitedText.separator(of: bytes[position...])
  }

  var bytesRead: Int { position }

  private static func separator(of text: Slice<UnsafeRawBufferPointer>) -> Separator {
    for line in text.lazy.split(separator: UInt8(ascii: "\n"), maxSplits: 64) {
      if line.first == UInt8(ascii: "#") || line.allSatisfy({ $0 <= 32 }) { continue }
      for candidate in "\t,;".utf8 where line.contains(candidate) { return .character(candidate) }
      return .spaces
    }
    return .spaces
  }

  /// The fields of the next line that has any; nil at the end.
  mutating func nextLine(_ fields: inout [Field]) throws(PlainGraphError) -> Bool {
    while position < bytes.count {
      line += 1
      let begin = position
      let end = bytes[begin...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      position = min(end + 1, bytes.count)
      var last = end
      while last > begin, bytes[last - 1] == 13 || bytes[last - 1] == 32 { last -= 1 }
      if last == begin || bytes[begin] == UInt8(ascii: "#") { continue }
      try split(begin..<last, &fields)
      return true
    }
    return false
  }

  /// Calls `body` with a field's letters.
  func withLetters<Result, Mistake: Error>(
    of field: Field, _ body: (UnsafeRawBufferPointer) throws(Mistake) -> Result
  ) throws(Mistake) -> Result {
    guard field.isUnquoted else { return try body(UnsafeRawBufferPointer(rebasing: bytes[field.range])) }
    return try unquoted.span.withUnsafeBytes { (all) throws(Mistake) in
      try body(UnsafeRawBufferPointer(rebasing: all[field.range]))
    }
  }

  func text(of field: Field) -> String {
    withLetters(of: field) { String(decoding: $0, as: UTF8.self) }
  }

  private mutating func split(_ line: Range<Int>, _ fields: inout [Field]) throws(PlainGraphError) {
    fields.removeAll(keepingCapacity: true)
    unquoted.removeAll(keepingCapacity: true)
    var at = line.lowerBound
    while true {
      while at < line.upperBound, bytes[at] == 32 { at += 1 }
      if at < line.upperBound, bytes[at] == UInt8(ascii: "\"") {
        fields.append(try quotedField(&at, line.upperBound))
        while at < line.upperBound, !isSeparator(bytes[at]) { at += 1 }
      } else {
        let begin = at
        while at < line.upperBound, !isSeparator(bytes[at]) { at += 1 }
        var end = at
        while end > begin, bytes[end - 1] == 32 { end -= 1 }
        fields.append(Field(range: begin..<end, isUnquoted: false))
      }
      if at >= line.upperBound { return }
      at += 1
    }
  }

  private func isSeparator(_ byte: UInt8) -> Bool {
    switch separator {
    case .character(let separator): byte == separator
    case .spaces: byte == 32
    }
  }

  private mutating func quotedField(_ at: inout Int, _ end: Int) throws(PlainGraphError) -> Field {
    let begin = unquoted.count
    let quote = UInt8(ascii: "\"")
    at += 1
    while at < end {
      if bytes[at] != quote {
        unquoted.append(bytes[at])
        at += 1
      } else if at + 1 < end, bytes[at + 1] == quote {
        unquoted.append(quote)
        at += 2
      } else {
        at += 1
        return Field(range: begin..<unquoted.count, isUnquoted: true)
      }
    }
    throw .openQuote(line: line)
  }
}
