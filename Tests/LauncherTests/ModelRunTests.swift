import CRuntime
import Diagnostics
import Foundation
import Graph
import Testing

@testable import Launcher

/// A hand-made model run over partitions.
struct ModelRunTests {
  let tiny: Tiny

  init() throws { tiny = try Tiny() }

  private func run(
    _ model: CompiledModel, over graph: String, _ options: ModelRun.Options = ModelRun.Options(threads: 1)
  ) throws -> ModelRun {
    let run = try ModelRun(model, over: graph, options: options)
    let weights = try tiny.weights("scale", shape: [1], [3])
    try run.prepare(weights: try WeightPacker.pack(weights, for: model).weights)
    return run
  }

  @Test(arguments: [1, 2, 7], ExchangeKind.allCases)
  func everyPartitioningAndExchangeGivesTheSameRows(parts: Int, exchange: ExchangeKind) throws {
    let options = ModelRun.Options(threads: 1, exchange: exchange)
    let run = try run(try tiny.model(), over: try tiny.graph(parts: parts), options)
    _ = try run.execute()
    #expect(run.values(of: run.outputs[0]) == Tiny.answer(scale: 3))
  }

  @Test func outputsAreInPlainOrderWhateverTheOrderOfTheGraph() throws {
    let run = try run(try tiny.model(), over: try tiny.graph(parts: 2, order: .degree))
    _ = try run.execute()
    #expect(run.values(of: run.outputs[0]) == Tiny.answer(scale: 3))
  }

  @Test func anOutputMayBeSomeColumnsOfATensor() throws {
    let options = ModelRun.Options(threads: 1, outputs: ["second"])
    let run = try run(try tiny.model(), over: try tiny.graph(parts: 2), options)
    _ = try run.execute()
    let answer = Tiny.answer(scale: 3)
    #expect(run.outputs.map(\.name) == ["second"])
    #expect(run.values(of: run.outputs[0]) == (0..<Tiny.vertices).map { answer[2 * $0 + 1] })
  }

  @Test func runningTwiceGivesTheSame() throws {
    let run = try run(try tiny.model(), over: try tiny.graph(parts: 2))
    let times = try (0..<2).map { _ throws(ModelRun.Stop) in try run.execute() }
    #expect(run.values(of: run.outputs[0]) == Tiny.answer(scale: 3))
    #expect(times[0].stages.count == 2)
    #expect(times.allSatisfy { $0.total >= $0.stages.reduce(0, +) })
  }

  @Test func aRaisedFlagStopsARun() throws {
    let flag = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    defer { flag.deallocate() }
    flag.pointee = 1
    let options = ModelRun.Options(threads: 1, stop: UnsafePointer(flag))
    let run = try run(try tiny.model(), over: try tiny.graph(parts: 1), options)
    #expect(throws: ModelRun.Stop.self) { _ = try run.execute() }
  }

  @Test func aStageThatFailsIsNamed() throws {
    let run = try run(try tiny.model("FAILING"), over: try tiny.graph(parts: 1))
    do {
      _ = try run.execute()
      Issue.record("the stage should have failed")
    } catch {
      guard case .stage("gather", GNNC_INTERNAL) = error else {
        Issue.record("\(error)")
        return
      }
    }
  }

  @Test func thePlanCountsWhatIsStored() throws {
    let run = try ModelRun(
      try tiny.model(), over: try tiny.graph(parts: 2), options: ModelRun.Options(threads: 3))
    let bytes = Dictionary(uniqueKeysWithValues: run.plan.entries.map { ($0.name, $0.bytes) })
    #expect(bytes["stored tensors"] == 2 * 40 * 8)
    #expect(bytes["features"] == 40 * 8)
    #expect(bytes["edges"] == UInt64(Tiny.edges.count * 4 + 40 * 8))
    #expect(bytes["scratch of 3 threads"] == 3 * 64)
    #expect(bytes["scratch for the longest row"] == 128)
    #expect(messages { _ = try run.plan.check(available: 100) }[0].hasSuffix("100 bytes are available"))
    let process = run.plan.total(.process)
    #expect(try run.plan.check(available: process).map(\.severity) == [.warning])
    #expect(try run.plan.check(available: process + run.plan.total(.files)).isEmpty)
  }
}
