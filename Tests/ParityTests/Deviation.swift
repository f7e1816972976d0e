/// How far numbers are from those wanted, in the scale that every bound here is stated in: a difference counts relative
/// to the largest value of its row, or to a thousandth of the median row's largest value where that is more.
struct Deviation: Equatable {
  /// The largest difference, over all places where a finite number is wanted.
  var largest = 0.0
  /// Where it is.
  var row = 0, column = 0
  /// Places where one is NaN, or infinite, and the other is not the same.
  var otherSpecials = 0

  init(of found: [Double], from wanted: NumberArray) {
    guard found.count == wanted.numbers.count else {
      largest = .infinity
      return
    }
    let width = wanted.width
    let rows = (0..<wanted.numbers.count / width).map { wanted.numbers[$0 * width..<($0 + 1) * width] }
    let extents = rows.map { row in row.lazy.filter(\.isFinite).map { abs($0) }.max() }
    let floor = 1e-3 * median(extents.compactMap { $0 })
    for (row, extent) in extents.enumerated() {
      for column in 0..<width {
        let (a, b) = (found[row * width + column], wanted.numbers[row * width + column])
        guard a.isFinite, b.isFinite else {
          if a != b && !(a.isNaN && b.isNaN) { otherSpecials += 1 }
          continue
        }
        guard a != b else { continue }
        let difference = abs(a - b) / max(extent!, floor)
        if difference > largest { (largest, self.row, self.column) = (difference, row, column) }
      }
    }
  }
}

private func median(_ numbers: [Double]) -> Double {
  guard !numbers.isEmpty else { return 0 }
  let sorted = numbers.sorted()
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}
