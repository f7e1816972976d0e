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
  let stagesSeconds: Double
  let exchangeSeconds: Double
  let prologueSeconds: Double
  /// The whole process, from its start to the last byte written.
  let totalSeconds: Double
  /// From the start of the process to the first stage, and from the last stage on.
  let openSeconds: Double
  let writeSeconds: Double
  let peakBytes: UInt64
  let stages: [Stage]
  /// The stages' seconds of every run.
  let runs: [Double]
  /// How far each stage is from what the machine can do, if that was asked for.
  var profile: ProfileReport?

  init(_ run: ModelRun, _ times: [ModelRun.Times], opened: Double, computed: Double, total: Double) {
    let best = times.min { $0.total < $1.total }!
    stages = zip(run.model.tables.stages, best.stages).map {
      Stage(name: $0.name, prologue: $0.isPrologue, seconds: $1)
    }
    stagesSeconds = best.total
    exchangeSeconds = best.exchange
    prologueSeconds = stages.filter(\.prologue).reduce(0) { $0 + $1.seconds }
    totalSeconds = total
    openSeconds = opened
    writeSeconds = total - computed
    peakBytes = peakMemory()
    runs = times.map(\.total)
  }

  func lines(output: String) -> [String] {
    let best = runs.count > 1 ? ", best of \(runs.count)" : ""
    return stageLines + [
      "\(output): opened in \(Units.seconds(openSeconds)), computed in \(Units.seconds(stagesSeconds))\(best), "
        + "written in \(Units.seconds(writeSeconds)); \(Units.bytes(peakBytes)) of memory at most"
    ]
  }

  /// A profile tells the same and more.
  private var stageLines: [String] {
    guard profile == nil else { return [] }
    let names = stages.map { $0.name + ($0.prologue ? " (prologue)" : "") }
    let width = names.map(\.count).max() ?? 0
    return zip(names, stages).enumerated().map { number, stage in
      let name = stage.0.padding(toLength: width, withPad: " ", startingAt: 0)
      return "  stage \(number + 1)  \(name)  \(Units.seconds(stage.1.seconds))"
    }
  }
}
