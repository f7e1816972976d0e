import CMetis
import CRuntime
import Diagnostics

/// Splits vertices by METIS: the union of all edge types, symmetrised, without loops and repeats; each vertex weighs
/// one and its in-edges.
///
/// METIS runs in a process apart: it prints, it may abort, and it cannot be interrupted.
struct MetisPartitioner {
  private let graph: PlainGraph
  private let parts: Int
  private let work: Work
  private let joint: JointGraph

  private var vertices: UInt64 { joint.vertices }
  private static var largest: UInt64 { MetisLimit.largest }

  /// Refuses what METIS's integers cannot number.
  init(_ graph: PlainGraph, parts: Int, work: Work) throws(Failure) {
    self.graph = graph
    self.parts = parts
    self.work = work
    joint = JointGraph(graph)
    if vertices > Self.largest { throw PartitionError.tooManyVertices(vertices).failure(graph.path) }
    if joint.edges > Self.largest / 2 { throw PartitionError.tooManyEdges(joint.edges).failure(graph.path) }
  }

  /// The partitions of one vertex type's vertices.
  struct Parts {
    let buffer: UnsafeBufferPointer<Int32>
    fileprivate let owner: SharedParts
  }

  func partOfVertex() throws(Failure) -> [Parts] {
    guard let all = SharedParts(count: Int(vertices)) else {
      throw .noMemory("METIS", bytes: Int(vertices) * 4)
    }
    // METIS is not made for graphs of fewer vertices than a few for each partition.
    if vertices < UInt64(4 * parts) {
      for vertex in 0..<Int(vertices) { all.values[vertex] = idx_t(vertex * parts / Int(vertices)) }
    } else {
      try callMetis(into: all)
    }
    return graph.vertexTypes.indices.map { type in
      let range = Int(joint.bases[type])..<Int(joint.bases[type + 1])
      return Parts(buffer: UnsafeBufferPointer(rebasing: all.values[range]), owner: all)
    }
  }

  private func callMetis(into parts: SharedParts) throws(Failure) {
    let neighbours = try unionOfEdges()
    guard neighbours.count > 0 else {
      for vertex in 0..<Int(vertices) { parts.values[vertex] = idx_t(vertex * self.parts / Int(vertices)) }
      return
    }
    let job = MetisJob(
      vertices: idx_t(vertices), parts: idx_t(self.parts), neighbours: neighbours, weights: weights(),
      result: parts.base)
    work.tell("partitioning by METIS", 0, Int(vertices), "vertices")
    let context = UnsafeMutablePointer<MetisJob>.allocate(capacity: 1)
    context.initialize(to: job)
    defer { context.deinitialize(count: 1).deallocate() }
    var result: Int32 = 0
    try runtime("graph", at: .file(graph.path)) {
      gnnc_run_apart(
        "METIS", { $0!.assumingMemoryBound(to: MetisJob.self).pointee.run() }, context, work.stop, &result, $0
      )
    }
    // Of a status, the process apart hands on the last eight bits.
    if Int8(truncatingIfNeeded: result) == METIS_ERROR_MEMORY.rawValue {
      throw PartitionError.metisMemory(joint.edges).failure(graph.path)
    }
    guard result == METIS_OK.rawValue, parts.values.allSatisfy({ $0 >= 0 && $0 < idx_t(self.parts) }) else {
      throw PartitionError.metisFailed(Int(result)).failure(graph.path)
    }
  }

  private func unionOfEdges() throws(Failure) -> Neighbours {
    let lists = joint.lists
    var graph = gnnc_adjacency()
    try work.watching("joining the edge types for METIS", total: 4 * joint.edges, unit: "edges") {
      (done) throws(Failure) in
      try runtime("graph") {
        gnnc_adjacency_build(
          lists, UInt32(lists.count), vertices, UInt32(work.threads), work.stop, done, &graph, $0)
      }
    }
    return Neighbours(graph)
  }

  /// Nil where the sum would not fit: vertices then count alike.
  private func weights() -> Numbers<idx_t>? {
    guard vertices + joint.edges <= Self.largest else { return nil }
    let degree = Numbers<UInt64>(zeros: Int(vertices))
    for type in graph.edgeTypes {
      gnnc_count_mentions(
        type.edges.target, type.edges.kind, type.edges.count, graph.vertexTypes[type.target].count,
        UInt32(work.threads),
        degree.base + Int(joint.bases[type.target]))
    }
    let weights = Numbers<idx_t>(zeros: Int(vertices))
    for vertex in 0..<Int(vertices) { weights.base[vertex] = idx_t(degree.base[vertex] + 1) }
    return weights
  }
}

/// The joint graph as METIS takes it.
private final class Neighbours {
  private var graph: gnnc_adjacency
  let starts: Numbers<idx_t>

  init(_ graph: gnnc_adjacency) {
    self.graph = graph
    starts = Numbers(zeros: Int(graph.vertices) + 1)
    for vertex in 0...Int(graph.vertices) { starts.base[vertex] = idx_t(graph.start[vertex]) }
  }

  var count: Int { Int(graph.start[Int(graph.vertices)]) }

  /// Numbers that METIS has room for are the same in its own integers.
  var rows: UnsafeMutablePointer<idx_t> {
    UnsafeMutableRawPointer(graph.neighbour).assumingMemoryBound(to: idx_t.self)
  }

  deinit { gnnc_adjacency_free(&graph) }
}

/// What METIS is called with, in the process apart.
private struct MetisJob {
  let vertices: idx_t
  let parts: idx_t
  let neighbours: Neighbours
  let weights: Numbers<idx_t>?
  let result: UnsafeMutablePointer<idx_t>

  func run() -> Int32 {
    var (vertices, parts, constraints, cut) = (vertices, parts, idx_t(1), idx_t(0))
    let options = Numbers<idx_t>(zeros: Int(METIS_NOPTIONS))
    METIS_SetDefaultOptions(options.base)
    options.base[Int(METIS_OPTION_SEED.rawValue)] = 1
    return METIS_PartGraphKway(
      &vertices, &constraints, neighbours.starts.base, neighbours.rows, weights?.base, nil, nil, &parts, nil,
      nil,
      options.base, &cut, result)
  }
}

/// Memory that the process apart writes into.
final class SharedParts {
  let base: UnsafeMutablePointer<idx_t>
  private let count: Int

  init?(count: Int) {
    let bytes = UInt64(count * MemoryLayout<idx_t>.size)
    guard let memory = gnnc_shared_memory(bytes) else { return nil }
    base = memory.bindMemory(to: idx_t.self, capacity: count)
    self.count = count
  }

  var values: UnsafeMutableBufferPointer<idx_t> { UnsafeMutableBufferPointer(start: base, count: count) }

  deinit { gnnc_free_shared_memory(base, UInt64(count * MemoryLayout<idx_t>.size)) }
}

/// METIS's integers have 32 bits in Debian's package.
enum MetisLimit {
  static let largest = UInt64(idx_t.max)
}
