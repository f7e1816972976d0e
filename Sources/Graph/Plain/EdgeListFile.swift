import CRuntime
import Diagnostics
import Glibc

/// An edge list that was read from CSV or TSV: its ends as vertex numbers, its further columns as features.
final class EdgeListFile {
  struct Column {
    let name: String
    var numbers: [Float] = []
  }

  let path: String
  private(set) var sources: [UInt32] = []
  private(set) var targets: [UInt32] = []
  private(set) var columns: [Column] = []

  /// How the vertices of one end are numbered.
  enum Numbering {
    /// By first appearance: unknown names are added.
    case growing(VertexNames, type: String)
    /// By a file of ids: every name must be there.
    case listed(VertexNames, file: String)
    /// The text is the number.
    case plain(count: UInt64, type: String)
  }

  init(_ path: String, sources: Numbering, targets: Numbering, work: Work) throws(Failure) {
    let file = try MappedFile(path, kind: "graph")
    self.path = path
    do throws(PlainGraphError) {
      try read(file, sources, targets, work)
    } catch {
      throw error.failure(path)
    }
    if work.isStopped { throw .interrupted }
  }

  private func read(
    _ file: MappedFile, _ sources: Numbering, _ targets: Numbering, _ work: Work
  ) throws(PlainGraphError) {
    var text = DelimitedText(file.bytes)
    var fields: [DelimitedText.Field] = []
    guard try text.nextLine(&fields) else { throw .noEdges }
    let width = fields.count
    guard width >= 2 else { throw .fewFields(line: text.line) }
    var hasLine = true
    if try EdgeListFile.isHeader(fields, text) {
      try nameColumns(fields.dropFirst(2).map { text.text(of: $0) })
      hasLine = try text.nextLine(&fields)
    } else {
      try nameColumns((3..<(width + 1)).map { "column\($0)" })
    }
    while hasLine {
      guard fields.count == width else { throw .fields(line: text.line, fields.count, wanted: width) }
      self.sources.append(try EdgeListFile.number(fields[0], text, sources))
      self.targets.append(try EdgeListFile.number(fields[1], text, targets))
      for column in columns.indices { try appendNumber(fields[column + 2], text, column) }
      if self.sources.count % 65536 == 0 {
        if work.isStopped { return }
        work.tell("reading \(file.name)", text.bytesRead, file.bytes.count, "bytes")
      }
      hasLine = try text.nextLine(&fields)
    }
  }

  private func nameColumns(_ names: [String]) throws(PlainGraphError) {
    for name in names {
      if columns.contains(where: { $0.name == name }) { throw .repeatedColumn(name) }
      columns.append(Column(name: name))
    }
  }

  private static let headers: Set<String> = [
    "source target", "src dst", "from to", "u v", "head tail", "sourceid targetid", "fromid toid",
    "fromnodeid tonodeid", "source_id target_id", "src_id dst_id", "node1 node2", "id1 id2",
    "source destination",
  ]

  /// Whether the first line names columns: its first two fields are words that people use for that, or a number is
  /// wanted where it has none and the next line has one.
  private static func isHeader(
    _ fields: [DelimitedText.Field], _ text: DelimitedText
  ) throws(PlainGraphError) -> Bool {
    let ends = fields.prefix(2).map { text.text(of: $0).lowercased() }.joined(separator: " ")
    if headers.contains(ends) { return true }
    var following = text
    var next: [DelimitedText.Field] = []
    guard try following.nextLine(&next), next.count == fields.count else { return false }
    let mustBeNumbers = zip(fields, next).dropFirst(2)
    if mustBeNumbers.contains(where: { number(in: $0, text) == nil && number(in: $1, following) != nil }) {
      return true
    }
    return zip(fields, next).prefix(2).allSatisfy {
      number(in: $0, text) == nil && number(in: $1, following) != nil
    }
  }

  private static func number(
    _ field: DelimitedText.Field, _ text: DelimitedText, _ numbering: Numbering
  ) throws(PlainGraphError) -> UInt32 {
    let line = text.line
    return try text.withLetters(of: field) { (letters) throws(PlainGraphError) -> UInt32 in
      if letters.isEmpty { throw .emptyName(line: line) }
      switch numbering {
      case .growing(let names, let type):
        if let known = names.number(of: letters) { return known }
        try checkName(letters, line: line)
        guard let number = names.adding(letters) else { throw .tooManyNames(type) }
        return number
      case .listed(let names, let file):
        if let known = names.number(of: letters) { return known }
        throw .nameNotListed(line: line, String(decoding: letters, as: UTF8.self), ids: file)
      case .plain(let count, let type):
        let name = String(decoding: letters, as: UTF8.self)
        guard let number = UInt32(name), number < count else {
          throw .numberOutOfRange(line: line, name, type: type, count: count)
        }
        return number
      }
    }
  }

  /// Names are written again, one a line.
  private static func checkName(_ letters: UnsafeRawBufferPointer, line: Int) throws(PlainGraphError) {
    guard letters.allSatisfy({ $0 < 128 }) || String(validating: letters, as: UTF8.self) != nil else {
      throw .notUTF8(line: line)
    }
  }

  private func appendNumber(
    _ field: DelimitedText.Field, _ text: DelimitedText, _ column: Int
  ) throws(PlainGraphError) {
    guard let number = EdgeListFile.number(in: field, text) else {
      throw .notANumber(line: text.line, text.text(of: field), column: columns[column].name)
    }
    columns[column].numbers.append(number)
  }

  /// Rounded once, from decimal to float32; `nan` and `inf` are numbers too.
  private static func number(in field: DelimitedText.Field, _ text: DelimitedText) -> Float? {
    text.withLetters(of: field) { letters in
      guard !letters.isEmpty, letters.count < 64 else { return nil }
      return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { copy -> Float? in
        for (i, letter) in letters.enumerated() { copy[i] = CChar(bitPattern: letter) }
        copy[letters.count] = 0
        var end: UnsafeMutablePointer<CChar>?
        let number = strtof(copy.baseAddress!, &end)
        return end == copy.baseAddress! + letters.count ? number : nil
      }
    }
  }
}

extension VertexNames {
  /// Reads a file of ids, one a line; of a line with a tab, the part after it counts, so that a NAME.ids.tsv can be
  /// given as it is.
  convenience init(listedIn path: String) throws(Failure) {
    self.init()
    let file = try MappedFile(path, kind: "graph")
    do throws(PlainGraphError) {
      try readList(file)
    } catch {
      throw error.failure(path)
    }
  }

  private func readList(_ file: MappedFile) throws(PlainGraphError) {
    var rest = file.bytes[...]
    var line = 0
    var lineOf: [Int] = []
    while !rest.isEmpty {
      line += 1
      let text = rest.prefix { $0 != 10 }
      rest = rest.dropFirst(text.count + 1)
      var name = text
      if let tab = text.lastIndex(of: 9) { name = text[(tab + 1)...] }
      if name.last == 13 { name = name.dropLast() }
      if name.isEmpty { continue }
      let letters = UnsafeRawBufferPointer(rebasing: name)
      guard String(validating: letters, as: UTF8.self) != nil else { throw .notUTF8(line: line) }
      let before = count
      guard let number = adding(letters) else { throw .tooManyNames(file.name) }
      if count == before {
        throw .repeatedName(line: line, String(decoding: letters, as: UTF8.self), first: lineOf[Int(number)])
      }
      lineOf.append(line)
    }
  }
}
