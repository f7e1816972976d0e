import CRuntime
import Diagnostics
import Foundation
import Graph
import TestSupport

@testable import Launcher

/// A hand-made model (Resources/tiny.c) and a small graph for it, in a directory of one test.
final class Tiny {
  static let vertices = 40
  /// Vertex v has the features v and -v / 2.
  static func feature(_ vertex: Int) -> [Float] { [Float(vertex), -Float(vertex) / 2] }

  /// Directed, with a loop, parallel edges, and vertices without in-edges.
  static let edges: [(source: Int, target: Int)] = {
    var edges = [(3, 3), (0, 1), (0, 1), (39, 0)]
    for vertex in 0..<vertices { edges.append((vertex, (vertex * 7 + 3) % 29)) }
    for vertex in 0..<vertices { edges.append((vertex, 5)) }
    return edges
  }()

  private let root = NSTemporaryDirectory() + "gnnc-launcher-\(UUID())"

  init() throws {
    try FileManager.default.createDirectory(atPath: path("plain"), withIntermediateDirectories: true)
    try write(
      """
      { "vertices": { "v": { "count": \(Self.vertices), "features": { "x": "x.npy" } } },
        "edges": { "e": { "from": "v", "to": "v", "index": "e.npy", "features": {} } } }
      """, to: "plain/graph.json")
    let features = (0..<Self.vertices).flatMap(Self.feature)
    try npy("<f4", [Self.vertices, 2], features).write(to: URL(fileURLWithPath: path("plain/x.npy")))
    let index = Self.edges.map { Int64($0.source) } + Self.edges.map { Int64($0.target) }
    try npy("<i8", [2, Self.edges.count], index).write(to: URL(fileURLWithPath: path("plain/e.npy")))
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func path(_ name: String) -> String { root + "/" + name }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
  }

  /// A partitioned graph.
  func graph(
    parts: Int, order: VertexOrder = .plain, preparing sets: Set<EdgeSetKey> = []
  ) throws -> String {
    let target = path("graph-\(parts)-\(order.rawValue)-\(sets.count)")
    var options = PartitionOptions()
    options.parts = parts
    options.order = order
    options.edgeSets = sets
    _ = try GraphPartitioner.partition(.directory(path("plain")), into: target, options: options)
    return target
  }

  /// The model, built with macros that say what is wrong with it.
  func model(_ macros: String...) throws -> CompiledModel {
    let directory = path("tiny-\(macros.joined()).gnnc")
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let include = tests.deletingLastPathComponent().deletingLastPathComponent().path + "/runtime-c/include"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["cc", "-O1", "-std=gnu2x", "-fPIC", "-shared", "-I", include, "-o", directory + "/model.so"]
      + macros.map { "-D\($0)" } + [tests.path + "/Resources/tiny.c"]
    try process.run()
    process.waitUntilExit()
    return try CompiledModel(directory: directory, manifest: Manifest(compiler: "cc", processor: "anything"))
  }

  /// A weights file with one tensor.
  func weights(_ name: String, shape: [Int], _ values: [Float]) throws -> String {
    let header = Data(
      "{\"\(name)\":{\"dtype\":\"F32\",\"shape\":\(shape),\"data_offsets\":[0,\(values.count * 4)]}}".utf8)
    var file = Data()
    withUnsafeBytes(of: UInt64(header.count)) { file.append(contentsOf: $0) }
    file += header
    values.withUnsafeBytes { file.append(contentsOf: $0) }
    let target = path("\(name)-\(shape.count).safetensors")
    try file.write(to: URL(fileURLWithPath: target))
    return target
  }

  /// What the model computes, by definition.
  static func answer(scale: Float, width: Int = 2) -> [Float] {
    var sums = [Float](repeating: 0, count: vertices * width)
    for (source, target) in edges {
      for column in 0..<width { sums[target * width + column] += scale * feature(source)[column] }
    }
    return sums
  }
}

/// The messages of what `body` throws.
func messages(_ body: () throws -> Void) -> [String] {
  do {
    try body()
    return []
  } catch let failure as Failure {
    return failure.diagnostics.map(\.message)
  } catch {
    return ["\(error)"]
  }
}
