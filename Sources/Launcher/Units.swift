import Foundation

/// Numbers for people.
package enum Units {
  /// `512 bytes`, `1.5 kB`, `3.2 GB`: decimal, two or three digits.
  package static func bytes(_ count: UInt64) -> String {
    guard count >= 1000 else { return count == 1 ? "1 byte" : "\(count) bytes" }
    return scaled(Double(count), ["kB", "MB", "GB", "TB", "PB"])
  }

  /// `12 k`, `3.4 M`.
  package static func count(_ count: Double) -> String {
    count < 1000 ? String(format: "%.0f", count) : scaled(count, ["k", "M", "G", "T", "P"])
  }

  /// `0.42 s`, `12.3 s`, `3 min 05 s`.
  package static func seconds(_ seconds: Double) -> String {
    if seconds < 0.01 { return String(format: "%.2f ms", seconds * 1000) }
    if seconds < 10 { return String(format: "%.2f s", seconds) }
    if seconds < 120 { return String(format: "%.1f s", seconds) }
    let whole = Int(seconds.rounded())
    return whole < 7200
      ? String(format: "%d min %02d s", whole / 60, whole % 60)
      : String(format: "%d h %02d min", whole / 3600, whole / 60 % 60)
  }

  private static func scaled(_ value: Double, _ names: [String]) -> String {
    var value = value / 1000
    var name = 0
    while value >= 999.5, name + 1 < names.count {
      value /= 1000
      name += 1
    }
    return String(format: value < 9.95 ? "%.1f %@" : "%.0f %@", value, names[name] as NSString)
  }
}
