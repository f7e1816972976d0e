import CRuntime
import Diagnostics
import Foundation

/// manifest.json of a compiled model: where it came from, and what its directory must hold.
package struct Manifest: Codable, Sendable, Hashable {
  package struct File: Codable, Sendable, Hashable {
    package let name: String
    package let bytes: UInt64
    /// 64 bits in hexadecimal: of the checksums of the file's blocks.
    package let checksum: String

    init(_ name: String, in directory: String) throws(Failure) {
      let digest = try FileDigest(of: directory + "/" + name)
      self.name = name
      bytes = digest.bytes
      checksum = digest.checksum
    }
  }

  package struct Weights: Codable, Sendable, Hashable {
    /// The file's name, without its folder.
    package let source: String
    package let bytes: UInt64
    package let checksum: String

    package init(of path: String) throws(Failure) {
      let digest = try FileDigest(of: path)
      source = URL(fileURLWithPath: path).lastPathComponent
      bytes = digest.bytes
      checksum = digest.checksum
    }
  }

  package struct Hint: Codable, Sendable, Hashable {
    package let name: String
    package let count: UInt64
  }

  package var format: Int
  package var gnnc: String
  package var abi: UInt32
  package var model: String
  /// A hash of the program.
  package var schema: String
  package var compiler: String
  package var processor: String
  /// How rows that cross edges were asked to be held: f32 or bf16.
  package var store: String
  /// Counts that the cost model assumed, by vertex and edge type; only those that were given.
  package var hints: [Hint]
  /// What the packed weights were made of; nil if the model was compiled without.
  package var weights: Weights?
  package var files: [File]

  package static let fileName = "manifest.json"
}

extension Manifest {
  /// Of a model just built; what the library says of itself, and its files, come by `describe`.
  package init(compiler: String, processor: String, store: String = "f32") {
    format = Version.compiledModelFormat
    gnnc = Version.gnnc
    abi = UInt32(GNNC_ABI)
    model = ""
    schema = ""
    self.compiler = compiler
    self.processor = processor
    self.store = store
    hints = []
    files = []
  }

  /// Notes what the library says, and every file that the directory holds so far.
  package mutating func describe(_ tables: ModelTables, in directory: String) throws(Failure) {
    model = tables.name
    schema = tables.schema
    let counts =
      tables.vertexTypes.map { ($0.name, $0.countHint) } + tables.edgeTypes.map { ($0.name, $0.countHint) }
    hints = counts.filter { $0.1 > 0 }.map { Hint(name: $0.0, count: $0.1) }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    files = []
    for name in names.sorted() { files.append(try File(name, in: directory)) }
  }

  package static func read(from directory: String) throws(Failure) -> Manifest {
    let path = directory + "/" + fileName
    guard let data = FileManager.default.contents(atPath: path) else {
      throw LaunchError.notACompiledModel(directory).failure
    }
    // The format first: another version may well have other fields.
    struct Header: Codable { let format: Int }
    guard let header = try? JSONDecoder().decode(Header.self, from: data) else {
      throw LaunchError.damagedManifest(path).failure
    }
    guard header.format == Version.compiledModelFormat else {
      throw LaunchError.otherFormat(path, found: header.format).failure
    }
    guard let manifest = try? JSONDecoder().decode(Manifest.self, from: data) else {
      throw LaunchError.damagedManifest(path).failure
    }
    return manifest
  }

  /// Writes the manifest last: a directory without one is no compiled model.
  package func write(to directory: String) throws(Failure) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let path = directory + "/" + Self.fileName
    guard let data = try? encoder.encode(self) else { preconditionFailure("a manifest is always JSON") }
    try writeFile(path, Array(data) + [UInt8(ascii: "\n")])
  }

  /// Checks that every listed file is there, whole and unchanged.
  package func verify(in directory: String) throws(Failure) {
    for file in files {
      let path = directory + "/" + file.name
      let digest = try FileDigest(of: path)
      guard digest.bytes == file.bytes else {
        throw LaunchError.wrongSize(path, wanted: file.bytes, found: digest.bytes).failure
      }
      guard digest.checksum == file.checksum else { throw LaunchError.wrongChecksum(path).failure }
    }
  }
}

/// The size of a file and a checksum of its bytes.
package struct FileDigest: Sendable, Hashable {
  package let bytes: UInt64
  package let checksum: String

  /// The checksum is of the blocks' checksums, in order.
  package init(of path: String) throws(Failure) {
    var map = gnnc_map()
    var error = gnnc_error()
    guard gnnc_map_file(path, &map, &error) == GNNC_OK else { throw Failure(error) }
    defer { gnnc_unmap(&map) }
    bytes = map.size
    var sums = [UInt64](repeating: 0, count: Int(gnnc_block_count(map.size)))
    if map.size > 0 { gnnc_checksums(map.bytes, map.size, 0, &sums) }
    let whole = sums.withUnsafeBytes { gnnc_checksum($0.baseAddress, UInt64($0.count)) }
    checksum = String(format: "%016llx", whole)
  }
}

extension Failure {
  /// What the runtime has said.
  init(_ error: gnnc_error) {
    let text = withUnsafeBytes(of: error.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    let help = withUnsafeBytes(of: error.help) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    self.init(kind: "file", text, help: help.isEmpty ? nil : help)
  }
}
