import CRuntime
import Diagnostics
import Glibc

/// Writes a file from its beginning to its end; every write is checked.
final class FileWriter {
  enum Appearance {
    /// Written beside its place under another name; `finish` renames it, and without `finish` nothing is left.
    case whenWhole
    /// Written where it stands: for files in a folder that itself appears when whole.
    case atOnce
  }

  private let path: String
  private let writtenPath: String
  private var descriptor: Int32
  private var buffer: UnsafeMutableRawBufferPointer
  private var buffered = 0
  private(set) var size: UInt64 = 0

  init(_ path: String, appears: Appearance) throws(Failure) {
    self.path = path
    writtenPath = appears == .whenWhole ? temporaryName(for: path) : path
    if appears == .whenWhole { Temporaries.add(writtenPath, for: path) }
    descriptor = open(writtenPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    buffer = .allocate(byteCount: 1 << 18, alignment: 64)
    if descriptor < 0 {
      let failure = notWritten()
      Temporaries.remove(writtenPath)
      throw failure
    }
  }

  deinit {
    buffer.deallocate()
    if descriptor >= 0 {
      close(descriptor)
      discard()
    }
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    size += UInt64(bytes.count)
    if bytes.count <= buffer.count - buffered {
      return keep(bytes)
    }
    try flush()
    if bytes.count < buffer.count { keep(bytes) } else { try write(bytes) }
  }

  func append(_ text: String) throws(Failure) {
    var text = text
    let failure: Failure? = text.withUTF8 { utf8 in
      do throws(Failure) {
        try append(UnsafeRawBufferPointer(utf8))
        return nil
      } catch { return error }
    }
    if let failure { throw failure }
  }

  func append<Number: BitwiseCopyable>(_ number: Number) throws(Failure) {
    try withUnsafeBytes(of: number) { bytes throws(Failure) in try append(bytes) }
  }

  func appendZeros(_ count: Int) throws(Failure) {
    for _ in 0..<count { try append(UInt8(0)) }
  }

  /// Appends `count` bytes in pieces, which several threads make and write side by side: `make` is given where a piece
  /// begins among the bytes, and memory for it.
  func append(
    count: Int, piece: Int, threads: Int, make: (Int, UnsafeMutableRawBufferPointer) -> Void
  ) throws(Failure) {
    try flush()
    let reason = withoutActuallyEscaping(make) { make in
      let pieces = Pieces(descriptor: descriptor, begin: Int(size), count: count, piece: piece, make: make)
      gnnc_parallel(
        UInt32(threads), UInt64(pieces.number),
        { context, number in
          Unmanaged<Pieces>.fromOpaque(context!).takeUnretainedValue().write(Int(number))
        }, Unmanaged.passUnretained(pieces).toOpaque())
      return pieces.reasons.first { $0 != 0 } ?? 0
    }
    size += UInt64(count)
    guard reason == 0 else { throw notWritten(reason) }
    guard lseek(descriptor, off_t(size), SEEK_SET) >= 0 else { throw notWritten() }
  }

  func finish() throws(Failure) {
    try flush()
    let closed = close(descriptor)
    let reason = errno
    descriptor = -1
    if closed == 0, writtenPath == path || rename(writtenPath, path) == 0 {
      Temporaries.remove(writtenPath)
      return
    }
    let failure = notWritten(closed == 0 ? errno : reason)
    discard()
    throw failure
  }

  private func discard() {
    guard writtenPath != path else { return }
    unlink(writtenPath)
    Temporaries.remove(writtenPath)
  }

  private func keep(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    buffer.baseAddress?.advanced(by: buffered).copyMemory(from: start, byteCount: bytes.count)
    buffered += bytes.count
  }

  private func flush() throws(Failure) {
    let waiting = UnsafeRawBufferPointer(rebasing: buffer[..<buffered])
    buffered = 0
    try write(waiting)
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = Glibc.write(descriptor, rest.baseAddress, min(rest.count, 1 << 30))
      if written > 0 {
        rest = rest.dropFirst(written)
      } else if written == 0 || errno != EINTR {
        throw notWritten()
      }
    }
  }

  private func notWritten(_ reason: Int32 = errno) -> Failure {
    FileError.notWritten(path, reason: reason).failure
  }
}

/// Pieces of a file that are written side by side.
private final class Pieces {
  let number: Int
  /// What went wrong with each piece; 0 where nothing did.
  let reasons: UnsafeMutableBufferPointer<Int32>
  private let descriptor: Int32
  private let begin: Int
  private let count: Int
  private let piece: Int
  private let make: (Int, UnsafeMutableRawBufferPointer) -> Void

  init(
    descriptor: Int32, begin: Int, count: Int, piece: Int,
    make: @escaping (Int, UnsafeMutableRawBufferPointer) -> Void
  ) {
    number = (count + piece - 1) / piece
    reasons = .allocate(capacity: number)
    reasons.initialize(repeating: 0)
    (self.descriptor, self.begin, self.count, self.piece, self.make) = (descriptor, begin, count, piece, make)
  }

  deinit { reasons.deallocate() }

  func write(_ number: Int) {
    let first = number * piece
    let bytes = min(piece, count - first)
    guard let memory = malloc(bytes) else {
      reasons[number] = ENOMEM
      return
    }
    defer { free(memory) }
    make(first, UnsafeMutableRawBufferPointer(start: memory, count: bytes))
    var done = 0
    while done < bytes {
      let written = pwrite(descriptor, memory + done, bytes - done, off_t(begin + first + done))
      if written > 0 {
        done += written
      } else if written == 0 || errno != EINTR {
        reasons[number] = written == 0 ? ENOSPC : errno
        return
      }
    }
  }
}

extension Slice where Base == UnsafeRawBufferPointer {
  fileprivate var baseAddress: UnsafeRawPointer? { UnsafeRawBufferPointer(rebasing: self).baseAddress }
}

/// A hidden name beside `path` that no other process uses.
func temporaryName(for path: String) -> String {
  let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  let name = fileName(trimmed)
  return "\(trimmed.dropLast(name.count)).\(name).\(getpid()).part"
}
