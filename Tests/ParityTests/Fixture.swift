import Diagnostics
import Foundation
import Language
import Library
import Program
import Testing

/// One case of Tests/Fixtures: a model, its weights, a graph, and what PyG computes.
struct Fixture: Sendable, CustomTestStringConvertible {
  let name: String
  let folder: URL
  let graph: URL
  /// PyG's own single-precision error, by output.
  let singleError: [String: Double]

  static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures")
    .standardized

  /// Every case, by name.
  static let all: [Fixture] = {
    let folders = try! FileManager.default.contentsOfDirectory(
      at: root.appending(path: "cases"), includingPropertiesForKeys: nil)
    return folders.map { try! Fixture($0) }.sorted { $0.name < $1.name }
  }()

  private struct Description: Decodable {
    let graph: String
    let singleError: [String: Double]

    enum CodingKeys: String, CodingKey {
      case graph
      case singleError = "float32_error"
    }
  }

  private init(_ folder: URL) throws {
    let text = try Data(contentsOf: folder.appending(path: "case.json"))
    let description = try JSONDecoder().decode(Description.self, from: text)
    name = folder.lastPathComponent
    self.folder = folder
    graph = Fixture.root.appending(path: "graphs/" + description.graph)
    singleError = description.singleError
  }

  var testDescription: String { name }

  /// Where the weights are; a case without any has none.
  var weights: URL? {
    let file = folder.appending(path: "weights.safetensors")
    return FileManager.default.fileExists(atPath: file.path) ? file : nil
  }

  func model() throws -> SourceText {
    let file = folder.appending(path: "model.gnn")
    return SourceText(name: name + "/model.gnn", text: try String(contentsOf: file, encoding: .utf8))
  }

  func program() throws -> Program {
    let texts = Language.Texts(library: { name in
      Library.text(of: name).map { SourceText(name: "library/\(name).gnn", text: $0) }
    })
    do {
      return try Language.elaborate(try model(), texts)
    } catch let failure as Failure {
      throw FixtureFault.refused(failure.diagnostics.map(\.inOneLine))
    }
  }

  /// PyG's answer in double precision.
  func expected(_ output: String) throws -> NumberArray {
    try readNpy(folder.appending(path: output + ".npy"))
  }

  /// Graph and weights as the interpreter reads them.
  func data(for schema: Schema) throws -> GraphData {
    let plain = try PlainGraph(graph)
    return GraphData(
      vertexCounts: schema.vertexTypes.map { plain.vertices[$0.name]!.count },
      edges: try schema.edgeTypes.map { try plain.edges(of: $0.name) },
      features: try plain.features(of: schema),
      parameters: try weights.map(readSafetensors)?.mapValues(\.numbers) ?? [:])
  }
}

/// A plain graph directory's `graph.json` and the files that it names.
private struct PlainGraph: Decodable {
  struct Vertices: Decodable {
    let count: Int
    let features: [String: String]
  }
  struct Edges: Decodable {
    let index: String
    let features: [String: String]
  }
  let vertices: [String: Vertices]
  let edges: [String: Edges]
  private(set) var folder = URL(filePath: "/")

  enum CodingKeys: CodingKey { case vertices, edges }

  init(_ folder: URL) throws {
    self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: folder.appending(path: "graph.json")))
    self.folder = folder
  }

  func edges(of type: String) throws -> GraphData.Edges {
    let index = try readNpy(folder.appending(path: edges[type]!.index))
    let ends = index.numbers.map { Int($0) }
    return GraphData.Edges(sources: Array(ends[..<index.width]), targets: Array(ends[index.width...]))
  }

  func features(of schema: Schema) throws -> [String: [String: [Double]]] {
    func read(_ wanted: [Schema.Feature], _ files: [String: String]) throws -> [String: [Double]] {
      var found: [String: [Double]] = [:]
      for feature in wanted {
        found[feature.name] = try readNpy(folder.appending(path: files[feature.name]!)).numbers
      }
      return found
    }
    var found: [String: [String: [Double]]] = [:]
    for type in schema.vertexTypes {
      found[type.name] = try read(type.features, vertices[type.name]!.features)
    }
    for type in schema.edgeTypes { found[type.name] = try read(type.features, edges[type.name]!.features) }
    return found
  }
}

extension Diagnostic {
  /// The message and where it points, for a test's output.
  fileprivate var inOneLine: String {
    guard case .text(let label, _) = place else { return message }
    let line = label.span.source.text.utf8.prefix(label.span.lower).count { $0 == UInt8(ascii: "\n") } + 1
    return "\(label.span.source.name):\(line): \(message)"
  }
}
