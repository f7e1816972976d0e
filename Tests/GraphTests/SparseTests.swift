import CRuntime
import Diagnostics
import Foundation
import Testing

@testable import Graph

/// Features that are mostly zero: stored without their zeros, and read back as they were.
@Suite struct SparseTests {
  private let folder = TestFolder()
  private var graphPath: String { folder.path + "/g" }

  private static let wanted = GraphParts(edgeSets: [EdgeSetKey("e")], vertexFeatures: [.init("x", of: "v")])
  private static let count = 300
  private static let width = 80

  /// Vertex v has numbers in some columns, among them NaN, infinity and zeros of both signs; a third of the rows is empty.
  private static func rows(everyth step: Int = 11) -> [Float] {
    var numbers = [Float](repeating: 0, count: count * width)
    for vertex in 0..<count where vertex % 3 != 1 {
      for column in stride(from: vertex % step, to: width, by: step) {
        let special: [Int: Float] = [5: .nan, 17: -.infinity, 29: -0.0, 41: 0, 53: 1e-45]
        numbers[vertex * width + column] =
          special[(vertex + column) % 60] ?? Float(vertex) - Float(column) / 2 + 0.25
      }
    }
    return numbers
  }

  init() { writeGraph() }

  private func writeGraph(edgeFeature: Bool = false) {
    folder.write(
      "graph.json",
      """
      {"vertices": {"v": {"count": \(Self.count), "features": {"x": "x.npy"}}},
       "edges": {"e": {"from": "v", "to": "v", "index": "e.npy", "features": {\(edgeFeature ? "\"x\": \"x.npy\"" : "")}}}}
      """)
    let sources = (0..<Self.count).map { Int64($0) },
      targets = sources.map { ($0 * 7 + 3) % Int64(Self.count) }
    folder.writeNpy("e.npy", sources + targets, [2, Self.count])
  }

  private func partition(
    parts: Int = 1, _ method: PartitionMethod = .range, _ order: VertexOrder = .plain,
    rows: RowChoice = .smallest, threads: Int = 2
  ) throws -> PartitionedGraph {
    var options = PartitionOptions()
    (options.parts, options.method, options.order) = (parts, method, order)
    (options.rows, options.existing) = (rows, .replace)
    _ = try GraphPartitioner.partition(
      .directory(folder.path), into: graphPath, options: options, work: Work(threads: threads))
    return try PartitionedGraph(path: graphPath, wanted: Self.wanted)
  }

  /// The bits of every number of a row.
  private func bits(_ tensor: SparseTensor, row: Int) -> [UInt32] {
    var bits = [UInt32](repeating: 0, count: tensor.feature.width)
    for place in Int(tensor.rows.start[row])..<Int(tensor.rows.start[row + 1]) {
      bits[Int(tensor.rows.column[place])] = tensor.rows.value[place].bitPattern
    }
    return bits
  }

  private func expect(_ graph: PartitionedGraph, holds numbers: [Float]) throws {
    let x = try #require(graph.sparseFeature("x", of: "v"))
    let plain = graph.plainVertices(of: "v")
    let areRight = (0..<Self.count).allSatisfy { row in
      let first = Int(plain[row]) * Self.width
      return bits(x, row: row) == numbers[first..<first + Self.width].map(\.bitPattern)
    }
    #expect(areRight)
    let present = numbers.count { $0.bitPattern != 0 }
    #expect(graph.summary.vertexType(named: "v")?.features[0].form == .sparse(present: UInt64(present)))
    #expect(x.bytes == UInt64((Self.count + 1) * 8 + present * 8))
  }

  // MARK: What is stored

  @Test(arguments: PartitionTests.ways) func whatIsThereComesBackToTheBit(_ way: PartitionTests.Way) throws {
    let numbers = Self.rows()
    folder.writeNpy("x.npy", numbers, [Self.count, Self.width])
    try expect(try partition(parts: way.parts, way.method, way.order), holds: numbers)
    let files = folder.names
    #expect(files.contains("g"))
    let inside = try FileManager.default.contentsOfDirectory(atPath: graphPath)
    #expect(
      Set(inside).isSuperset(of: ["v.x.start", "v.x.columns", "v.x.values"]) && !inside.contains("v.x.rows"))
  }

  @Test func doublesAreRoundedFirst() throws {
    let numbers = Self.rows().map(Double.init)
    var tiny = numbers
    (tiny[1], tiny[2]) = (1e-60, -1e-60)
    folder.writeNpy("x.npy", tiny, [Self.count, Self.width])
    var rounded = numbers.map(Float.init)
    rounded[2] = -0.0
    try expect(try partition(), holds: rounded)
  }

  @Test func onlyWhatIsLessThanHalfIsSparse() throws {
    // Dense rows take 300 * 80 * 4 + 64 bytes; sparse ones 301 * 8 + 128 and 8 for each number.
    let most = (48_032 - 2_408 - 128 - 1) / 8
    for (present, isSparse) in [(0, true), (most, true), (most + 1, false)] {
      var numbers = [Float](repeating: 0, count: Self.count * Self.width)
      for place in 0..<present { numbers[place * 4] = 1 }
      folder.writeNpy("x.npy", numbers, [Self.count, Self.width])
      let graph = try partition()
      #expect((graph.sparseFeature("x", of: "v") != nil) == isSparse, "\(present)")
      if isSparse { try expect(graph, holds: numbers) }
    }
  }

  @Test func narrowRowsIntegersAndWhatIsAskedForAreDense() throws {
    folder.writeNpy("x.npy", [Float](repeating: 0, count: Self.count * 64), [Self.count, 64])
    #expect(try partition().denseFeature("x", of: "v") != nil)
    folder.writeNpy("x.npy", [Float](repeating: 0, count: Self.count * 65), [Self.count, 5, 13])
    #expect(try partition().sparseFeature("x", of: "v") != nil)
    #expect(try partition(rows: .dense).denseFeature("x", of: "v") != nil)
    folder.writeNpy("x.npy", [Int32](repeating: 0, count: Self.count * 65), [Self.count, 65])
    #expect(try partition().denseFeature("x", of: "v") != nil)
  }

  @Test func edgeFeaturesAreDense() throws {
    writeGraph(edgeFeature: true)
    folder.writeNpy("x.npy", Self.rows(), [Self.count, Self.width])
    let summary = try partition().summary
    #expect(summary.edgeTypes[0].features.map(\.form) == [.dense])
    #expect(summary.vertexTypes[0].features.map(\.form) != [.dense])
  }

  // MARK: New features

  @Test func newFeaturesMayHaveTheOtherForm() throws {
    let (sparse, dense) = (Self.rows(), Self.rows(everyth: 1))
    folder.writeNpy("x.npy", sparse, [Self.count, Self.width])
    _ = try partition(parts: 2, .metis)
    let start = FileManager.default.contents(atPath: graphPath + "/part-0001/e.forward.start")
    for numbers in [dense, sparse, sparse.map { $0 * 2 }] {
      folder.writeNpy("x.npy", numbers, [Self.count, Self.width])
      _ = try GraphPartitioner.refreshFeatures(of: graphPath, from: .directory(folder.path))
      let graph = try PartitionedGraph(path: graphPath, wanted: Self.wanted)
      if numbers.map(\.bitPattern) == dense.map(\.bitPattern) {
        #expect(graph.denseFeature("x", of: "v") != nil)
      } else {
        try expect(graph, holds: numbers)
      }
      #expect(FileManager.default.contents(atPath: graphPath + "/part-0001/e.forward.start") == start)
    }
    let inside = try FileManager.default.contentsOfDirectory(atPath: graphPath)
    #expect(!inside.contains("v.x.rows"))
  }

  // MARK: Damage

  private func told() -> [String] {
    messages { () throws(Failure) in _ = try PartitionedGraph(path: graphPath, wanted: Self.wanted) }
  }

  private func bytes(_ file: String) -> [UInt8] {
    Array(FileManager.default.contents(atPath: "\(graphPath)/\(file)")!)
  }

  /// Puts other bytes into a file and makes the checksums fit, as a program that writes nonsense would.
  private func put(_ file: String, _ bytes: [UInt8]) throws {
    folder.write("g/\(file)", bytes)
    let old = try GraphFolder(graphPath)
    var sums: [UInt64] = []
    for file in old.manifest.files { sums += try GraphChecksums.sums(ofFile: old.path(of: file), threads: 1) }
    let manifest = FileManager.default.contents(atPath: "\(graphPath)/\(GraphLayout.manifest)")!
    try GraphChecksums(manifest: String(decoding: manifest, as: UTF8.self), sums: sums)
      .write(to: "\(graphPath)/\(GraphLayout.checksums)")
  }

  @Test func aFlippedByteIsFoundAndNamed() throws {
    folder.writeNpy("x.npy", Self.rows(), [Self.count, Self.width])
    _ = try partition(parts: 2)
    for file in ["v.x.start", "v.x.columns", "v.x.values"] {
      let good = bytes(file)
      for place in [0, good.count / 2, good.count - 1] {
        var bad = good
        bad[place] ^= 0x10
        folder.write("g/\(file)", bad)
        #expect(told() == ["\(file) is damaged: the checksum of block 0 is wrong"])
      }
      folder.write("g/\(file)", good)
    }
    #expect(told() == [])
  }

  @Test func columnsAndStartsAreBoundedEvenIfTheChecksumsFit() throws {
    folder.writeNpy("x.npy", Self.rows(), [Self.count, Self.width])
    _ = try partition()
    let (columns, starts) = (bytes("v.x.columns"), bytes("v.x.start"))
    // Row 0 has the columns 0, 11, 22, ...
    try put("v.x.columns", columns[..<4] + memory([80] as [UInt32]) + columns[8...])
    #expect(told() == ["v.x.columns is wrong: entry 1 is 80; it should be below 80"])
    try put("v.x.columns", columns[..<8] + memory([11] as [UInt32]) + columns[12...])
    #expect(told() == ["v.x.columns is wrong: entry 2 is 11 after 11; the columns of a row rise"])
    try put("v.x.columns", columns)
    try put("v.x.start", starts[..<16] + memory([UInt64.max / 8]) + starts[24...])
    #expect(told().first?.hasPrefix("v.x.start is wrong: row 2 starts at") == true)
    try put("v.x.start", starts.dropLast(8) + memory([UInt64(1)]))
    #expect(told().first?.hasPrefix("v.x.start is wrong: row 300 starts at 1") == true)
  }

  @Test func aManifestWithSparseIntegersIsDamaged() throws {
    folder.writeNpy("x.npy", Self.rows(), [Self.count, Self.width])
    _ = try partition()
    let text = String(decoding: bytes(GraphLayout.manifest), as: UTF8.self)
    let changed = text.replacingOccurrences(of: "\"element\": \"f32\"", with: "\"element\": \"i32\"")
    #expect(changed != text)
    folder.write("g/\(GraphLayout.manifest)", changed)
    let sums = try MappedFile("\(graphPath)/\(GraphLayout.checksums)", kind: "graph")
    let known = try #require(GraphChecksums(sums.bytes)).sums
    try GraphChecksums(manifest: changed, sums: known).write(to: "\(graphPath)/\(GraphLayout.checksums)")
    #expect(told() == ["graph-gnnc.json is damaged: its checksum is wrong"])
  }
}
