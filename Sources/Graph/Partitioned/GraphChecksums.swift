import CRuntime
import Diagnostics

/// The file `checksums`: 64-bit words, little-endian. The letters "gnncsums"; the checksum of the manifest; how many
/// follow; one for each block of each file in the manifest's order; and the checksum of all words before it.
struct GraphChecksums {
  private static let letters: UInt64 = 0x736D_7573_636E_6E67

  let manifest: UInt64
  let sums: [UInt64]

  init(manifest text: String, sums: [UInt64]) {
    manifest = GraphChecksums.checksum(of: Array(text.utf8))
    self.sums = sums
  }

  /// Nil if the words are not as they should be.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 32, bytes.count % 8 == 0 else { return nil }
    let words = bytes.bindMemory(to: UInt64.self)
    guard words[0] == GraphChecksums.letters, words[2] == UInt64(words.count - 4),
      words[words.count - 1] == gnnc_checksum(bytes.baseAddress, UInt64(bytes.count - 8))
    else { return nil }
    manifest = words[1]
    sums = Array(words[3..<(words.count - 1)])
  }

  func fits(manifest bytes: UnsafeRawBufferPointer) -> Bool {
    gnnc_checksum(bytes.baseAddress, UInt64(bytes.count)) == manifest
  }

  func write(to path: String) throws(Failure) {
    let words = [GraphChecksums.letters, manifest, UInt64(sums.count)] + sums
    let last = words.withUnsafeBytes { gnnc_checksum($0.baseAddress, UInt64($0.count)) }
    let file = try FileWriter(path, appears: .atOnce)
    for word in words + [last] { try file.append(word) }
    try file.finish()
  }

  /// The checksums of a file's blocks.
  static func sums(ofFile path: String, threads: Int) throws(Failure) -> [UInt64] {
    let file = try MappedFile(path, kind: "graph")
    var sums = [UInt64](repeating: 0, count: Int(gnnc_block_count(UInt64(file.bytes.count))))
    gnnc_checksums(file.bytes.baseAddress, UInt64(file.bytes.count), UInt32(threads), &sums)
    return sums
  }

  private static func checksum(of bytes: [UInt8]) -> UInt64 {
    bytes.withUnsafeBytes { gnnc_checksum($0.baseAddress, UInt64($0.count)) }
  }
}
