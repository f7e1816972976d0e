import Diagnostics
import Dispatch

/// How far a long step has come.
package struct Progress: Sendable, Hashable {
  /// The step, for people: `reading cites.npy`.
  package let what: String
  package let done: UInt64
  package let total: UInt64
  /// What `done` and `total` count: `edges`, `bytes`, `rows`.
  package let unit: String

  package init(what: String, done: UInt64, total: UInt64, unit: String) {
    self.what = what
    self.done = done
    self.total = total
    self.unit = unit
  }
}

/// What long work is given by its caller: whom to tell how far it is, and whom to ask whether to stop.
package struct Work: Sendable {
  /// Called now and then, from any thread; prints if it likes.
  package let report: @Sendable (Progress) -> Void
  /// Not zero once the user has asked to stop; the memory outlives the work. A signal handler may set it.
  package nonisolated(unsafe) let stop: UnsafePointer<Int32>?
  /// How many threads may work at once.
  package let threads: Int

  package init(
    threads: Int = 0, stop: UnsafePointer<Int32>? = nil,
    report: @escaping @Sendable (Progress) -> Void = { _ in }
  ) {
    self.threads = threads
    self.stop = stop
    self.report = report
  }

  /// Says nothing and is never stopped.
  package static let quiet = Work()
}

extension Work {
  package var isStopped: Bool { stop.map { $0.pointee != 0 } ?? false }

  func tell(_ what: String, _ done: Int, _ total: Int, _ unit: String) {
    report(Progress(what: what, done: UInt64(done), total: UInt64(total), unit: unit))
  }

  /// Runs a step of the runtime that counts up what it has done, and reports it ten times a second.
  func watching<Result>(
    _ what: String, total: UInt64, unit: String,
    _ body: (UnsafeMutablePointer<UInt64>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let done = Numbers<UInt64>(zeros: 1)
    let timer = DispatchSource.makeTimerSource(queue: .global())
    let report = report
    timer.schedule(deadline: .now(), repeating: 0.1)
    timer.setEventHandler {
      report(Progress(what: what, done: min(done.base.pointee, total), total: total, unit: unit))
    }
    timer.resume()
    defer { timer.cancel() }
    return try body(done.base)
  }

  func checkStop() throws(Failure) {
    if isStopped { throw .interrupted }
  }
}

extension Failure {
  /// The user asked to stop.
  package static var interrupted: Failure { Failure(kind: "interrupted", "interrupted") }
}
