import CRuntime
import Diagnostics
import Glibc

/// Files of a partitioned graph in memory, verified: sizes, checksums of every block, offsets and ids.
final class GraphMaps: @unchecked Sendable {
  private var maps: [String: MappedFile] = [:]

  init(_ folder: GraphFolder, _ files: [GraphFile], work: Work) throws(Failure) {
    for file in files {
      let map: MappedFile
      do throws(Failure) {
        map = try MappedFile(folder.path(of: file), kind: "graph")
      } catch {
        throw access(folder.path(of: file), F_OK) == 0
          ? error : GraphError.missing(file.path).failure(folder.path)
      }
      guard map.bytes.count == file.bytes else {
        throw GraphError.size(file.path, wanted: file.bytes, found: UInt64(map.bytes.count)).failure(
          folder.path)
      }
      maps[file.path] = map
    }
    try verify(folder, files, work)
  }

  subscript(file: GraphFile) -> MappedFile { maps[file.path]! }

  private func verify(_ folder: GraphFolder, _ files: [GraphFile], _ work: Work) throws(Failure) {
    let names = files.map { $0.path.withCString { strdup($0)! } }
    defer { for name in names { free(name) } }
    let sums = Numbers<UInt64>(zeros: folder.checksums.sums.count)
    _ = sums.values.update(from: folder.checksums.sums)
    var checked: [gnnc_checked_file] = []
    for (file, name) in zip(files, names) {
      checked.append(description(of: file, named: name, sums: sums.base + folder.firstSum[file.path]!))
    }
    let total = files.reduce(0) { $0 + $1.bytes }
    try work.watching("verifying \(folder.path)", total: total, unit: "bytes") { (done) throws(Failure) in
      try runtime("graph", at: .file(folder.path)) {
        gnnc_verify(checked, UInt64(checked.count), UInt32(work.threads), work.stop, done, $0)
      }
    }
    withExtendedLifetime(sums) {}
  }

  private func description(
    of file: GraphFile, named name: UnsafePointer<CChar>, sums: UnsafePointer<UInt64>
  ) -> gnnc_checked_file {
    var checked = gnnc_checked_file()
    checked.path = name
    checked.bytes = self[file].bytes.baseAddress
    checked.size = file.bytes
    checked.sums = sums
    switch file.content {
    case .bytes: checked.content = GNNC_BYTES
    case .starts(let entries, let last):
      (checked.content, checked.entries, checked.limit) = (GNNC_STARTS, entries, last)
    case .index32(let entries, let limit):
      (checked.content, checked.entries, checked.limit) = (GNNC_INDEX32, entries, limit)
    case .index64(let entries, let limit):
      (checked.content, checked.entries, checked.limit) = (GNNC_INDEX64, entries, limit)
    case .loops(let entries, let starts):
      (checked.content, checked.entries) = (GNNC_LOOPS, entries)
      checked.start = self.starts(starts)
    case .columns(let entries, let limit, let rows, let starts):
      (checked.content, checked.entries, checked.limit) = (GNNC_COLUMNS, entries, limit)
      (checked.rows, checked.start) = (rows, self.starts(starts))
    }
    return checked
  }

  private func starts(_ path: String) -> UnsafePointer<UInt64>? {
    maps[path]?.bytes.baseAddress?.assumingMemoryBound(to: UInt64.self)
  }
}
