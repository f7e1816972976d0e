import CRuntime
import Diagnostics
import Foundation
import Testing

@testable import Graph

@Suite struct PartitionTests {
  private static let everySet: Set<EdgeSetKey> = [
    EdgeSetKey("cites"), EdgeSetKey("cites", .reverse), EdgeSetKey("cites", .undirected),
    EdgeSetKey("writes"), EdgeSetKey("writes", .reverse),
  ]

  private static let everything = GraphParts(
    edgeSets: everySet,
    vertexFeatures: [.init("x", of: "paper"), .init("k", of: "paper"), .init("x", of: "author")],
    edgeFeatures: [
      .init("w", of: EdgeSetKey("cites")), .init("w", of: EdgeSetKey("cites", .reverse)),
      .init("w", of: EdgeSetKey("writes", .reverse)),
    ],
    plainEdges: everySet.filter { $0.direction != .undirected })

  private func partitioned(
    _ sample: Sample, parts: Int, _ method: PartitionMethod, _ order: VertexOrder, threads: Int = 2
  ) throws -> (PartitionedGraph, TestFolder) {
    let folder = TestFolder()
    sample.write(to: folder)
    var options = PartitionOptions()
    (options.parts, options.method, options.order) = (parts, method, order)
    options.edgeSets = Self.everySet
    let work = Work(threads: threads)
    _ = try GraphPartitioner.partition(
      .directory(folder.path), into: folder.path + "/out", options: options, work: work)
    return (try PartitionedGraph(path: folder.path + "/out", wanted: Self.everything, work: work), folder)
  }

  struct Way: CustomStringConvertible {
    let parts: Int
    let method: PartitionMethod
    let order: VertexOrder
    var description: String { "\(parts) by \(method), \(order)" }
  }

  static let ways = [1, 2, 7].flatMap { parts in
    PartitionMethod.allCases.flatMap { method in
      VertexOrder.allCases.map { Way(parts: parts, method: method, order: $0) }
    }
  }

  @Test(arguments: ways) func rowsAreTheSameInEveryPartitioning(_ way: Way) throws {
    for (papers, authors) in [(60, 25), (5, 2), (3, 1), (1, 1)] {
      let sample = Sample.nasty(papers: papers, authors: authors, seed: UInt64(papers))
      let (graph, folder) = try partitioned(sample, parts: way.parts, way.method, way.order)
      checkNumbering(graph, sample)
      for set in Self.everySet { checkRows(graph, sample, set, way.order) }
      checkHalos(graph)
      withExtendedLifetime(folder) {}
    }
  }

  private func checkNumbering(_ graph: PartitionedGraph, _ sample: Sample) {
    for (name, count) in zip(Sample.typeNames, sample.counts) {
      let plain = graph.plainVertices(of: name)
      #expect(plain.map(Int.init).sorted() == Array(0..<count))
    }
    guard let x = graph.denseFeature("x", of: "paper"), let wide = graph.denseFeature("k", of: "paper") else {
      Issue.record("narrow features are dense")
      return
    }
    #expect(x.feature.stride == 4 && x.feature.width == 3)
    let numbers = x.base.assumingMemoryBound(to: Float.self)
    let k = wide.base.assumingMemoryBound(to: Int64.self)
    let areRight = graph.plainVertices(of: "paper").enumerated().allSatisfy { row, vertex in
      let wanted = (0..<3).map { Float(vertex) * 3 + Float($0) + 0.5 } + [0]
      return (0..<4).map { numbers[row * 4 + $0] } == wanted && k[row] == Int64(vertex) << 33
    }
    #expect(areRight)
  }

  private func checkRows(_ graph: PartitionedGraph, _ sample: Sample, _ set: EdgeSetKey, _ order: VertexOrder)
  {
    let edges = sample.edges.first { $0.name == set.edgeType }!
    let isReversed = set.direction == .reverse
    let sources = graph.plainVertices(of: Sample.typeNames[isReversed ? edges.target : edges.source])
    let targetType = Sample.typeNames[isReversed ? edges.source : edges.target]
    let targets = graph.plainVertices(of: targetType)
    let wanted = sample.rows(edges, set.direction, order)
    var wrong: [String] = []
    for part in 0..<graph.summary.parts {
      let owned = graph.rows(of: targetType, part: part)
      let found = graph.edges(of: set, part: part)
      var longest: UInt64 = 0
      for row in 0..<Int(found.rows) {
        let target = Int(targets[Int(owned.first) + row])
        let range = Int(found.start[row])..<Int(found.start[row + 1])
        longest = max(longest, UInt64(range.count))
        let loops = edges.source == edges.target ? wanted[target].count { $0.source == target } : 0
        if range.map({ Int(sources[Int(found.source[$0])]) }) != wanted[target].map(\.source) {
          wrong.append("row \(target)")
        }
        if Int(found.loops?[row] ?? 0) != loops { wrong.append("loops of \(target)") }
        if set.direction == .undirected { continue }
        let plain = graph.plainEdges(of: set, part: part)
        if range.map({ Int(plain[$0]) }) != wanted[target].map(\.edge) { wrong.append("edges of \(target)") }
        if !hasEdgeFeature(graph, set, part, range, wanted[target].map(\.edge)) {
          wrong.append("features of \(target)")
        }
      }
      let padding = (0..<Int(GNNC_SOURCE_PADDING)).map {
        found.source[Int(found.start[Int(found.rows)]) + $0]
      }
      #expect(found.rows == owned.count && graph.longestRow(of: set, part: part) == longest)
      #expect(padding.allSatisfy { $0 == 0 })
    }
    #expect(wrong == [], "\(set)")
  }

  private func hasEdgeFeature(
    _ graph: PartitionedGraph, _ set: EdgeSetKey, _ part: Int, _ range: Range<Int>, _ edges: [Int]
  ) -> Bool {
    guard Self.everything.edgeFeatures.contains(.init("w", of: set)) else { return true }
    let w = graph.edgeFeature(.init("w", of: set), part: part).base.assumingMemoryBound(to: Float.self)
    return range.map { w[$0] } == edges.map { Float($0) }
  }

  private func checkHalos(_ graph: PartitionedGraph) {
    for type in graph.summary.vertexTypes {
      for part in 0..<graph.summary.parts {
        let own = graph.rows(of: type.name, part: part)
        var needed: Set<UInt32> = []
        for set in Self.everySet {
          let edges = graph.summary.edgeType(named: set.edgeType)!
          guard (set.direction == .reverse ? edges.target : edges.source) == type.name else { continue }
          let found = graph.edges(of: set, part: part)
          for place in 0..<Int(found.start[Int(found.rows)]) { needed.insert(found.source[place]) }
        }
        needed = needed.filter { UInt64($0) < own.first || UInt64($0) >= own.first + own.count }
        let halo = graph.halo(of: type.name, part: part)
        #expect(Array(halo.rows) == needed.sorted())
        for owner in 0..<graph.summary.parts {
          let bounds = graph.rows(of: type.name, part: owner)
          let rows = halo.rows(ownedBy: owner)
          #expect(rows.allSatisfy { UInt64($0) >= bounds.first && UInt64($0) < bounds.first + bounds.count })
        }
        #expect((0..<graph.summary.parts).reduce(0) { $0 + halo.rows(ownedBy: $1).count } == halo.rows.count)
      }
    }
  }

  @Test func theFilesDoNotDependOnTheNumberOfThreads() throws {
    let sample = Sample.nasty(papers: 4000, authors: 500, seed: 9)
    let (_, one) = try partitioned(sample, parts: 3, .metis, .degree, threads: 1)
    let (_, four) = try partitioned(sample, parts: 3, .metis, .degree, threads: 4)
    for file in FileManager.default.enumerator(atPath: one.path + "/out")!.allObjects as! [String] {
      #expect(
        FileManager.default.contentsEqual(
          atPath: "\(one.path)/out/\(file)", andPath: "\(four.path)/out/\(file)"))
    }
  }

  @Test func hubsAreListed() throws {
    let sample = Sample.nasty(papers: 6000, authors: 10, seed: 3)
    let (graph, _) = try partitioned(sample, parts: 2, .range, .plain)
    var hubs = 0
    for part in 0..<2 {
      let edges = graph.edges(of: EdgeSetKey("cites"), part: part)
      for hub in 0..<Int(edges.hubs) {
        let row = Int(edges.hub[hub])
        #expect(edges.start[row + 1] - edges.start[row] > UInt64(GNNC_CHUNK))
        hubs += 1
      }
    }
    #expect(hubs == 1)
  }

  /// Cliques in a ring, or one clique, with vertices that alternate in plain order.
  private func orderTaken(cliques: Int, size: Int) throws -> (String, [Int]) {
    let folder = TestFolder()
    var ends: [(Int32, Int32)] = []
    for a in 0..<(cliques * size) {
      for b in 0..<(cliques * size) where a % cliques == b % cliques { ends.append((Int32(a), Int32(b))) }
    }
    for clique in 0..<cliques { ends.append((Int32(clique), Int32((clique + 1) % cliques))) }
    folder.writeNpy("e.npy", ends.map(\.0) + ends.map(\.1), [2, ends.count])
    folder.write(
      "graph.json",
      "{\"vertices\": {\"v\": {\"count\": \(cliques * size)}}, \"edges\": {\"e\": {\"from\": \"v\", \"to\": \"v\", \"index\": \"e.npy\"}}}"
    )
    _ = try GraphPartitioner.partition(
      .directory(folder.path), into: folder.path + "/g", options: PartitionOptions())
    let graph = try PartitionedGraph(path: folder.path + "/g", wanted: GraphParts())
    return (graph.summary.order, graph.plainVertices(of: "v").map { Int($0) % cliques })
  }

  @Test func communitiesStandTogetherWhereThereAreSome() throws {
    let (order, cliques) = try orderTaken(cliques: 6, size: 9)
    #expect(order == "community")
    #expect(zip(cliques, cliques.dropFirst()).count { $0 != $1 } == 5)
  }

  @Test func hubsComeFirstWhereThereAreNoCommunities() throws {
    #expect(try orderTaken(cliques: 1, size: 20).0 == "degree")
  }

  @Test func metisCutsFewerEdgesThanRanges() throws {
    // Two cliques whose vertices alternate in plain order, joined by one edge.
    let folder = TestFolder()
    var ends: [(Int32, Int32)] = [(0, 1)]
    for a in 0..<40 { for b in 0..<40 where a != b && a % 2 == b % 2 { ends.append((Int32(a), Int32(b))) } }
    folder.writeNpy("e.npy", ends.map(\.0) + ends.map(\.1), [2, ends.count])
    folder.write(
      "graph.json",
      "{\"vertices\": {\"v\": {\"count\": 40}}, \"edges\": {\"e\": {\"from\": \"v\", \"to\": \"v\", \"index\": \"e.npy\"}}}"
    )
    var options = PartitionOptions()
    (options.parts, options.order) = (2, .plain)
    options.method = .metis
    let report = try GraphPartitioner.partition(
      .directory(folder.path), into: folder.path + "/m", options: options)
    #expect(report.cutEdges == 1)
    options.method = .range
    #expect(
      try GraphPartitioner.partition(.directory(folder.path), into: folder.path + "/r", options: options)
        .cutEdges > 300)
  }

  @Test func graphsWithoutEdgesOrVerticesArePartitioned() throws {
    for (count, method) in [(0, PartitionMethod.range), (0, .metis), (50, .range), (50, .metis)] {
      let folder = TestFolder()
      folder.writeNpy("e.npy", [] as [Int64], [2, 0])
      folder.writeNpy("x.npy", [Float](repeating: 1, count: count), [count])
      folder.write(
        "graph.json",
        """
        {"vertices": {"v": {"count": \(count), "features": {"x": "x.npy"}}},
         "edges": {"e": {"from": "v", "to": "v", "index": "e.npy"}}}
        """)
      var options = PartitionOptions()
      (options.parts, options.method, options.order) = (7, method, .degree)
      options.edgeSets = [EdgeSetKey("e", .undirected), EdgeSetKey("e", .reverse)]
      _ = try GraphPartitioner.partition(.directory(folder.path), into: folder.path + "/g", options: options)
      let graph = try PartitionedGraph(
        path: folder.path + "/g",
        wanted: GraphParts(edgeSets: options.edgeSets, vertexFeatures: [.init("x", of: "v")]))
      #expect(graph.summary.vertexTypes[0].count == UInt64(count))
      #expect((0..<7).reduce(0) { $0 + graph.rows(of: "v", part: $1).count } == UInt64(count))
    }
  }

  @Test func namesAreWrittenBesideOutputs() throws {
    let folder = TestFolder()
    let list = folder.write("edges.csv", "bob,alice\nalice,\"carol, junior\"\n")
    var options = PartitionOptions()
    options.order = .degree
    _ = try GraphPartitioner.partition(.edgeList(list), into: folder.path + "/g", options: options)
    let graph = try PartitionedGraph(path: folder.path + "/g", wanted: GraphParts())
    #expect(graph.summary.vertexTypes[0].hasNames)
    #expect(Array(graph.plainVertices(of: "vertex")) == [1, 0, 2])
    try graph.writeNames(of: "vertex", to: folder.path + "/vertex.ids.tsv")
    #expect(
      try String(contentsOfFile: folder.path + "/vertex.ids.tsv", encoding: .utf8)
        == "0\tbob\n1\talice\n2\tcarol, junior\n")
  }

  @Test func strangeNamesOfTypesAndFeaturesAreKept() throws {
    let folder = TestFolder()
    folder.writeNpy("e.npy", [0, 1] as [Int64], [2, 1])
    folder.writeNpy("x.npy", [1, 2] as [Float], [2])
    folder.write(
      "graph.json",
      """
      {"vertices": {"../v é": {"count": 2, "features": {"a/b": "x.npy"}}},
       "edges": {"": {"from": "../v é", "to": "../v é", "index": "e.npy"}}}
      """)
    _ = try GraphPartitioner.partition(
      .directory(folder.path), into: folder.path + "/g", options: PartitionOptions())
    let graph = try PartitionedGraph(
      path: folder.path + "/g",
      wanted: GraphParts(edgeSets: [EdgeSetKey("")], vertexFeatures: [.init("a/b", of: "../v é")]))
    #expect(graph.denseFeature("a/b", of: "../v é")!.base.assumingMemoryBound(to: Float.self)[1] == 2)
    #expect(graph.edges(of: EdgeSetKey(""), part: 0).start[2] == 1)
  }

  // MARK: What is refused

  @Test func whatIsThereIsNotReplacedUnasked() throws {
    let folder = TestFolder()
    Sample.nasty(papers: 9, authors: 3, seed: 1).write(to: folder)
    let target = folder.path + "/g"
    var options = PartitionOptions()
    let partition = { () throws(Failure) in
      _ = try GraphPartitioner.partition(.directory(folder.path), into: target, options: options)
    }
    #expect(messages(partition) == [])
    #expect(messages(partition) == ["\(target) is already there"])
    options.existing = .replace
    options.parts = 2
    #expect(messages(partition) == [])
    #expect(try PartitionedGraph.summary(of: target).parts == 2)
    folder.write("g/thesis.tex", "years of work")
    #expect(
      messages(partition) == ["\(target) holds `thesis.tex`, which gnnc did not write; it is not replaced"])
    #expect(folder.names.allSatisfy { !$0.contains(".part") })
  }

  @Test func nothingIsLeftOfWhatFailsOrIsInterrupted() throws {
    let folder = TestFolder()
    Sample.nasty(papers: 9, authors: 3, seed: 1).write(to: folder)
    let before = folder.names
    var options = PartitionOptions()
    options.edgeSets = [EdgeSetKey("cties", .reverse)]
    let partition = { (work: Work) throws(Failure) in
      _ = try GraphPartitioner.partition(
        .directory(folder.path), into: folder.path + "/g", options: options, work: work)
    }
    #expect(
      messages { () throws(Failure) in try partition(.quiet) } == [
        "the graph has no edges `cties` to prepare"
      ])
    #expect(folder.names == before)
    options.edgeSets = [EdgeSetKey("writes", .undirected)]
    #expect(
      messages { () throws(Failure) in try partition(.quiet) } == [
        "writes joins author and paper; only edges within one type can be undirected"
      ])
    options.edgeSets = []
    let stop = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    stop.initialize(to: 1)
    defer { stop.deallocate() }
    for method in PartitionMethod.allCases {
      (options.method, options.parts) = (method, 2)
      #expect(messages { () throws(Failure) in try partition(Work(stop: stop)) } == ["interrupted"])
    }
    #expect(folder.names == before)
  }

  @Test func whatMetisCannotNumberIsRefusedBefore() throws {
    let folder = TestFolder()
    folder.writeNpy("e.npy", [0, 1] as [Int64], [2, 1])
    folder.write(
      "graph.json",
      "{\"vertices\": {\"v\": {\"count\": 3000000000}}, \"edges\": {\"e\": {\"from\": \"v\", \"to\": \"v\", \"index\": \"e.npy\"}}}"
    )
    let graph = try PlainGraph(.directory(folder.path), work: .quiet)
    let refused = { () throws(Failure) in _ = try MetisPartitioner(graph, parts: 2, work: .quiet) }
    #expect(messages(refused) == ["the graph has 3000000000 vertices; METIS numbers 2147483647 at most"])
    #expect(help(refused) == "`--method range` has no such limit")
  }
}
