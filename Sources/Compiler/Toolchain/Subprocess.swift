import Foundation

/// Another program, run to its end with its output kept.
package struct Subprocess: Sendable {
  package enum Ending: Hashable, Sendable {
    case exit(Int32)
    case signal(Int32)
  }

  package let ending: Ending
  /// Standard output and standard error as they came, together.
  package let output: String

  package var succeeded: Bool { ending == .exit(0) }

  /// Runs `arguments[0]`, a path, with no standard input; throws the system's error number if it cannot be started.
  package static func run(_ arguments: [String]) throws(SystemError) -> Subprocess {
    try start(arguments).wait()
  }

  /// A program that has not been waited for.
  struct Running {
    fileprivate let child: pid_t
    fileprivate let log: Int32

    /// Waits for its end. To be called once.
    func wait() throws(SystemError) -> Subprocess {
      defer { close(log) }
      var status: Int32 = 0
      while waitpid(child, &status, 0) < 0 {
        guard errno == EINTR else { throw SystemError(number: errno) }
      }
      let ending: Ending = status & 0x7f == 0 ? .exit((status >> 8) & 0xff) : .signal(status & 0x7f)
      return Subprocess(ending: ending, output: contents(of: log))
    }
  }

  static func start(_ arguments: [String]) throws(SystemError) -> Running {
    let log = temporaryFile()
    guard log >= 0 else { throw SystemError(number: errno) }
    do {
      return Running(child: try spawn(arguments, output: log), log: log)
    } catch {
      close(log)
      throw error
    }
  }

  /// A file without a name, so that nothing is left behind however the program ends.
  private static func temporaryFile() -> Int32 {
    var template = Array((NSTemporaryDirectory() + "gnnc-output-XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { return descriptor }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return descriptor
  }

  private static func spawn(_ arguments: [String], output: Int32) throws(SystemError) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)

    // gnnc keeps interrupts blocked in its own threads; the child has to hear them.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

    var child = pid_t()
    let words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    let status = posix_spawn(&child, arguments[0], &actions, &attributes, words, environ)
    guard status == 0 else { throw SystemError(number: status) }
    return child
  }

  private static func contents(of descriptor: Int32) -> String {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    lseek(descriptor, 0, SEEK_SET)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += chunk[..<count]
    }
  }
}

/// What the operating system answered instead of doing as asked.
package struct SystemError: Error, Hashable, Sendable {
  package let number: Int32
  package var message: String { String(cString: strerror(number)) }
}
