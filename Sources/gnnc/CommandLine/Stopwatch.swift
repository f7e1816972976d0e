import Foundation

/// Seconds since it was made, or since the process was started.
struct Stopwatch {
  private var start = ProcessInfo.processInfo.systemUptime
  var seconds: Double { ProcessInfo.processInfo.systemUptime - start }

  /// From the start of the process, with what the system took to load it.
  static func ofProcess() -> Stopwatch {
    var clock = Stopwatch()
    clock.start -= max(cpuSeconds, secondsSinceStart() ?? 0)
    return clock
  }

  /// The process has one thread until then: it has been there for as long at least.
  private static var cpuSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// By the system's note of when the process was started, which is rounded down to a tick; so much at least.
  private static func secondsSinceStart() -> Double? {
    guard let text = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
      let name = text.lastIndex(of: ")")
    else { return nil }
    // The 22nd field; the second, in parentheses, may hold blanks.
    let fields = text[name...].split(separator: " ")
    let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
    guard fields.count > 20, let started = Double(fields[20]), ticks > 0 else { return nil }
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9 - (started + 1) / ticks
  }
}

/// The most memory that the process has held so far, in bytes.
func peakMemory() -> UInt64 {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return UInt64(usage.ru_maxrss) * 1024
}
