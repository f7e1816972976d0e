import Foundation

/// Seconds since it was made.
struct Stopwatch {
  private let start = ProcessInfo.processInfo.systemUptime
  var seconds: Double { ProcessInfo.processInfo.systemUptime - start }
}

/// The most memory that the process has held so far, in bytes.
func peakMemory() -> UInt64 {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return UInt64(usage.ru_maxrss) * 1024
}
