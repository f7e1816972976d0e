import CRuntime
import Diagnostics
import Foundation
import Graph

/// A compiled model over a graph: checked, planned and ready to be executed, once or several times.
package final class ModelRun {
  package struct Options: Sendable {
    package var threads: Int
    package var exchange: ExchangeKind
    /// Names of outputs; nil for all of them.
    package var outputs: [String]?
    /// Not zero once the user has asked to stop.
    package nonisolated(unsafe) var stop: UnsafePointer<Int32>?

    package init(
      threads: Int = ProcessInfo.processInfo.activeProcessorCount, exchange: ExchangeKind = .shared,
      outputs: [String]? = nil, stop: UnsafePointer<Int32>? = nil
    ) {
      self.threads = threads
      self.exchange = exchange
      self.outputs = outputs
      self.stop = stop
    }
  }

  package let model: CompiledModel
  package let graph: PartitionedGraph
  package let plan: MemoryPlan
  /// Those that will be written.
  package let outputs: [ModelTables.Output]

  let options: Options
  let fitted: Fitted
  private var prepared: Prepared?

  private struct Prepared {
    let weights: PackedWeights
    let weightsAreFinite: Bool
    let exchange: any Exchange
    let arena: Pages
    let hub: Pages
    /// Vertices of each type, as uint64.
    let counts: Pages
  }

  /// Opens the graph for the model: throws where the two do not fit, or where the graph is damaged.
  package init(
    _ model: CompiledModel, over graphPath: String, options: Options = Options(), work: Work = .quiet
  ) throws(Failure) {
    let tables = model.tables
    outputs = try Self.select(options.outputs, of: tables)
    let summary = try PartitionedGraph.summary(of: graphPath)
    try ModelFit.check(tables, model: model.directory, against: summary, graph: graphPath)
    let graph = try PartitionedGraph(path: graphPath, wanted: tables.graphParts, work: work)
    self.model = model
    self.graph = graph
    self.options = options
    fitted = Fitted(tables: tables, graph: graph)
    try IndexCheck(fitted, .init(model: model.directory, graph: graphPath)).run()
    plan = MemoryPlan(fitted, threads: options.threads, outputs: outputs)
  }

  private static func select(
    _ names: [String]?, of tables: ModelTables
  ) throws(Failure) -> [ModelTables.Output] {
    guard let names else { return tables.outputs }
    var chosen: [ModelTables.Output] = []
    for name in names {
      guard let output = tables.outputs.first(where: { $0.name == name }) else {
        throw LaunchError.unknownOutput(name, has: tables.outputs.map(\.name)).failure
      }
      chosen.append(output)
    }
    return chosen
  }

  /// Takes the memory that the plan names.
  package func prepare(weights: PackedWeights) throws(Failure) {
    let exchange: any Exchange =
      switch options.exchange {
      case .shared: try SharedMemory(fitted, weights)
      case .copy: try CopyingExchange(fitted, weights)
      }
    prepared = Prepared(
      weights: weights, weightsAreFinite: weights.areFinite(packed: fitted.tables.packedBytes),
      exchange: exchange,
      arena: try Pages(bytes: options.threads * fitted.tables.arenaBytes, for: "scratch"),
      hub: try Pages(bytes: MemoryPlan.hubBytes(fitted), for: "scratch for the longest row"),
      counts: try vertexCounts())
  }

  private func vertexCounts() throws(Failure) -> Pages {
    let types = fitted.tables.vertexTypes.indices
    let pages = try Pages(bytes: types.count * MemoryLayout<UInt64>.stride, for: "counts")
    let counts = pages.base.bindMemory(to: UInt64.self, capacity: max(types.count, 1))
    for type in types { counts[type] = fitted.vertexCount(type) }
    return pages
  }
}

// MARK: - Executing

extension ModelRun {
  /// How long one execution took, in seconds.
  package struct Times: Sendable, Hashable {
    /// From the first call of a stage to the last return, with what the exchange took.
    package let total: Double
    /// Each stage over all partitions.
    package let stages: [Double]
    package let exchange: Double
  }

  /// What ends an execution early.
  package enum Stop: Error {
    case interrupted
    /// A stage gave this status back: memory it could not have, or a fault of ours.
    case stage(String, gnnc_status)
    case exchange(Failure)
  }

  /// Runs every stage over every partition. `began` is told of each stage by number, before it starts. In the last run,
  /// features leave memory when the last stage that reads them has ended.
  package func execute(isLast: Bool = false, began: (Int) -> Void = { _ in }) throws(Stop) -> Times {
    guard let prepared else { preconditionFailure("execute comes after prepare") }
    let stages = fitted.tables.stages
    var seconds = [Double](repeating: 0, count: stages.count)
    var exchangeSeconds = 0.0
    let start = now()
    for level in levels {
      for number in level.stages {
        began(number)
        let first = now()
        for part in prepared.exchange.parts {
          try call(model.library.pointee.stage[number].run, stages[number].name, part, prepared)
        }
        seconds[number] = now() - first
      }
      let first = now()
      try exchange(after: level, prepared.exchange)
      for finish in level.finishes {
        for part in prepared.exchange.memories {
          try call(model.library.pointee.finish[finish].run, "values of the whole graph", part, prepared)
        }
      }
      exchangeSeconds += now() - first
      if isLast { release(after: level) }
    }
    return Times(total: now() - start, stages: seconds, exchange: exchangeSeconds)
  }

  /// The stages of one level, and what is computed of the whole graph behind them.
  private struct Level {
    let stages: [Int]
    let finishes: [Int]
  }

  private var levels: [Level] {
    let tables = fitted.tables
    return Set(tables.stages.map(\.level) + tables.finishes.map(\.level)).sorted().map { level in
      Level(
        stages: tables.stages.indices.filter { tables.stages[$0].level == level },
        finishes: tables.finishes.indices.filter { tables.finishes[$0].level == level })
    }
  }

  /// Gives back the pages of features that only stages up to this level read. They are the files' own: what asks for them
  /// again finds them there.
  private func release(after level: Level) {
    guard let last = level.stages.last else { return }
    func isRead(_ tensor: Int, in stages: some Sequence<Int>) -> Bool {
      stages.contains {
        let stage = fitted.tables.stages[$0]
        return stage.reads.contains(tensor) || stage.gathers.contains(tensor)
      }
    }
    for (place, tensor) in fitted.tables.tensors.enumerated() {
      guard case .vertexFeature(let type) = tensor.kind, !tensor.isRounded, isRead(place, in: level.stages),
        !isRead(place, in: (last + 1)..<fitted.tables.stages.count),
        case .dense(let stored) = fitted.vertexFeature(tensor, of: type)
      else { continue }
      FileMap.release(stored.base, bytes: Int(stored.feature.denseBytes(rows: stored.rows)))
    }
  }

  private func call(
    _ function: (UnsafePointer<gnnc_call>?) -> gnnc_status, _ name: String, _ part: Int, _ prepared: Prepared
  ) throws(Stop) {
    let view = prepared.exchange.view(of: part)
    var call = gnnc_call()
    call.threads = UInt32(options.threads)
    call.part = UInt32(part)
    call.parts = UInt32(graph.summary.parts)
    call.counts = UnsafePointer(prepared.counts.base.assumingMemoryBound(to: UInt64.self))
    call.owned = UnsafePointer(view.owned.baseAddress)
    call.edges = UnsafePointer(view.edges.baseAddress)
    call.tensors = UnsafePointer(view.tensors.baseAddress)
    call.weights = prepared.weights.base
    call.arena = prepared.arena.base
    call.hub = prepared.hub.base
    call.stop = stop
    call.sparse = UnsafePointer(view.sparse.baseAddress)
    call.weights_are_finite = prepared.weightsAreFinite ? 1 : 0
    switch function(&call) {
    case GNNC_OK: return
    case GNNC_INTERRUPTED: throw .interrupted
    case let status: throw .stage(name, status)
    }
  }

  /// Only rows that a later stage gathers have to travel, and what is contributed to values of the whole graph.
  private func exchange(after level: Level, _ exchange: any Exchange) throws(Stop) {
    let tables = fitted.tables
    guard let last = level.stages.last else { return }
    let gathered = Set(tables.stages[(last + 1)...].flatMap(\.gathers))
    let written = Set(level.stages.flatMap { tables.stages[$0].writes })
    let travels = written.filter { gathered.contains($0) || tables.tensors[$0].kind == .partial }
    do {
      try exchange.exchange(travels.sorted())
    } catch {
      throw .exchange(error)
    }
  }

  /// Not zero once the user has asked to stop.
  var stop: UnsafePointer<Int32> { options.stop ?? Self.never }

  /// The partitions as stages see them.
  var views: [PartitionView] {
    guard let prepared else { preconditionFailure("views come after prepare") }
    return prepared.exchange.parts.map(prepared.exchange.view)
  }

  /// A stop flag for callers that have none.
  private nonisolated(unsafe) static let never: UnsafePointer<Int32> = {
    let flag = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    flag.initialize(to: 0)
    return UnsafePointer(flag)
  }()
}

private func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

// MARK: - Results

extension ModelRun {
  /// Writes the outputs into `directory`, which is there: NAME.npy each, and the names of vertices that have some.
  package func writeOutputs(to directory: String, work: Work = .quiet) throws(Failure) {
    var named: Set<Int> = []
    for output in outputs {
      try writer(of: output).write(into: directory, work: work)
      switch output.rows {
      case .vertices(let type): named.insert(type)
      case .edges(_, _, .some): try writer(of: output, loopsOnly: true).write(into: directory, work: work)
      case .edges, .graph: continue
      }
    }
    for type in named.sorted() {
      let name = fitted.tables.vertexTypes[type].name
      guard graph.summary.vertexType(named: name)?.hasNames == true else { continue }
      try graph.writeNames(of: name, to: directory + "/\(name).ids.tsv")
    }
  }

  /// An output's numbers in the user's own order, `width` for each row. For float32 outputs.
  package func values(of output: ModelTables.Output) -> [Float] {
    writer(of: output).values()
  }

  /// The values of an output's added self-loops, a row for each vertex; nil where it has none.
  package func loopValues(of output: ModelTables.Output) -> [Float]? {
    guard case .edges(_, _, .some) = output.rows else { return nil }
    return writer(of: output, loopsOnly: true).values()
  }

  private func writer(of output: ModelTables.Output, loopsOnly: Bool = false) -> OutputWriter {
    guard let prepared else { preconditionFailure("results come after prepare") }
    return OutputWriter(output, loopsOnly: loopsOnly, fitted, prepared.exchange)
  }
}
