import CRuntime
import Diagnostics
import Foundation

/// Weights in the form that a model's library computes with.
package final class PackedWeights: @unchecked Sendable {
  private enum Memory {
    case anonymous(Pages)
    case file(FileMap)
  }

  package static let fileName = "weights.bin"

  private let memory: Memory
  package let bytes: Int
  /// Where each weight with a row for each vertex is, by its number among the weights.
  private let vertexWeights: [Int: VertexWeight]

  /// A weight that counts vertices, as the weights' file holds it: float32, row-major, in plain order.
  package struct VertexWeight: @unchecked Sendable {
    package let count: Int
    package let base: UnsafePointer<Float>
  }

  package func vertexWeight(_ number: Int) -> VertexWeight { vertexWeights[number]! }

  fileprivate init(_ pages: Pages, bytes: Int, _ vertexWeights: [Int: VertexWeight]) {
    memory = .anonymous(pages)
    self.bytes = bytes
    self.vertexWeights = vertexWeights
  }

  /// 64-byte aligned; lives as long as this.
  package var base: UnsafeRawPointer {
    switch memory {
    case .anonymous(let pages): UnsafeRawPointer(pages.base)
    case .file(let map): map.bytes.baseAddress! + Header.size
    }
  }

  /// Whether none of those that the library packed, the first `packed` bytes, is infinite or NaN. Reads them all.
  func areFinite(packed: Int) -> Bool {
    gnnc_all_finite(base.assumingMemoryBound(to: Float.self), UInt64(packed / MemoryLayout<Float>.stride))
      != 0
  }

  /// Maps packed weights that `write` made for the same program.
  package init(path: String, for model: CompiledModel) throws(Failure) {
    let map = try FileMap(path)
    guard let header = Header(map.bytes) else { throw LaunchError.damagedWeights(path).failure }
    guard header == Header(of: model, contents: map.bytes.dropHeader) else {
      throw LaunchError.foreignWeights(path).failure
    }
    memory = .file(map)
    bytes = map.bytes.count - Header.size
    let contents = map.bytes.dropHeader
    guard let places = Layout(model.tables).places(in: contents) else {
      throw LaunchError.damagedWeights(path).failure
    }
    vertexWeights = places
  }

  /// Writes weights.bin; the directory that holds it is renamed as a whole by the caller.
  package func write(to path: String, for model: CompiledModel) throws(Failure) {
    let contents = UnsafeRawBufferPointer(start: base, count: bytes)
    let header = Header(of: model, contents: contents).encoded
    try writeFile(path, header, then: contents)
  }
}

// MARK: - Packing

extension PackedWeights {
  /// Memory for a model's packed weights, filled by the model's own function. `counts`: how many vertices each weight
  /// has rows for that counts them.
  static func packing(
    for model: CompiledModel, _ raw: [UnsafePointer<Float>?], counts: [Int: Int] = [:]
  ) throws(Failure) -> PackedWeights {
    let layout = Layout(model.tables)
    let bytes = layout.bytes(counts)
    let pages = try Pages(bytes: bytes, for: "the packed weights")
    layout.fill(pages.base, raw, counts)
    if !raw.isEmpty, let pack = model.library.pointee.pack {
      guard pack(raw, pages.base) == GNNC_OK else {
        throw LaunchError.noMemory("packing the weights", bytes: bytes).failure
      }
    }
    let contents = UnsafeRawBufferPointer(start: pages.base, count: bytes)
    return PackedWeights(pages, bytes: bytes, layout.places(in: contents) ?? [:])
  }

  /// What stands where: the packed weights; then for each weight that counts vertices how many they are, as uint64, and
  /// its numbers. Each part begins at a whole cache line.
  private struct Layout {
    let tables: ModelTables
    private static let line = 64

    init(_ tables: ModelTables) { self.tables = tables }

    private var counted: [Int] { tables.weights.indices.filter { tables.weights[$0].counted != nil } }
    private var packedBytes: Int { (tables.packedBytes + Self.line - 1) / Self.line * Self.line }

    private func partBytes(_ weight: Int, count: Int) -> Int {
      let width = tables.weights[weight].shape.filter { $0 != 0 }.reduce(1, *)
      return Self.line + (count * width * 4 + Self.line - 1) / Self.line * Self.line
    }

    func bytes(_ counts: [Int: Int]) -> Int {
      counted.isEmpty
        ? tables.packedBytes : counted.reduce(packedBytes) { $0 + partBytes($1, count: counts[$1] ?? 0) }
    }

    func fill(_ base: UnsafeMutableRawPointer, _ raw: [UnsafePointer<Float>?], _ counts: [Int: Int]) {
      var place = packedBytes
      for weight in counted {
        let count = counts[weight] ?? 0
        base.storeBytes(of: UInt64(count), toByteOffset: place, as: UInt64.self)
        let width = tables.weights[weight].shape.filter { $0 != 0 }.reduce(1, *)
        if let from = raw[weight] {
          (base + place + Self.line).copyMemory(from: from, byteCount: count * width * 4)
        }
        place += partBytes(weight, count: count)
      }
    }

    /// Nil where the parts do not fit the whole.
    func places(in contents: UnsafeRawBufferPointer) -> [Int: VertexWeight]? {
      guard !counted.isEmpty else { return contents.count == tables.packedBytes ? [:] : nil }
      var places: [Int: VertexWeight] = [:]
      var place = packedBytes
      for weight in counted {
        guard place + Self.line <= contents.count else { return nil }
        let count = contents.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        guard count <= UInt64(contents.count), place + partBytes(weight, count: Int(count)) <= contents.count
        else {
          return nil
        }
        let base = (contents.baseAddress! + place + Self.line).assumingMemoryBound(to: Float.self)
        places[weight] = VertexWeight(count: Int(count), base: base)
        place += partBytes(weight, count: Int(count))
      }
      return place == contents.count ? places : nil
    }
  }
}

// MARK: - The header

/// The file's first 64 bytes, so that what follows stays aligned.
private struct Header: Equatable {
  static let size = 64
  static let magic = Array("GNNCWGT2".utf8)
  let abi: UInt32
  let packedBytes: UInt64
  let checksum: UInt64
  let schema: [UInt8]

  init(of model: CompiledModel, contents: UnsafeRawBufferPointer) {
    abi = UInt32(GNNC_ABI)
    packedBytes = UInt64(contents.count)
    checksum = PackedWeights.checksum(of: contents)
    schema = Self.padded(model.tables.schema)
  }

  /// Nil where the file is too short, has other contents than it says, or is something else.
  init?(_ file: UnsafeRawBufferPointer) {
    guard file.count >= Self.size, file.prefix(8).elementsEqual(Self.magic) else { return nil }
    abi = file.loadUnaligned(fromByteOffset: 8, as: UInt32.self)
    packedBytes = file.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
    checksum = file.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
    schema = Array(file[32..<64])
    guard packedBytes == UInt64(file.count - Self.size),
      checksum == PackedWeights.checksum(of: file.dropHeader)
    else { return nil }
  }

  var encoded: [UInt8] {
    var bytes = Self.magic
    withUnsafeBytes(of: abi) { bytes += $0 }
    bytes += [0, 0, 0, 0]
    withUnsafeBytes(of: packedBytes) { bytes += $0 }
    withUnsafeBytes(of: checksum) { bytes += $0 }
    return bytes + schema
  }

  private static func padded(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8.prefix(32))
    return bytes + [UInt8](repeating: 0, count: 32 - bytes.count)
  }
}

extension UnsafeRawBufferPointer {
  fileprivate var dropHeader: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: self[64...]) }
}

extension PackedWeights {
  fileprivate static func checksum(of bytes: UnsafeRawBufferPointer) -> UInt64 {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return 0 }
    var sums = [UInt64](repeating: 0, count: Int(gnnc_block_count(UInt64(bytes.count))))
    gnnc_checksums(base, UInt64(bytes.count), 0, &sums)
    return sums.withUnsafeBytes { gnnc_checksum($0.baseAddress, UInt64($0.count)) }
  }
}

/// Writes a file in two pieces; its directory is renamed as a whole by the caller.
func writeFile(
  _ path: String, _ head: [UInt8],
  then rest: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0)
) throws(Failure) {
  guard let file = fopen(path, "wb") else { throw LaunchError.cannotWrite(path, systemMessage()).failure }
  let whole =
    fwrite(head, 1, head.count, file) == head.count
    && (rest.isEmpty || fwrite(rest.baseAddress!, 1, rest.count, file) == rest.count)
  let reason = errno
  guard fclose(file) == 0, whole else {
    throw LaunchError.notWritten(path, reason: whole ? errno : reason).failure
  }
}

func systemMessage(_ number: Int32 = errno) -> String { String(cString: strerror(number)) }
