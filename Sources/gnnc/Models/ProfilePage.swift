import Foundation
import Graph
import Launcher

/// A profile as a picture: the roofline with a dot for each stage, and below it how long each took and takes at best.
struct ProfilePage {
  private let report: ProfileReport
  private let title: String
  private static let width = 1120.0
  private static let margin = 48.0
  private static let rowHeight = 46.0

  init(_ report: ProfileReport, model: String, graph: GraphSummary) {
    self.report = report
    let vertices = graph.vertexTypes.reduce(0) { $0 + $1.count }
    let edges = graph.edgeTypes.reduce(0) { $0 + $1.count }
    title = "\(model), over \(Self.grouped(vertices)) vertices and \(Self.grouped(edges)) edges"
  }

  var svg: String {
    var svg = SVG()
    let barsTop = 640.0
    let height = barsTop + Double(report.stages.count) * Self.rowHeight + 84
    svg.rectangle(.init(x: 0, y: 0), width: Self.width, height: height, fill: Colour.paper)
    heading(&svg)
    Roofline(
      report: report, left: Self.margin + 40, right: Self.width - Self.margin, top: 122, bottom: 524
    ).draw(&svg)
    legend(&svg, y: barsTop - 24)
    for (number, stage) in report.stages.enumerated() {
      bars(of: stage, number: number + 1, y: barsTop + Double(number) * Self.rowHeight, &svg)
    }
    for (place, line) in report.footLines.enumerated() {
      svg.text(line, at: .init(x: Self.margin, y: height - 48 + Double(place) * 20), fill: Colour.ink)
    }
    return svg.document(width: Self.width, height: height, title: title)
  }

  private func heading(_ svg: inout SVG) {
    svg.text(title, at: .init(x: Self.margin, y: 54), size: 22, fill: Colour.ink, isBold: true)
    svg.text(report.machineLine, at: .init(x: Self.margin, y: 80), size: 13.5, fill: Colour.faded)
    let share = report.seconds > 0 ? report.predictedSeconds / report.seconds : 0
    let right = Self.width - Self.margin
    svg.text(
      Rate.percent(share), at: .init(x: right, y: 58), size: 30, fill: Colour.ink, anchor: .end, isBold: true)
    svg.text("of the roofline", at: .init(x: right, y: 80), size: 13.5, fill: Colour.faded, anchor: .end)
  }

  // MARK: - Bars

  private static let barLeft = 430.0
  private static let barWidth = 405.0

  private func legend(_ svg: inout SVG, y: Double) {
    svg.text("Stage by stage", at: .init(x: Self.margin, y: y), size: 15, fill: Colour.ink, isBold: true)
    var x = Self.barLeft
    for (colour, words) in [
      (Colour.measured, "measured"), (Colour.memory, "at best: gathering"),
      (Colour.stream, "reading, writing"),
      (Colour.arithmetic, "arithmetic"),
    ] {
      svg.rectangle(.init(x: x, y: y - 10), width: 12, height: 12, fill: colour, rounded: 2)
      svg.text(words, at: .init(x: x + 18, y: y), size: 12.5, fill: Colour.faded)
      x += 18 + Double(words.count) * 6.6 + 26
    }
  }

  private func bars(of stage: ProfileReport.Stage, number: Int, y: Double, _ svg: inout SVG) {
    let longest = report.stages.map { max($0.seconds, $0.predictedSeconds) }.max() ?? 0
    let scale = longest > 0 ? Self.barWidth / longest : 0
    Dot.draw(number, stage, at: .init(x: Self.margin + 11, y: y + 13), &svg)
    let name = stage.name.count > 48 ? stage.name.prefix(46) + " …" : stage.name[...]
    svg.text(String(name), at: .init(x: Self.margin + 32, y: y + 11), size: 13, fill: Colour.ink)
    svg.text(
      Self.amounts(stage), at: .init(x: Self.margin + 32, y: y + 27), size: 11.5, fill: Colour.faded)
    let left = Self.barLeft
    svg.rectangle(
      .init(x: left, y: y), width: stage.seconds * scale, height: 13, fill: Colour.measured, rounded: 2,
      title: "measured: \(Rate.seconds(stage.seconds))")
    let gathering = stage.gatherSeconds * scale
    svg.rectangle(
      .init(x: left, y: y + 15), width: gathering, height: 6, fill: Colour.memory,
      title: "gathering, at best: \(Rate.seconds(stage.gatherSeconds))")
    svg.rectangle(
      .init(x: left + gathering, y: y + 15), width: stage.streamSeconds * scale, height: 6,
      fill: Colour.stream,
      title: "reading and writing, at best: \(Rate.seconds(stage.streamSeconds))")
    svg.rectangle(
      .init(x: left, y: y + 23), width: stage.arithmeticSeconds * scale, height: 6, fill: Colour.arithmetic,
      title: "arithmetic, at best: \(Rate.seconds(stage.arithmeticSeconds))")
    let right = left + Self.barWidth + 14
    svg.text(
      Rate.seconds(stage.seconds), at: .init(x: right + 62, y: y + 11), size: 13, fill: Colour.ink,
      anchor: .end)
    svg.text(
      Rate.percent(stage.share), at: .init(x: right + 120, y: y + 11), size: 13,
      fill: stage.share >= Profile.goal ? Colour.good : Colour.ink, anchor: .end, isBold: true)
    svg.text("of its", at: .init(x: right + 126, y: y + 11), size: 12, fill: Colour.faded)
    svg.text(
      "\(stage.bound.rawValue) roof", at: .init(x: right + 126, y: y + 26), size: 12, fill: Colour.faded)
  }

  private static func amounts(_ stage: ProfileReport.Stage) -> String {
    let moved = stage.bytesGathered > 0 ? "\(Rate.size(stage.bytesGathered)) gathered, " : ""
    return moved + "\(Rate.size(stage.bytesRead)) read, \(Rate.size(stage.bytesWritten)) written, "
      + "\(Units.count(stage.flops))FLOP\(stage.prologue ? "; prologue" : "")"
  }

  private static func grouped(_ count: UInt64) -> String {
    var digits = Array(String(count))
    for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
    return String(digits)
  }
}

/// What is drawn in which colour.
enum Colour {
  static let paper = "#ffffff"
  static let ink = "#0f172a"
  static let faded = "#64748b"
  static let grid = "#e8edf3"
  static let roof = "#0f172a"
  static let measured = "#475569"
  static let memory = "#2563eb"
  static let stream = "#93c5fd"
  static let arithmetic = "#ea8a0b"
  static let good = "#15803d"

  static func of(_ bound: StageProfile.Bound) -> String { bound == .memory ? memory : arithmetic }
}

/// A stage's number in a circle, in the colour of what bounds it.
enum Dot {
  static func draw(_ number: Int, _ stage: ProfileReport.Stage, at middle: SVG.Point, _ svg: inout SVG) {
    svg.circle(
      middle, radius: 10.5, fill: Colour.of(stage.bound), stroke: Colour.paper,
      title: "\(number): \(stage.name)")
    svg.text(
      "\(number)", at: .init(x: middle.x, y: middle.y + 4), size: number > 99 ? 8 : 11.5, fill: Colour.paper,
      anchor: .middle, isBold: true)
  }
}
