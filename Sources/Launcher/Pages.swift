import CRuntime
import Diagnostics
import Foundation

/// Anonymous memory straight from the system: zeros, 64-byte aligned and more, given back when it is let go.
package final class Pages: @unchecked Sendable {
  package let base: UnsafeMutableRawPointer
  package let bytes: Int

  /// `what` stands in the message when there is not so much memory.
  package init(bytes: Int, for what: String) throws(Failure) {
    self.bytes = max(bytes, 1)
    let memory = mmap(
      nil, self.bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let memory, memory != MAP_FAILED else { throw LaunchError.noMemory(what, bytes: bytes).failure }
    base = memory
    // Rows are gathered from all over a tensor: fewer, larger pages spare the processor's page tables.
    if bytes >= 8 << 20 { madvise(memory, self.bytes, MADV_HUGEPAGE) }
  }

  deinit { munmap(base, bytes) }
}

/// A file in memory, read-only.
package final class FileMap: @unchecked Sendable {
  private var map = gnnc_map()

  package init(_ path: String) throws(Failure) {
    var error = gnnc_error()
    guard gnnc_map_file(path, &map, &error) == GNNC_OK else { throw Failure(error) }
  }

  /// Gives back the memory of whole pages of a file from `base` on, until somebody reads them again.
  static func release(_ base: UnsafeRawPointer, bytes: Int) {
    let page = UInt(sysconf(Int32(_SC_PAGESIZE)))
    let first = (UInt(bitPattern: base) + page - 1) / page * page
    let end = (UInt(bitPattern: base) + UInt(bytes)) / page * page
    guard first < end else { return }
    madvise(UnsafeMutableRawPointer(bitPattern: first), Int(end - first), MADV_DONTNEED)
  }

  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: map.bytes, count: Int(map.size)) }

  deinit { gnnc_unmap(&map) }
}
