import Diagnostics
import Foundation
import Graph
import Launcher

/// The graph of a run: partitioned already, or a plain one that is partitioned into one for this run alone.
struct GraphSource {
  let path: String
  /// What the user calls it.
  let name: String
  /// Holds the directory of a graph made for this run, and removes it at the end.
  private let temporary: StagedDirectory?

  /// `near` is where the outputs will be: a graph made on the way is put beside them, for the same disk has the room.
  init(
    _ path: String, preparing edgeSets: Set<EdgeSetKey>, near output: String?, _ work: Work,
    _ terminal: Terminal
  ) throws {
    name = path
    let input: GraphInput
    switch GraphPartitioner.kind(of: path) {
    case .partitioned:
      self.path = path
      temporary = nil
      return
    case .missing: throw Failure(kind: "file", "there is no \(path)")
    case .other:
      throw Failure(
        kind: "graph", "\(path) is not a graph",
        help: "a directory that `gnnc partition` made, one with graph.json, or a CSV or TSV file of edges")
    case .plain: input = .directory(path)
    case .edgeList: input = .edgeList(path, ids: nil, features: [:])
    }
    let name = "gnnc-graph-\(getpid())"
    let staged = try StagedDirectory(
      for: output.map { "\($0).\(name)" } ?? NSTemporaryDirectory() + name, holding: [], existing: .refuse)
    var options = PartitionOptions()
    options.edgeSets = edgeSets
    let clock = Stopwatch()
    let made = staged.path + "/graph"
    let report = try naming(made, as: path) {
      try GraphPartitioner.partition(input, into: made, options: options, work: work)
    }
    terminal.tell(report.notes)
    terminal.say("partitioned \(path) for this run, in \(Units.seconds(clock.seconds))")
    self.path = made
    temporary = staged
  }
}
