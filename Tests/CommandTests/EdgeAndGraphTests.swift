import Foundation
import Testing

/// Outputs over edges and over the whole graph, weights with a row for each vertex, and indices: as a user meets them.
struct EdgeAndGraphTests {
  let folder: Folder
  let gnnc: Gnnc

  init() throws {
    folder = try Folder()
    gnnc = Gnnc(in: folder)
  }

  private static let graph = Sample.otherGraph

  private func write(_ model: String, graph: String = "vertex node { x: f32[16] }\n  edge link: node -> node")
    throws
  {
    try folder.write("graph {\n  \(graph)\n}\n\n\(model)\n", to: "m.gnn")
  }

  /// The graph in one partition and in three, for the model.
  private func partition() throws {
    for parts in [1, 3] {
      let made = try gnnc(
        "partition", Self.graph, "-o", "g\(parts)", "--parts", "\(parts)", "--for", "m.gnn", "--quiet")
      #expect(made.errors == "")
    }
  }

  @Test func valuesOfEdgesComeInTheGraphsOwnOrder() throws {
    try write(
      """
      message module Attention {
        forward(source h: f32[16], target t: f32[16]) { return incoming.softmax(dot(h, t) / 4) }
      }
      model {
        x = get_vertex(node.x)
        output alpha = message_passing(with_self_loops(link), Attention, h: x, t: x)
        output mean = graph.mean(x)
      }
      """)
    try partition()
    for (name, words) in [("a", ["g1"]), ("b", ["g3"]), ("c", ["g3", "--exchange", "copy"])] {
      let result = try gnnc.shell("$GNNC run m.gnn \(words.joined(separator: " ")) -o \(name)")
      #expect(result.status == 0, "\(result.errors)")
    }
    for file in ["alpha.npy", "alpha.loops.npy", "mean.npy"] {
      let bytes = ["a", "b", "c"].map { folder.bytes("\($0)/\(file)") }
      #expect(bytes[0] != nil && bytes[0] == bytes[1] && bytes[0] == bytes[2], "\(file)")
    }
    // The weights of a vertex's in-edges and of its loop come to one, whichever of the graph's own loops it has.
    let ends = try Numbers(Self.graph + "/link.npy")
    let (alpha, loops) = (
      try Numbers(folder.path("a/alpha.npy")), try Numbers(folder.path("a/alpha.loops.npy"))
    )
    #expect(alpha.shape == [ends.shape[1]] && loops.shape == [60])
    var sums = loops.values
    for edge in 0..<ends.shape[1] {
      let (source, target) = (Int(ends.values[edge]), Int(ends.values[ends.shape[1] + edge]))
      if source == target {
        #expect(alpha.values[edge] == loops.values[target])
      } else {
        sums[target] += alpha.values[edge]
      }
    }
    #expect(sums.allSatisfy { abs($0 - 1) < 1e-5 })
    #expect(try Numbers(folder.path("a/mean.npy")).shape == [1, 16])
  }

  @Test func anIndexOutsideItsTableIsNamed() throws {
    try write(
      """
      message module By { forward(source h: f32[16], edge r: i64) { return incoming.mean(h, by: r, of: 2) } }
      model { output y = message_passing(link, By, h: get_vertex(node.x), r: get_edge(link.relation)) }
      """, graph: "vertex node { x: f32[16] }\n  edge link: node -> node { relation: i64 }")
    let result = try gnnc("run", "m.gnn", Self.graph, "-o", "out")
    #expect(result.status == 1)
    #expect(result.errors.contains("feature `relation` of `link` holds "))
    #expect(result.errors.contains("takes 0 to 1"))
    #expect(!folder.names.contains("out"))
  }

  @Test func weightsWithARowForEachVertexFollowTheGraph() throws {
    try write(
      """
      message module Mean { forward(source h: f32[3]) { return incoming.mean(h) } }
      layer Neighbours(edges) {
        param embedding: f32[count(node), 3]
        return message_passing(edges, Mean, h: embedding)
      }
      model { output y = Neighbours(link) }
      """)
    try partition()
    try writeSafetensors("good.safetensors", rows: 60)
    try writeSafetensors("short.safetensors", rows: 59)
    try writeSafetensors("wide.safetensors", rows: 60, width: 4)
    #expect(try gnnc("compile", "m.gnn", "--weights", "good.safetensors", "-o", "m.gnnc").status == 0)
    for (name, model, graph) in [
      ("a", "m.gnnc", "g1"), ("b", "m.gnnc", "g3"), ("c", "m.gnn --weights good.safetensors", "g3"),
    ] {
      let result = try gnnc.shell("$GNNC run \(model) \(graph) -o \(name)")
      #expect(result.status == 0, "\(result.errors)")
    }
    let outputs = ["a", "b", "c"].map { folder.bytes("\($0)/y.npy") }
    #expect(outputs[0] != nil && outputs[0] == outputs[1] && outputs[0] == outputs[2])
    let refused = try gnnc("run", "m.gnn", "g1", "-o", "out", "--weights", "short.safetensors")
    #expect(refused.status == 1)
    #expect(refused.errors.contains("`embedding` has rows for 59 vertices; the graph has 60 of `node`"))
    let misshapen = try gnnc("run", "m.gnn", "g1", "-o", "out", "--weights", "wide.safetensors")
    #expect(misshapen.status == 1)
    #expect(misshapen.errors.contains("has the shape [60, 4]; the model wants [count(node), 3]"))
    #expect(folder.bytes("out/y.npy") == nil)
  }

  /// A file with one tensor, `embedding`.
  private func writeSafetensors(_ name: String, rows: Int, width: Int = 3) throws {
    let bytes = rows * width * MemoryLayout<Float>.stride
    let header =
      #"{"embedding":{"dtype":"F32","shape":[\#(rows),\#(width)],"data_offsets":[0,\#(bytes)]}}"#
    var data = withUnsafeBytes(of: UInt64(header.utf8.count)) { Data($0) } + Data(header.utf8)
    for number in 0..<rows * width {
      withUnsafeBytes(of: Float(number % 17) / 4) { data.append(contentsOf: $0) }
    }
    try data.write(to: URL(fileURLWithPath: folder.path(name)))
  }
}

/// A numpy file of float32 or int64.
private struct Numbers {
  let shape: [Int]
  let values: [Double]

  init(_ path: String) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    let start = 10 + Int(data[8]) + Int(data[9]) << 8
    let header = String(decoding: data[10..<start], as: UTF8.self)
    let sizes = try #require(header.firstMatch(of: /'shape': \(([^)]*)\)/)?.1)
    shape = sizes.split(separator: ",").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    let body = data[start...]
    values = body.withUnsafeBytes { bytes in
      header.contains("<i8")
        ? (0..<bytes.count / 8).map { Double(bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self)) }
        : (0..<bytes.count / 4).map { Double(bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self)) }
    }
  }
}
