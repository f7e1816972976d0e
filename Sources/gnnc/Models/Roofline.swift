import Foundation
import Launcher

/// Flops a second over flops for each byte, both by powers: the machine's roofs, and each stage below its own.
struct Roofline {
  let report: ProfileReport
  let left: Double
  let right: Double
  let top: Double
  let bottom: Double
  /// By number; what takes no time worth mentioning only has a bar.
  private let shown: [Int]
  private let across: Axis
  private let upwards: Axis

  /// From the lowest to the highest value, by powers of two.
  private struct Axis {
    let low: Double
    let high: Double

    /// Holds all of `values`, widened to whole powers of two.
    init(_ values: [Double], below: Double, above: Double) {
      let known = values.filter { $0 > 0 && $0.isFinite }
      low = exp2(floor(log2((known.min() ?? 1) / below)))
      high = max(exp2(ceil(log2((known.max() ?? 1) * above))), low * 2)
    }

    func share(_ value: Double) -> Double { log2(value / low) / log2(high / low) }

    /// Powers of two, so many as are not too dense.
    var ticks: [Double] {
      let (first, last) = (Int(log2(low).rounded()), Int(log2(high).rounded()))
      return stride(from: first, through: last, by: last - first > 14 ? 2 : 1).map { exp2(Double($0)) }
    }
  }

  init(report: ProfileReport, left: Double, right: Double, top: Double, bottom: Double) {
    self.report = report
    (self.left, self.right, self.top, self.bottom) = (left, right, top, bottom)
    let machine = report.machine
    shown = report.stages.indices.filter { Self.isShown(report.stages[$0], of: report) }
    let stages = shown.map { report.stages[$0] }
    across = Axis(
      stages.compactMap(\.intensity) + [machine.flopsPerSecond / machine.readBytesPerSecond], below: 2,
      above: 2)
    upwards = Axis(
      stages.flatMap { [$0.flopsPerSecond, $0.flops / $0.predictedSeconds] } + [machine.flopsPerSecond],
      below: 1.5,
      above: 1.3)
  }

  private static func isShown(_ stage: ProfileReport.Stage, of report: ProfileReport) -> Bool {
    stage.intensity != nil && stage.predictedSeconds > 0 && stage.seconds > 0
      && stage.seconds >= 0.01 * report.seconds
  }

  func draw(_ svg: inout SVG) {
    grid(&svg)
    let machine = report.machine
    roof(machine.triadBytesPerSecond, "triad", dashes: "6 5", below: true, &svg)
    roof(machine.readBytesPerSecond, "read", dashes: "", below: false, &svg)
    if let fastest = report.gathers.map(\.bytesPerSecond).max(), fastest > 1.15 * machine.readBytesPerSecond {
      roof(fastest, "fastest gather", dashes: "2 5", below: false, &svg)
    }
    svg.text(
      "multiply-add  \(Rate.flops(machine.flopsPerSecond))",
      at: .init(x: right - 6, y: y(machine.flopsPerSecond) - 8), size: 12.5, fill: Colour.ink, anchor: .end)
    // Dots last, those of the longest stages on top.
    let order = shown.sorted { report.stages[$0].seconds < report.stages[$1].seconds }
    for number in order { reach(report.stages[number], &svg) }
    for number in order { dot(number, &svg) }
  }

  private func x(_ intensity: Double) -> Double { left + (right - left) * across.share(intensity) }
  private func y(_ rate: Double) -> Double { bottom - (bottom - top) * upwards.share(rate) }

  private func grid(_ svg: inout SVG) {
    for tick in across.ticks {
      svg.line(.init(x: x(tick), y: top), .init(x: x(tick), y: bottom), stroke: Colour.grid)
      svg.text(
        tick < 1 ? "1/\(Int((1 / tick).rounded()))" : "\(Int(tick))", at: .init(x: x(tick), y: bottom + 19),
        size: 12, fill: Colour.faded, anchor: .middle)
    }
    var tick = pow(10, floor(log10(upwards.low)))
    while tick <= upwards.high {
      for step in [1.0, 2, 5] where (upwards.low...upwards.high).contains(tick * step) {
        svg.line(.init(x: left, y: y(tick * step)), .init(x: right, y: y(tick * step)), stroke: Colour.grid)
        svg.text(
          String(format: "%g", tick * step / 1e9), at: .init(x: left - 9, y: y(tick * step) + 4), size: 12,
          fill: Colour.faded, anchor: .end)
      }
      tick *= 10
    }
    svg.text(
      "flops for each byte gathered, read or written", at: .init(x: (left + right) / 2, y: bottom + 42),
      size: 12.5,
      fill: Colour.faded, anchor: .middle)
    svg.text("GFLOP/s", at: .init(x: left - 40, y: top - 14), size: 12.5, fill: Colour.faded)
  }

  /// What a bandwidth lets through, up to what arithmetic does.
  private func roof(_ bandwidth: Double, _ name: String, dashes: String, below: Bool, _ svg: inout SVG) {
    let peak = report.machine.flopsPerSecond
    guard bandwidth > 0, peak > 0 else { return }
    let ridge = min(peak / bandwidth, across.high)
    let start = max(across.low, upwards.low / bandwidth)
    guard start < ridge else { return }
    let (from, to) = (
      SVG.Point(x: x(start), y: y(start * bandwidth)), SVG.Point(x: x(ridge), y: y(ridge * bandwidth))
    )
    svg.line(from, to, stroke: Colour.roof, width: 2, dashes: dashes)
    if dashes.isEmpty {
      svg.line(to, .init(x: right, y: y(peak)), stroke: Colour.roof, width: 2)
    } else if x(ridge) < x(peak / report.machine.readBytesPerSecond) {
      svg.line(
        to, .init(x: x(peak / report.machine.readBytesPerSecond), y: y(peak)), stroke: Colour.roof, width: 2)
    }
    let turn = atan2(to.y - from.y, to.x - from.x) * 180 / .pi
    let place = 0.06
    svg.text(
      "\(name)  \(Rate.bytes(bandwidth))",
      at: .init(
        x: from.x + (to.x - from.x) * place + (below ? 8 : -6),
        y: from.y + (to.y - from.y) * place + (below ? 16 : -6)),
      size: 12.5, fill: Colour.ink, turned: turn)
  }

  /// From a stage's dot up to where it would be at best.
  private func reach(_ stage: ProfileReport.Stage, _ svg: inout SVG) {
    guard let intensity = stage.intensity else { return }
    let best = stage.flops / stage.predictedSeconds
    let colour = Colour.of(stage.bound)
    let place = SVG.Point(x: x(intensity), y: y(best))
    svg.line(
      .init(x: x(intensity), y: y(stage.flopsPerSecond)), place, stroke: colour, width: 1.5, dashes: "2 3")
    svg.line(.init(x: place.x - 9, y: place.y), .init(x: place.x + 9, y: place.y), stroke: colour, width: 3)
  }

  private func dot(_ number: Int, _ svg: inout SVG) {
    let stage = report.stages[number]
    guard let intensity = stage.intensity else { return }
    Dot.draw(number + 1, stage, at: .init(x: x(intensity), y: y(stage.flopsPerSecond)), &svg)
  }
}
