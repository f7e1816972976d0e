import CRuntime
import Diagnostics

/// A file in memory, read-only, for as long as the value lives.
final class MappedFile: @unchecked Sendable {
  let path: String
  let bytes: UnsafeRawBufferPointer
  private var map: gnnc_map

  /// `kind` is what an error is filed under: `graph`, `npy`, `weights`.
  init(_ path: String, kind: String) throws(Failure) {
    var map = gnnc_map()
    try runtime(kind, at: .file(path)) { gnnc_map_file(path, &map, $0) }
    self.path = path
    self.map = map
    bytes = UnsafeRawBufferPointer(start: map.bytes, count: Int(map.size))
  }

  deinit { gnnc_unmap(&map) }

  /// The file's own name, without its folder.
  var name: String { fileName(path) }

  /// The contents as an array of numbers; the file's size must be checked before.
  func numbers<Number>(_ type: Number.Type = Number.self, count: Int) -> UnsafeBufferPointer<Number> {
    precondition(count * MemoryLayout<Number>.stride <= bytes.count)
    return UnsafeBufferPointer(start: bytes.baseAddress?.assumingMemoryBound(to: type), count: count)
  }
}

/// The last part of a path.
func fileName(_ path: String) -> String {
  path.split(separator: "/").last.map(String.init) ?? path
}
