import Diagnostics
import Foundation
import Graph
import Launcher

/// `gnnc inspect`: what a graph or a compiled model says of itself.
enum InspectVerb {
  static let usage = Usage(
    "inspect", synopsis: ["inspect GRAPH|MODEL.gnnc"],
    "show what a partitioned graph or a compiled model holds",
    operands: 1...1, flags: [.json])

  @Sendable static func run(_ arguments: Arguments, _ terminal: Terminal) throws {
    let path = arguments.operands[0]
    if FileManager.default.fileExists(atPath: path + "/" + Manifest.fileName) {
      try show(try CompiledModel(directory: path), terminal, arguments)
      return
    }
    switch GraphPartitioner.kind(of: path) {
    case .partitioned: try show(try PartitionedGraph.summary(of: path), of: path, terminal, arguments)
    case .plain, .edgeList: throw InspectError.plainGraph(path).failure
    case .missing: throw InspectError.missing(path).failure
    case .other: throw InspectError.unknown(path).failure
    }
  }

  private static func show(
    _ summary: GraphSummary, of path: String, _ terminal: Terminal, _ arguments: Arguments
  ) throws {
    guard !arguments.has(.json) else { return try terminal.answer(json: GraphAnswer(summary)) }
    let parts = summary.parts == 1 ? "1 partition" : "\(summary.parts) partitions by \(summary.method)"
    terminal.answer("\(path): \(parts), order: \(summary.order)")
    for type in summary.vertexTypes {
      terminal.answer("vertices \(type.name): \(type.count)\(type.hasNames ? ", with names" : "")")
      lines(type.features).forEach(terminal.answer)
      if summary.parts > 1 {
        let sizes = zip(type.bounds, type.bounds.dropFirst()).map { "\($1 - $0)" }
        terminal.answer("  by partition: \(sizes.joined(separator: ", "))")
      }
    }
    for type in summary.edgeTypes {
      terminal.answer("edges \(type.name): \(type.source) -> \(type.target): \(type.count)")
      lines(type.features).forEach(terminal.answer)
      for set in type.sets {
        let edges = set.edges.reduce(0, +)
        terminal.answer(
          "  \(set.direction.rawValue): \(edges) in-edges\(set.hasLoops ? ", some of them self-loops" : "")")
      }
    }
  }

  private static func lines(_ features: [FeatureSummary]) -> [String] {
    features.map { feature in
      let type = "  \(feature.name): \(feature.element.rawValue)\(feature.shape)"
      return switch feature.form {
      case .dense: type
      case .sparse(let present): "\(type), sparse: \(present) numbers"
      }
    }
  }

  private static func show(_ model: CompiledModel, _ terminal: Terminal, _ arguments: Arguments) throws {
    guard !arguments.has(.json) else { return try terminal.answer(json: ModelAnswer(model)) }
    let (tables, manifest) = (model.tables, model.manifest)
    terminal.answer("\(model.directory): model \(tables.name), gnnc \(manifest.gnnc)")
    terminal.answer("built by \(manifest.compiler), for \(tables.processor)")
    let packed = Units.bytes(UInt64(tables.packedBytes))
    terminal.answer(
      manifest.weights.map { "weights: \(packed) packed, from \($0.source)" }
        ?? "weights: none; `gnnc run --weights` gives them (\(packed) packed)")
    let rounded = tables.tensors.filter(\.isRounded).map { "\($0.name) [\($0.width)]" }
    if !rounded.isEmpty { terminal.answer("gathered as bfloat16: \(rounded.joined(separator: ", "))") }
    for hint in manifest.hints { terminal.answer("made for \(hint.count) `\(hint.name)`") }
    for (number, stage) in tables.stages.enumerated() {
      let rows = tables.vertexTypes[stage.vertexType].name
      terminal.answer(
        "stage \(number + 1) over \(rows): \(stage.name)\(stage.isPrologue ? " (prologue)" : "")")
    }
    for output in tables.outputs {
      let rows =
        switch output.rows {
        case .vertices(let type): "for each \(tables.vertexTypes[type].name)"
        case .edges(let set, _, _): "for each edge of \(tables.edgeTypes[tables.edgeSets[set].edgeType].name)"
        case .graph: "for the whole graph"
        }
      terminal.answer(
        "output \(output.name): \(tables.tensors[output.tensor].element.rawValue)\(output.shape) \(rows)")
    }
  }
}

// MARK: - JSON

private struct GraphAnswer: Encodable {
  struct Feature: Encodable {
    let name: String
    let element: String
    let shape: [Int]
    /// Numbers that are stored, where rows are sparse.
    let present: UInt64?

    init(_ feature: FeatureSummary) {
      name = feature.name
      element = feature.element.rawValue
      shape = feature.shape
      present = if case .sparse(let present) = feature.form { present } else { nil }
    }
  }

  struct Vertices: Encodable {
    let name: String
    let count: UInt64
    let bounds: [UInt64]
    let features: [Feature]
  }

  struct Edges: Encodable {
    let name: String
    let from: String
    let to: String
    let count: UInt64
    let directions: [String]
    let features: [Feature]
  }

  let parts: Int
  let method: String
  let order: String
  let vertices: [Vertices]
  let edges: [Edges]

  init(_ summary: GraphSummary) {
    parts = summary.parts
    method = summary.method
    order = summary.order
    vertices = summary.vertexTypes.map { type in
      Vertices(
        name: type.name, count: type.count, bounds: type.bounds, features: type.features.map(Feature.init))
    }
    edges = summary.edgeTypes.map { type in
      Edges(
        name: type.name, from: type.source, to: type.target, count: type.count,
        directions: type.sets.map(\.direction.rawValue), features: type.features.map(Feature.init))
    }
  }
}

private struct ModelAnswer: Encodable {
  struct Stage: Encodable {
    let name: String
    let vertices: String
    let level: Int
    let sweeps: Int
    let prologue: Bool
  }

  struct Output: Encodable {
    let name: String
    /// What it has a row for each of; neither for a value of the whole graph.
    let vertices: String?
    let edges: String?
    let shape: [Int]

    init(_ output: ModelTables.Output, _ tables: ModelTables) {
      name = output.name
      shape = output.shape
      switch output.rows {
      case .vertices(let type): (vertices, edges) = (tables.vertexTypes[type].name, nil)
      case .edges(let set, _, _):
        (vertices, edges) = (nil, tables.edgeTypes[tables.edgeSets[set].edgeType].name)
      case .graph: (vertices, edges) = (nil, nil)
      }
    }
  }

  let manifest: Manifest
  let stages: [Stage]
  let outputs: [Output]
  let packedBytes: Int

  init(_ model: CompiledModel) {
    let tables = model.tables
    manifest = model.manifest
    packedBytes = tables.packedBytes
    stages = tables.stages.map { stage in
      Stage(
        name: stage.name, vertices: tables.vertexTypes[stage.vertexType].name, level: stage.level,
        sweeps: stage.sweeps, prologue: stage.isPrologue)
    }
    outputs = tables.outputs.map { Output($0, tables) }
  }
}

// MARK: - Errors

private enum InspectError: Error {
  case plainGraph(String)
  case missing(String)
  case unknown(String)

  var failure: Failure {
    switch self {
    case .plainGraph(let path):
      Failure(
        kind: "graph", "\(path) is a plain graph, which has nothing to say of itself yet",
        help: "`gnnc partition \(path) -o GRAPH` makes one that has")
    case .missing(let path): Failure(kind: "file", "there is no \(path)")
    case .unknown(let path): Failure(kind: "file", "\(path) is neither a graph nor a compiled model")
    }
  }
}
