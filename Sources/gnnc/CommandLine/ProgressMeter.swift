import Foundation
import Graph
import Launcher
import Synchronization

/// One line on a terminal that says what is going on, how far it is, how fast, and how long it will take.
final class ProgressMeter: Sendable {
  private struct State {
    var what = ""
    var began = 0.0
    var shown = 0.0
    var isVisible = false
  }

  /// Ten times a second is as fast as anyone reads.
  private static let interval = 0.1
  private let state = Mutex(State())

  /// Called from any thread.
  func show(_ progress: Graph.Progress) {
    let now = ProcessInfo.processInfo.systemUptime
    state.withLock { state in
      if state.what != progress.what {
        state.what = progress.what
        state.began = now
        state.shown = 0
      }
      guard now - state.shown >= Self.interval else { return }
      state.shown = now
      state.isVisible = true
      Self.draw(Self.line(progress, seconds: now - state.began))
    }
  }

  func begin(_ what: String) {
    state.withLock { state in
      state = State(what: what, began: ProcessInfo.processInfo.systemUptime, shown: 0, isVisible: true)
      Self.draw(what)
    }
  }

  func clear() {
    state.withLock { state in
      if state.isVisible { Self.draw("") }
      state.isVisible = false
    }
  }

  private static func line(_ progress: Graph.Progress, seconds: Double) -> String {
    guard progress.total > 0, progress.done > 0, seconds > 0.2 else { return progress.what }
    let share = Double(progress.done) / Double(progress.total)
    let rate = Double(progress.done) / seconds
    let speed =
      progress.unit == "bytes" ? Units.bytes(UInt64(rate)) : Units.count(rate) + " " + progress.unit
    let left = Units.seconds((Double(progress.total) - Double(progress.done)) / rate)
    return "\(progress.what)  \(Int(share * 100))%  \(speed)/s  \(left) left"
  }

  private static func draw(_ text: String) {
    StandardStream.error.write("\r\u{1B}[K" + text)
  }
}
