import Diagnostics
import Foundation
import Graph
import Launcher

/// What happens on control-C and on a polite request to end: work is asked to stop, and what it had begun to write is
/// removed. Exit status 130.
enum Interruption {
  static let exitStatus: Int32 = 130

  /// Not zero once the process has been asked to stop.
  nonisolated(unsafe) static let flag: UnsafePointer<Int32> = UnsafePointer(mutableFlag)

  private nonisolated(unsafe) static let mutableFlag: UnsafeMutablePointer<Int32> = {
    let flag = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    flag.initialize(to: 0)
    return flag
  }()

  static var isRequested: Bool { flag.pointee != 0 }

  /// How long work may take to stop by itself and clean up.
  private static let patience: UInt32 = 5

  /// Called before any other thread exists, so that all of them leave these signals to the one started here. A thread
  /// that waits may do what a signal handler may not: take locks and remove directories.
  static func install() {
    // A limit on the size of files is then an error of `write` and not the end of the process.
    signal(SIGXFSZ, SIG_IGN)
    var signals = signals
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    Thread.detachNewThread {
      var signals = Self.signals
      wait(for: &signals)
      mutableFlag.pointee = 1
      // A second signal, or work that does not look at the flag in time, ends it from here.
      var patience = timespec(tv_sec: Int(Self.patience), tv_nsec: 0)
      _ = sigtimedwait(&signals, nil, &patience)
      end()
    }
  }

  /// Removes what is half-written, says so, and ends the process.
  static func end() -> Never {
    Temporaries.removeAllForGood()
    StandardStream.error.writeLine("gnnc: interrupted; nothing was written")
    _exit(exitStatus)
  }

  private static var signals: sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, number) }
    return signals
  }

  private static func wait(for signals: inout sigset_t) {
    var number: Int32 = 0
    while sigwait(&signals, &number) != 0 {}
  }
}
