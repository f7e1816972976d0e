import Foundation
import Launcher

/// What a run took, for people and as JSON.
struct RunReport: Encodable {
  struct Stage: Encodable {
    let name: String
    let prologue: Bool
    /// In the best run, over all partitions.
    let seconds: Double
  }

  /// Of the best run: from the first call of a stage to the last return.
  let stages_seconds: Double
  let exchange_seconds: Double
  let prologue_seconds: Double
  /// The whole process, from its start to the last byte written.
  let total_seconds: Double
  /// Until the first stage, and from the last stage on.
  let open_seconds: Double
  let write_seconds: Double
  let peak_bytes: UInt64
  let stages: [Stage]
  /// The stages' seconds of every run.
  let runs: [Double]

  init(_ run: ModelRun, _ times: [ModelRun.Times], opened: Double, computed: Double, total: Double) {
    let best = times.min { $0.total < $1.total }!
    stages = zip(run.model.tables.stages, best.stages).map {
      Stage(name: $0.name, prologue: $0.isPrologue, seconds: $1)
    }
    stages_seconds = best.total
    exchange_seconds = best.exchange
    prologue_seconds = stages.filter(\.prologue).reduce(0) { $0 + $1.seconds }
    total_seconds = total
    open_seconds = opened
    write_seconds = total - computed
    peak_bytes = peakMemory()
    runs = times.map(\.total)
  }

  func lines(output: String) -> [String] {
    let names = stages.map { $0.name + ($0.prologue ? " (prologue)" : "") }
    let width = names.map(\.count).max() ?? 0
    var lines = zip(names, stages).enumerated().map { number, stage in
      let name = stage.0.padding(toLength: width, withPad: " ", startingAt: 0)
      return "  stage \(number + 1)  \(name)  \(Units.seconds(stage.1.seconds))"
    }
    let best = runs.count > 1 ? ", best of \(runs.count)" : ""
    lines.append(
      "\(output): opened in \(Units.seconds(open_seconds)), computed in \(Units.seconds(stages_seconds))\(best), "
        + "written in \(Units.seconds(write_seconds)); \(Units.bytes(peak_bytes)) of memory at most")
    return lines
  }
}
