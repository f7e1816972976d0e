import CRuntime
import Diagnostics

/// How far each stage of a run is from what the machine can do: a roofline.
package struct Profile: Sendable, Hashable {
  package let threads: Int
  package let limits: MachineLimits
  package let gathers: [GatherKind: GatherLimit]
  package let stages: [StageProfile]

  package init(
    threads: Int, limits: MachineLimits, gathers: [GatherKind: GatherLimit], stages: [StageProfile]
  ) {
    self.threads = threads
    self.limits = limits
    self.gathers = gathers
    self.stages = stages
  }

  /// A stage that reaches this share of its roof is as fast as it will get.
  package static let goal = 0.85

  package var seconds: Double { stages.reduce(0) { $0 + $1.seconds } }
  package var predictedSeconds: Double { stages.reduce(0) { $0 + $1.predicted.seconds } }
  /// The time of the stages that reach `goal`.
  package var secondsAtGoal: Double {
    stages.reduce(0) { $0 + ($1.share >= Profile.goal ? $1.seconds : 0) }
  }
}

/// A stage: what it has to do, how long it took, and how long it takes at best.
package struct StageProfile: Sendable, Hashable {
  package enum Bound: String, Sendable, Hashable, Encodable { case memory, arithmetic }

  /// How long a stage takes at best, in seconds: the longer of two that can go on side by side.
  package struct Prediction: Sendable, Hashable {
    /// Rows of others, each tensor at the rate at which its rows are gathered along these edges.
    package let gathering: Double
    /// What is read in order, at the rate of reading, and what is written, at that of the triad.
    package let streaming: Double
    /// At the rate of dense products.
    package let arithmetic: Double

    package var memory: Double { gathering + streaming }
    package var seconds: Double { max(memory, arithmetic) }
    package var bound: Bound { memory >= arithmetic ? .memory : .arithmetic }

    package init(_ load: StageLoad, _ limits: MachineLimits, _ gathers: [GatherKind: GatherLimit]) {
      gathering = load.gathers.reduce(0) { sum, gather in
        sum + time(gather.bytes, at: gathers[gather.kind]?.alongEdges ?? limits.read)
      }
      streaming = time(load.bytesRead, at: limits.read) + time(load.bytesWritten, at: limits.triad)
      arithmetic = time(load.flops, at: limits.multiplyAdd)
    }
  }

  package let name: String
  package let isPrologue: Bool
  package let load: StageLoad
  /// The least of all runs.
  package let seconds: Double
  package let predicted: Prediction

  package init(
    name: String, isPrologue: Bool, load: StageLoad, seconds: Double, predicted: Prediction
  ) {
    self.name = name
    self.isPrologue = isPrologue
    self.load = load
    self.seconds = seconds
    self.predicted = predicted
  }

  /// Of what the machine can do, the part that the stage reaches; above 1 where its rows were still in a cache.
  package var share: Double { share(of: predicted.seconds) }
  package var memoryShare: Double { share(of: predicted.memory) }
  package var arithmeticShare: Double { share(of: predicted.arithmetic) }
  /// Bytes gathered, read and written in a second.
  package var bandwidth: Double { seconds > 0 ? load.bytes / seconds : 0 }
  package var flopRate: Double { seconds > 0 ? load.flops / seconds : 0 }
  /// Flops for each byte.
  package var intensity: Double { load.bytes > 0 ? load.flops / load.bytes : 0 }

  private func share(of time: Double) -> Double { seconds > 0 ? time / seconds : 0 }
}

private func time(_ amount: Double, at rate: Double) -> Double { rate > 0 ? amount / rate : 0 }

extension ModelRun {
  /// What each stage has to do.
  package var loads: [StageLoad] { fitted.tables.stages.map { StageLoad($0, over: fitted) } }

  /// Measures the machine, and holds the stages of runs that are over against it.
  package func profile(_ times: [Times]) throws(Failure) -> Profile {
    let loads = loads
    let limits = try MachineLimits.measured(threads: options.threads, stop: stop)
    var gathers: [GatherKind: GatherLimit] = [:]
    for kind in loads.flatMap(\.gathers).map(\.kind) where gathers[kind] == nil {
      gathers[kind] = GatherLimit.measured(
        kind, rowBytes: fitted.tables.tensors[kind.tensor].rowBytes, views, threads: options.threads,
        stop: stop)
    }
    guard stop.pointee == 0 else {
      var error = gnnc_error()
      _ = gnnc_fail_interrupted(&error)
      throw Failure(error)
    }
    let stages = fitted.tables.stages.enumerated().map { number, stage in
      StageProfile(
        name: stage.name, isPrologue: stage.isPrologue, load: loads[number],
        seconds: times.map { $0.stages[number] }.min() ?? 0,
        predicted: .init(loads[number], limits, gathers))
    }
    return Profile(threads: options.threads, limits: limits, gathers: gathers, stages: stages)
  }
}
