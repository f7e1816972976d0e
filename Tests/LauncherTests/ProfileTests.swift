import Diagnostics
import Testing

@testable import Launcher

/// What stages have to do over a graph, and how far they are from what a machine can do.
struct ProfileTests {
  let tiny: Tiny

  init() throws { tiny = try Tiny() }

  private func run(parts: Int, exchange: ExchangeKind = .shared) throws -> ModelRun {
    let model = try tiny.model()
    let options = ModelRun.Options(threads: 2, exchange: exchange)
    let run = try ModelRun(model, over: try tiny.graph(parts: parts), options: options)
    let weights = try tiny.weights("scale", shape: [1], [3])
    try run.prepare(weights: try WeightPacker.pack(weights, for: model).weights)
    return run
  }

  @Test(arguments: [1, 3]) func aLoadIsWhatRowsAndEdgesCostTimesTheirNumber(parts: Int) throws {
    let run = try run(parts: parts)
    let loads = run.loads
    let (vertices, edges) = (40.0, 84.0)
    #expect(Tiny.edges.count == 84)
    #expect(loads[0].flops == 2 * vertices)
    #expect(loads[0].bytesRead == 8 * vertices)
    #expect(loads[0].bytesWritten == 8 * vertices)
    #expect(loads[0].bytesGathered == 0)
    #expect(loads[1].flops == 2 * edges)
    #expect(loads[1].bytesRead == 8 * vertices + 4 * edges)
    #expect(loads[1].bytesWritten == 8 * vertices)
    let kind = GatherKind(edgeSet: 0, tensor: 1, bytes: 8)
    #expect(loads[1].gathers == [StageLoad.Gather(kind: kind, bytes: 8 * edges)])
    #expect(loads[1].bytes == 16 * vertices + 12 * edges)
  }

  private static let limits = MachineLimits(read: 100, triad: 50, multiplyAdd: 1000)
  private static let kind = GatherKind(edgeSet: 0, tensor: 1, bytes: 8)
  private static let gathers = [kind: GatherLimit(alongEdges: 200, atRandom: 20)]

  private func stage(
    flops: Double, read: Double, written: Double, gathered: Double, seconds: Double
  ) -> StageProfile {
    let load = StageLoad(
      flops: flops, bytesRead: read, bytesWritten: written,
      gathers: [StageLoad.Gather(kind: Self.kind, bytes: gathered)])
    return StageProfile(
      name: "sum", isPrologue: false, load: load, seconds: seconds,
      predicted: .init(load, Self.limits, Self.gathers))
  }

  @Test func aStageIsBoundByTheSlowerOfMemoryAndArithmetic() {
    let moving = stage(flops: 1000, read: 100, written: 100, gathered: 400, seconds: 10)
    #expect(moving.predicted.gathering == 2)
    #expect(moving.predicted.streaming == 1 + 2)
    #expect(moving.predicted.arithmetic == 1)
    #expect(moving.predicted.seconds == 5)
    #expect(moving.predicted.bound == .memory)
    #expect(moving.share == 0.5)
    #expect(moving.arithmeticShare == 0.1)
    #expect(moving.bandwidth == 60)
    #expect(moving.intensity == 1000.0 / 600)

    let computing = stage(flops: 8000, read: 100, written: 100, gathered: 400, seconds: 10)
    #expect(computing.predicted.seconds == 8)
    #expect(computing.predicted.bound == .arithmetic)
    #expect(computing.share == 0.8)
    #expect(computing.flopRate == 800)
  }

  @Test func theTimeNearTheRoofIsThatOfTheStagesThatReachIt() {
    let near = stage(flops: 0, read: 100, written: 100, gathered: 400, seconds: 5.5)
    let far = stage(flops: 0, read: 100, written: 100, gathered: 400, seconds: 10)
    let nothing = stage(flops: 0, read: 0, written: 0, gathered: 0, seconds: 0)
    let profile = Profile(
      threads: 2, limits: Self.limits, gathers: Self.gathers, stages: [near, far, nothing])
    #expect(profile.seconds == 15.5)
    #expect(profile.predictedSeconds == 10)
    #expect(profile.secondsAtGoal == 5.5)
    #expect(nothing.share == 0)
    #expect(nothing.intensity == 0)
  }

  @Test(arguments: ExchangeKind.allCases) func aProfileTakesTheBestOfEachStage(exchange: ExchangeKind) throws
  {
    let run = try run(parts: 2, exchange: exchange)
    _ = try run.execute()
    let times = [
      ModelRun.Times(total: 3, stages: [2, 1], exchange: 0),
      ModelRun.Times(total: 4, stages: [1, 3], exchange: 0),
    ]
    let profile = try run.profile(times)
    #expect(profile.stages.map(\.seconds) == [1, 1])
    #expect(profile.stages.map(\.name) == ["scale", "gather"])
    #expect(Set(profile.gathers.keys) == [Self.kind])
    let rates = try #require(profile.gathers[Self.kind])
    #expect(rates.alongEdges > 0)
    #expect(rates.atRandom > 0)
    #expect(profile.limits.read > 0)
    #expect(profile.limits.triad > 0)
    #expect(profile.limits.multiplyAdd > 0)
    // Measuring reads rows and changes none.
    #expect(run.values(of: run.outputs[0]) == Tiny.answer(scale: 3))
  }

  @Test func aCostOfWhatIsNotThereIsRefused() {
    let told = messages { _ = try tiny.model("WILD_COST") }
    #expect(told.count == 1)
    #expect(told.first?.hasSuffix("describes itself wrongly: gather points at 9 of 3") == true)
  }
}
