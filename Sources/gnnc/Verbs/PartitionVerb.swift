import Compiler
import Diagnostics
import Foundation
import Graph
import Launcher

/// `gnnc partition`: a user's graph becomes one that can be run over.
enum PartitionVerb {
  private static let output = Flag("--output", short: "-o", value: "GRAPH", "the directory to make")
  private static let parts = Flag("--parts", value: "N", "how many partitions; 1 by default")
  private static let method = Flag(
    "--method", value: "METHOD", "range (by default): stretches of the order; metis: fewest edges between")
  private static let order = Flag(
    "--order", value: "ORDER",
    "auto (by default): community if there are communities, else degree; plain: as the graph comes; bfs; rcm")
  private static let model = Flag(
    "--for", value: "MODEL", "prepare the edges that this model derives: reversed or undirected ones")
  private static let ids = Flag("--ids", value: "FILE", "for an edge list: all vertices, one a line")
  private static let feature = Flag(
    "--feature", value: "NAME=FILE.npy", "for an edge list: a feature of its vertices; may be repeated")
  private static let featuresOnly = Flag(
    "--features-only", "replace the features of GRAPH by those of PLAIN, and nothing else")
  /// For tests: in which form features are stored.
  private static let rows = Flag("--rows", value: "FORM", "smallest (by default) or dense", isHidden: true)

  static let usage = Usage(
    "partition",
    synopsis: ["partition PLAIN -o GRAPH [--parts N] [--method METHOD] [--order ORDER] [--for MODEL]"],
    "make a partitioned graph of a plain one", operands: 1...1,
    flags: [output, parts, method, order, model, ids, feature, featuresOnly, .threads, .force, .json, rows],
    notes: "PLAIN is a directory with graph.json, or a CSV or TSV file of edges with ids or names.")

  @Sendable static func run(_ arguments: Arguments, _ terminal: Terminal) throws {
    let target = try arguments.required(output)
    var options = PartitionOptions()
    options.parts = try arguments.number(parts, limit: 65_536) ?? options.parts
    options.method = try arguments.choice(method) ?? options.method
    options.order = try arguments.choice(order) ?? options.order
    options.rows = try arguments.choice(rows) ?? options.rows
    options.existing = arguments.has(.force) ? .replace : .refuse
    let input = try input(of: arguments)
    if let model = arguments.value(model) { options.edgeSets = try ModelSource(model).derivedEdgeSets() }

    let clock = Stopwatch()
    let work = terminal.work(threads: try arguments.number(.threads, limit: 4096) ?? 0)
    let report =
      arguments.has(featuresOnly)
      ? try GraphPartitioner.refreshFeatures(of: target, from: input, work: work)
      : try GraphPartitioner.partition(input, into: target, options: options, work: work)
    terminal.tell(report.notes)
    terminal.say(sentence(report, target, clock.seconds, refreshed: arguments.has(featuresOnly)))
    try terminal.answer(json: Answer(report, seconds: clock.seconds))
  }

  private static func input(of arguments: Arguments) throws -> GraphInput {
    let path = arguments.operands[0]
    guard GraphPartitioner.kind(of: path) == .edgeList else {
      if arguments.has(ids) || arguments.has(feature) {
        throw UsageError.contradiction("--ids and --feature go with an edge list; \(path) is none", usage)
      }
      return .directory(path)
    }
    var features: [String: String] = [:]
    for text in arguments.values(feature) {
      let words = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard words.count == 2 else {
        throw UsageError.badValue(text, feature, usage, wanted: "a name, `=` and a file")
      }
      features[words[0]] = words[1]
    }
    return .edgeList(path, ids: arguments.value(ids), features: features)
  }

  private static func sentence(
    _ report: PartitionReport, _ target: String, _ seconds: Double, refreshed: Bool
  ) -> String {
    let summary = report.summary
    let vertices = summary.vertexTypes.reduce(0) { $0 + $1.count }
    let edges = summary.edgeTypes.reduce(0) { $0 + $1.count }
    let what = "\(vertices) vertices and \(edges) edges"
    if refreshed { return "\(target): new features for \(what), in \(Units.seconds(seconds))" }
    let parts = summary.parts == 1 ? "1 partition" : "\(summary.parts) partitions"
    let share = edges == 0 ? 0 : 100 * Double(report.cutEdges) / Double(edges)
    let cut = summary.parts == 1 ? "" : String(format: ", %.1f%% of the edges between them", share)
    return "\(target): \(what) in \(parts)\(cut), in \(Units.seconds(seconds))"
  }

  private struct Answer: Encodable {
    let parts: Int
    let vertices: UInt64
    let edges: UInt64
    let cutEdges: UInt64
    let seconds: Double

    init(_ report: PartitionReport, seconds: Double) {
      parts = report.summary.parts
      vertices = report.summary.vertexTypes.reduce(0) { $0 + $1.count }
      edges = report.summary.edgeTypes.reduce(0) { $0 + $1.count }
      cutEdges = report.cutEdges
      self.seconds = seconds
    }
  }
}
