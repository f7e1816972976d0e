import Compiler
import Diagnostics
import Foundation
import Graph
import Launcher

/// `gnnc run`: a model over a graph; every vertex's answer.
enum RunVerb {
  private static let directory = Flag(
    "-o", value: "OUT", "the directory to make, with NAME.npy for each output")
  private static let output = Flag("--output", value: "NAME", "write this output only; may be repeated")
  private static let plan = Flag("--plan", "print what the run would take of memory, and stop")
  private static let again = Flag("--repeat", value: "N", "compute N times, and tell the best time")
  private static let profile = Flag(
    "--profile", "hold every stage against what this machine can do, and print a table of it")
  private static let page = Flag(
    "--profile-page", value: "FILE.svg",
    "write that as a picture as well: the roofline and a bar for each stage")
  /// For tests: how rows travel between partitions.
  private static let exchange = Flag(
    "--exchange", value: "KIND", "shared (by default) or copy", isHidden: true)

  static let usage = Usage(
    "run",
    synopsis: [
      "run MODEL.gnnc GRAPH -o OUT [--threads N] [--weights W.safetensors] [--output NAME] [--plan] [--repeat N]",
      "run MODEL.gnn GRAPH -o OUT --weights W.safetensors",
      "run MODEL GRAPH -o OUT --profile [--profile-page FILE.svg] [--repeat N]",
    ], "compute a model's outputs for every vertex of a graph", operands: 2...2,
    flags: [directory, output, .weights, .threads, plan, again, profile, page, .force, .json] + Flag.compiling
      + [exchange],
    notes: """
      MODEL.gnn is compiled first, and kept in a cache: a second run compiles nothing. A plain graph is partitioned on
      the way. Outputs are in the order of the plain graph's vertices.
      """)

  @Sendable static func run(_ arguments: Arguments, _ terminal: Terminal) throws {
    let clock = Stopwatch.ofProcess()
    let request = try Request(arguments)
    let staged = try request.output.map { path throws(Failure) in
      try StagedDirectory(for: path, holding: [".npy", ".tsv"], existing: request.existing)
    }
    let model = try open(request, arguments, terminal)
    let work = terminal.work(threads: request.options.threads)
    let graph = try GraphSource(
      request.graph, preparing: model.tables.derivedEdgeSets, near: request.output, work, terminal)
    let run = try naming(graph.path, as: graph.name) {
      try ModelRun(model, over: graph.path, options: request.options, work: work)
    }
    guard let staged else { return try show(run.plan, terminal) }
    terminal.tell(try run.plan.check(available: request.existing == .replace ? nil : AvailableMemory.bytes))
    try run.prepare(weights: try weights(of: model, request, terminal))
    let opened = clock.seconds

    let times = try execute(run, repeats: request.repeats, terminal)
    let computed = clock.seconds
    try naming(staged.path, as: staged.target) { try run.writeOutputs(to: staged.path, work: work) }
    // Before the machine is measured, which takes time and memory of its own.
    var report = RunReport(run, times, opened: opened, computed: computed, total: clock.seconds)
    if request.isProfiled { report.profile = try profile(run, times, request, terminal) }
    try staged.commit()
    withExtendedLifetime(graph) {}

    if !terminal.isJSON { report.profile?.lines.forEach(terminal.answer) }
    report.lines(output: staged.target).forEach(terminal.say)
    try terminal.answer(json: report)
  }

  /// What the command line asks for.
  private struct Request {
    let model: ModelSource
    let graph: String
    let output: String?
    let weights: String?
    let existing: Existing
    let repeats: Int
    let isProfiled: Bool
    let page: WholeFile?
    let options: ModelRun.Options

    init(_ arguments: Arguments) throws {
      output = arguments.has(plan) ? nil : try arguments.required(directory)
      weights = arguments.value(.weights)
      existing = arguments.has(.force) ? .replace : .refuse
      repeats = try arguments.number(again) ?? 1
      isProfiled = arguments.has(profile) || arguments.has(RunVerb.page)
      page = try Self.page(arguments, existing)
      if isProfiled, output == nil {
        throw UsageError.contradiction("--plan runs nothing that --profile could measure", usage)
      }
      var options = ModelRun.Options(stop: Interruption.flag)
      options.threads = try arguments.number(.threads, limit: 4096) ?? options.threads
      options.exchange = try arguments.choice(exchange) ?? options.exchange
      options.outputs = arguments.has(RunVerb.output) ? arguments.values(RunVerb.output) : nil
      self.options = options
      model = try ModelSource(arguments.operands[0])
      graph = arguments.operands[1]
      if model.kind == .compiled, let flag = Flag.compiling.first(where: arguments.has) {
        throw UsageError.contradiction("\(flag.name) is for models that are still to be compiled", usage)
      }
    }

    /// Looked at before any work is done.
    private static func page(_ arguments: Arguments, _ existing: Existing) throws -> WholeFile? {
      guard let path = arguments.value(RunVerb.page) else { return nil }
      guard path.hasSuffix(".svg") else {
        throw UsageError.badValue(path, RunVerb.page, usage, wanted: "a name that ends in .svg")
      }
      return try WholeFile(path, existing: existing)
    }
  }

  private static func profile(
    _ run: ModelRun, _ times: [ModelRun.Times], _ request: Request, _ terminal: Terminal
  ) throws -> ProfileReport {
    terminal.begin("measuring this machine")
    let tables = run.model.tables
    let report = ProfileReport(try run.profile(times), tables)
    try request.page?.write(ProfilePage(report, model: tables.name, graph: run.graph.summary).svg)
    return report
  }

  private static func open(_ request: Request, _ arguments: Arguments, _ terminal: Terminal) throws
    -> CompiledModel
  {
    if request.model.kind == .compiled { return try CompiledModel(directory: request.model.path) }
    let clock = Stopwatch()
    let (model, isNew) = try OnlineModel.open(request.model, try CompileOptions(arguments), terminal)
    let how = isNew ? "compiled \(request.model.path)" : "found \(request.model.path) in the cache"
    terminal.say("\(how), in \(Units.seconds(clock.seconds))")
    return model
  }

  private static func weights(
    of model: CompiledModel, _ request: Request, _ terminal: Terminal
  ) throws -> PackedWeights {
    if let path = request.weights {
      let packed = try WeightPacker.pack(path, for: model)
      terminal.tell(packed.warnings)
      return packed.weights
    }
    if FileManager.default.fileExists(atPath: model.weightsPath) || model.manifest.weights != nil {
      return try PackedWeights(path: model.weightsPath, for: model)
    }
    guard model.tables.weights.isEmpty else { throw LaunchError.noWeights(model: request.model.path).failure }
    return try WeightPacker.packNothing(for: model)
  }

  private static func show(_ plan: MemoryPlan, _ terminal: Terminal) throws {
    guard !terminal.isJSON else { return try terminal.answer(json: PlanAnswer(plan)) }
    terminal.answer(plan.text)
    if let available = AvailableMemory.bytes { terminal.answer("available now: \(Units.bytes(available))") }
  }

  private static func execute(_ run: ModelRun, repeats: Int, _ terminal: Terminal) throws -> [ModelRun.Times]
  {
    let stages = run.model.tables.stages
    do {
      return try (1...repeats).map { round throws(ModelRun.Stop) in
        try run.execute(isLast: round == repeats) { number in
          let which = repeats > 1 ? ", run \(round) of \(repeats)" : ""
          terminal.begin("stage \(number + 1) of \(stages.count): \(stages[number].name)\(which)")
        }
      }
    } catch {
      throw error.error
    }
  }

  private struct PlanAnswer: Encodable {
    let memoryBytes: UInt64
    let fileBytes: UInt64
    let entries: [String: UInt64]

    init(_ plan: MemoryPlan) {
      memoryBytes = plan.total(.process)
      fileBytes = plan.total(.files)
      entries = Dictionary(uniqueKeysWithValues: plan.entries.map { ($0.name, $0.bytes) })
    }
  }
}
