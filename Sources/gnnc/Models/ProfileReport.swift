import Foundation
import Launcher

/// A profile with the names that people know, as JSON and as a table.
struct ProfileReport: Encodable {
  struct Machine: Encodable {
    let readBytesPerSecond: Double
    let triadBytesPerSecond: Double
    let flopsPerSecond: Double
  }

  struct Gather: Encodable {
    let tensor: String
    let edges: String
    /// The stages that gather it, from 1 on.
    let stages: [Int]
    /// Of each row that are gathered.
    let rowBytes: Int
    /// By all of these stages.
    let bytes: Double
    let bytesPerSecond: Double
    let randomBytesPerSecond: Double
  }

  struct Stage: Encodable {
    let name: String
    let prologue: Bool
    let seconds: Double
    let bytesGathered: Double
    let bytesRead: Double
    let bytesWritten: Double
    let bytesPerSecond: Double
    let flops: Double
    let flopsPerSecond: Double
    /// What the machine needs for it at best: for each of the three, and in all.
    let gatherSeconds: Double
    let streamSeconds: Double
    let arithmeticSeconds: Double
    let predictedSeconds: Double
    let bound: StageProfile.Bound
    /// Predicted seconds by measured ones: of memory, of arithmetic, and of the one that bounds it.
    let memoryShare: Double
    let arithmeticShare: Double
    let share: Double
  }

  let threads: Int
  let machine: Machine
  let gathers: [Gather]
  let stages: [Stage]
  let seconds: Double
  let predictedSeconds: Double
  /// The part of the seconds that stages take which reach 85 % of their roof.
  let shareAtGoal: Double

  init(_ profile: Profile, _ tables: ModelTables) {
    threads = profile.threads
    machine = Machine(
      readBytesPerSecond: profile.limits.read, triadBytesPerSecond: profile.limits.triad,
      flopsPerSecond: profile.limits.multiplyAdd)
    gathers = profile.gathers.keys.sorted { $0.place < $1.place }.map { kind in
      Gather(kind, of: profile, tables)
    }
    stages = profile.stages.map(Stage.init)
    seconds = profile.seconds
    predictedSeconds = profile.predictedSeconds
    shareAtGoal = profile.seconds > 0 ? profile.secondsAtGoal / profile.seconds : 0
  }
}

extension GatherKind {
  fileprivate var place: (Int, Int, Int) { (tensor, edgeSet, bytes) }
}

extension ProfileReport.Gather {
  fileprivate init(_ kind: GatherKind, of profile: Profile, _ tables: ModelTables) {
    let key = tables.key(of: kind.edgeSet)
    tensor = tables.tensors[kind.tensor].name
    edges = key.direction == .forward ? key.edgeType : "\(key.direction.rawValue)(\(key.edgeType))"
    let gathers = profile.stages.map { $0.load.gathers.filter { $0.kind == kind } }
    stages = gathers.indices.filter { !gathers[$0].isEmpty }.map { $0 + 1 }
    rowBytes = kind.bytes
    bytes = gathers.joined().reduce(0) { $0 + $1.bytes }
    bytesPerSecond = profile.gathers[kind]?.alongEdges ?? 0
    randomBytesPerSecond = profile.gathers[kind]?.atRandom ?? 0
  }

  /// At the rate of this gather.
  var seconds: Double { bytesPerSecond > 0 ? bytes / bytesPerSecond : 0 }
}

extension ProfileReport.Stage {
  fileprivate init(_ stage: StageProfile) {
    name = stage.name
    prologue = stage.isPrologue
    seconds = stage.seconds
    bytesGathered = stage.load.bytesGathered
    bytesRead = stage.load.bytesRead
    bytesWritten = stage.load.bytesWritten
    bytesPerSecond = stage.bandwidth
    flops = stage.load.flops
    flopsPerSecond = stage.flopRate
    gatherSeconds = stage.predicted.gathering
    streamSeconds = stage.predicted.streaming
    arithmeticSeconds = stage.predicted.arithmetic
    predictedSeconds = stage.predicted.seconds
    bound = stage.predicted.bound
    memoryShare = stage.memoryShare
    arithmeticShare = stage.arithmeticShare
    share = stage.share
  }

  /// Flops for each byte; nil where a stage has none of either.
  var intensity: Double? {
    let bytes = bytesGathered + bytesRead + bytesWritten
    return bytes > 0 && flops > 0 ? flops / bytes : nil
  }
}

// MARK: - For people

extension ProfileReport {
  var lines: [String] {
    [machineLine] + gatherLines + [""] + stageTable + [""] + footLines
  }

  var machineLine: String {
    "this machine, \(threads) threads: reads \(Rate.bytes(machine.readBytesPerSecond)), "
      + "triad \(Rate.bytes(machine.triadBytesPerSecond)), multiplies and adds \(Rate.flops(machine.flopsPerSecond))"
  }

  /// The last lines: how much of the time is spent near the roof.
  var footLines: [String] {
    [
      "in all \(Rate.seconds(seconds)); \(Rate.seconds(predictedSeconds)) at best: "
        + "\(Rate.percent(seconds > 0 ? predictedSeconds / seconds : 0)) of the roofline",
      "stages at \(Rate.percent(Profile.goal)) of their roof or more take \(Rate.percent(shareAtGoal)) of the time",
    ]
  }

  /// Those that count: what takes less than a hundredth of the time at best is left to the JSON.
  private var gatherLines: [String] {
    let shown = gathers.filter { $0.seconds > 0 && $0.seconds >= 0.01 * predictedSeconds }
    guard !shown.isEmpty else { return [] }
    let rows = shown.map { gather in
      [
        "  \(gather.tensor) along \(gather.edges)", gather.stages.map(String.init).joined(separator: ", "),
        "\(gather.rowBytes) bytes", Rate.bytes(gather.bytesPerSecond),
        Rate.bytes(gather.randomBytesPerSecond),
      ]
    }
    let header = ["  gathered rows", "by stage", "of each", "in the edges' order", "at random"]
    return TextTable(header, rows, left: [0]).lines
  }

  private var stageTable: [String] {
    let header = [
      "stage", "seconds", "at best", "of roof", "bound by", "gathered", "read", "written", "GB/s",
      "of memory",
      "GFLOP", "GFLOP/s", "of arithmetic", "what it does",
    ]
    let rows = stages.enumerated().map { number, stage in
      [
        "\(number + 1)", Rate.seconds(stage.seconds), Rate.seconds(stage.predictedSeconds),
        Rate.percent(stage.share), stage.bound.rawValue, Rate.size(stage.bytesGathered),
        Rate.size(stage.bytesRead), Rate.size(stage.bytesWritten), Rate.giga(stage.bytesPerSecond),
        Rate.percent(stage.memoryShare), Rate.giga(stage.flops), Rate.giga(stage.flopsPerSecond),
        Rate.percent(stage.arithmeticShare), stage.name + (stage.prologue ? " (prologue)" : ""),
      ]
    }
    return TextTable(header, rows, left: [4, 13]).lines
  }
}

/// Rates for people, and what they are made of.
enum Rate {
  /// `51.2 ms`: three digits, for times that are compared with one another.
  static func seconds(_ seconds: Double) -> String {
    guard seconds < 1 else { return Units.seconds(seconds) }
    return String(format: seconds < 0.01 ? "%.2f ms" : seconds < 0.1 ? "%.1f ms" : "%.0f ms", seconds * 1000)
  }

  /// `28.4 GB/s`.
  static func bytes(_ rate: Double) -> String { String(format: "%.1f GB/s", rate / 1e9) }

  /// `302 GFLOP/s`.
  static func flops(_ rate: Double) -> String {
    String(format: rate < 9.95e9 ? "%.1f GFLOP/s" : "%.0f GFLOP/s", rate / 1e9)
  }

  /// Without a unit, for a column: billions.
  static func giga(_ value: Double) -> String {
    String(format: value < 9.95e9 ? "%.2f" : "%.1f", value / 1e9)
  }

  static func percent(_ share: Double) -> String { String(format: "%.0f %%", share * 100) }

  static func size(_ bytes: Double) -> String { bytes > 0 ? Units.bytes(UInt64(bytes)) : "-" }
}

/// Columns of text under a header, numbers to the right.
struct TextTable {
  let lines: [String]

  /// `left`: columns that are words.
  init(_ header: [String], _ rows: [[String]], left: Set<Int>) {
    let all = [header] + rows
    let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    lines = all.map { row in
      var line = ""
      for (column, text) in row.enumerated() {
        let space = String(repeating: " ", count: widths[column] - text.count)
        line += (column > 0 ? "  " : "") + (left.contains(column) ? text + space : space + text)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
