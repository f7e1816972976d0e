import CRuntime
import Diagnostics
import Foundation
import Testing

@testable import Graph

@Suite struct DamageTests {
  let folder = TestFolder()
  private let graphPath: String

  private static let wanted = GraphParts(
    edgeSets: [EdgeSetKey("cites"), EdgeSetKey("cites", .undirected)],
    vertexFeatures: [.init("x", of: "paper")],
    edgeFeatures: [.init("w", of: EdgeSetKey("cites"))], plainEdges: [EdgeSetKey("cites")])

  init() throws {
    Sample.nasty(papers: 30, authors: 8, seed: 5).write(to: folder)
    graphPath = folder.path + "/g"
    var options = PartitionOptions()
    options.parts = 2
    options.edgeSets = [EdgeSetKey("cites", .undirected)]
    _ = try GraphPartitioner.partition(.directory(folder.path), into: graphPath, options: options)
  }

  private func told() -> [String] {
    messages { () throws(Failure) in _ = try PartitionedGraph(path: graphPath, wanted: Self.wanted) }
  }

  private func bytes(_ file: String) -> [UInt8] {
    Array(FileManager.default.contents(atPath: "\(graphPath)/\(file)")!)
  }

  private func put(_ file: String, _ bytes: [UInt8]) { folder.write("g/\(file)", bytes) }

  /// Makes the checksums fit what is there now, as a program that writes nonsense would.
  private func reseal() throws {
    let old = try GraphFolder(graphPath)
    var sums: [UInt64] = []
    for file in old.manifest.files { sums += try GraphChecksums.sums(ofFile: old.path(of: file), threads: 1) }
    try GraphChecksums(manifest: String(decoding: bytes(GraphLayout.manifest), as: UTF8.self), sums: sums)
      .write(to: "\(graphPath)/\(GraphLayout.checksums)")
  }

  @Test func aGoodGraphOpens() { #expect(told() == []) }

  @Test func aFlippedByteInAnyFileIsFoundAndNamed() throws {
    let files = [
      "paper.plain", "paper.x.rows", "part-0000/cites.forward.start", "part-0001/cites.forward.source",
      "part-0000/cites.forward.loops", "part-0001/cites.forward.plain", "part-0000/cites.forward.w.rows",
      "part-0000/cites.undirected.source", "part-0000/paper.halo", "part-0001/paper.halo.start",
    ]
    for file in files {
      let good = bytes(file)
      for place in [0, good.count / 2, good.count - 1] {
        var bad = good
        bad[place] ^= 0x10
        put(file, bad)
        #expect(told() == ["\(file) is damaged: the checksum of block 0 is wrong"])
      }
      put(file, good)
    }
    #expect(told() == [])
  }

  @Test func aFlippedByteInTheManifestOrTheChecksumsIsFound() {
    for file in [GraphLayout.manifest, GraphLayout.checksums] {
      let good = bytes(file)
      for place in stride(from: 0, to: good.count, by: 29) {
        var bad = good
        bad[place] ^= 0x02
        put(file, bad)
        let found = told()
        #expect(
          found == ["\(file) is damaged: its checksum is wrong"]
            || found.first?.hasPrefix("the graph has version") == true, "byte \(place)")
      }
      put(file, good)
    }
  }

  @Test func aMissingFileIsNamed() throws {
    for file in ["part-0001/cites.forward.source", "paper.x.rows", GraphLayout.checksums] {
      let good = bytes(file)
      try FileManager.default.removeItem(atPath: "\(graphPath)/\(file)")
      #expect(told() == ["\(file) is missing"])
      put(file, good)
    }
    try FileManager.default.removeItem(atPath: "\(graphPath)/\(GraphLayout.manifest)")
    #expect(told() == ["cannot open \(graphPath)/graph-gnnc.json: No such file or directory"])
  }

  @Test func otherSizesAreTold() {
    let file = "part-0000/cites.forward.source"
    let good = bytes(file)
    put(file, good.dropLast(6))
    #expect(told() == ["\(file) is truncated: it has \(good.count - 6) bytes and should have \(good.count)"])
    put(file, good + [0])
    #expect(told() == ["\(file) has \(good.count + 1) bytes and should have \(good.count)"])
  }

  @Test func anotherVersionIsRefused() {
    let text = String(decoding: bytes(GraphLayout.manifest), as: UTF8.self)
    put(
      GraphLayout.manifest,
      Array(text.replacingOccurrences(of: "\"version\": 2", with: "\"version\": 1").utf8))
    #expect(told() == ["the graph has version 1 of the format; this gnnc reads version 2"])
  }

  @Test func indicesAreBoundedEvenIfTheChecksumsFit() throws {
    let file = "part-0001/cites.forward.source"
    let good = bytes(file)
    put(file, memory([30, 0] as [UInt32]) + good[8...])
    try reseal()
    #expect(told() == ["\(file) is wrong: entry 0 is 30; it should be below 30"])
    put(file, good)
    let starts = "part-0000/cites.forward.start"
    let rows = bytes(starts)
    put(starts, rows[..<8] + memory([UInt64.max]) + rows[16...])
    try reseal()
    #expect(told().first?.hasPrefix("\(starts) is wrong: row 1 starts at 18446744073709551615") == true)
    put(starts, rows)
    let loops = "part-0000/cites.forward.loops"
    put(loops, memory([100_000] as [UInt32]) + bytes(loops)[4...])
    try reseal()
    #expect(told().first?.hasPrefix("\(loops) is wrong: row 0 has 100000 self-loops among") == true)
  }

  @Test func whatIsNotPreparedIsTold() {
    let open = { (wanted: GraphParts) in
      messages { () throws(Failure) in _ = try PartitionedGraph(path: graphPath, wanted: wanted) }
    }
    #expect(
      open(GraphParts(edgeSets: [EdgeSetKey("cites", .reverse)])) == [
        "the graph has no reverse edges of cites prepared"
      ])
    #expect(open(GraphParts(edgeSets: [EdgeSetKey("knows")])) == ["the graph has no edges `knows`"])
    #expect(open(GraphParts(vertexFeatures: [.init("y", of: "paper")])) == ["paper has no feature `y`"])
  }

  // MARK: New features

  private func refresh() -> [String] {
    messages { () throws(Failure) in
      _ = try GraphPartitioner.refreshFeatures(of: graphPath, from: .directory(folder.path))
    }
  }

  @Test func featuresAreReplacedAndNothingElse() throws {
    let start = bytes("part-0001/cites.forward.start")
    folder.writeNpy("paper.x.npy", (0..<30).map { Float($0) * -1 }, [30, 1])
    let edges = try PlainGraph(.directory(folder.path), work: .quiet).edgeTypes[0].edges.count
    folder.writeNpy("cites.w.npy", (0..<Int(edges)).map { Float($0) * 2 }, [Int(edges)])
    #expect(refresh() == [])
    let graph = try PartitionedGraph(path: graphPath, wanted: Self.wanted)
    let x = try #require(graph.denseFeature("x", of: "paper"))
    #expect(x.feature.shape == [1] && x.feature.stride == 1)
    for (row, vertex) in graph.plainVertices(of: "paper").enumerated() {
      #expect(x.base.assumingMemoryBound(to: Float.self)[row] == -Float(vertex))
    }
    let w = graph.edgeFeature(.init("w", of: EdgeSetKey("cites")), part: 1)
    let plain = graph.plainEdges(of: EdgeSetKey("cites"), part: 1)
    for edge in 0..<plain.count {
      #expect(w.base.assumingMemoryBound(to: Float.self)[edge] == Float(plain[edge]) * 2)
    }
    #expect(bytes("part-0001/cites.forward.start") == start)
    #expect(folder.names.allSatisfy { !$0.contains(".part") })
  }

  @Test func anotherGraphIsNotARefresh() throws {
    Sample.nasty(papers: 31, authors: 8, seed: 5).write(to: folder)
    #expect(refresh() == ["paper has 31 members now; it had 30"])
    let json = String(
      decoding: FileManager.default.contents(atPath: folder.path + "/graph.json")!, as: UTF8.self)
    folder.write("graph.json", json.replacingOccurrences(of: "\"writes\"", with: "\"wrote\""))
    #expect(refresh() == ["\(folder.path) has other types of vertices or edges"])
    #expect(told() == [])
  }
}
