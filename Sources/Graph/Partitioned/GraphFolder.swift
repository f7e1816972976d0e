import CRuntime
import Diagnostics

/// A partitioned graph directory with its manifest read: which files it has, and what their checksums are.
struct GraphFolder {
  let path: String
  let manifest: GraphManifest
  let checksums: GraphChecksums
  /// Where each file's checksums begin.
  let firstSum: [String: Int]

  init(_ path: String) throws(Failure) {
    self.path = path
    let text = try MappedFile("\(path)/\(GraphLayout.manifest)", kind: "graph")
    do throws(GraphError) {
      let json = try GraphFolder.parse(text)
      let words = try GraphFolder.checksums(path)
      guard words.fits(manifest: text.bytes) else { throw .damaged(GraphLayout.manifest) }
      guard let manifest = GraphManifest(json) else { throw .damaged(GraphLayout.manifest) }
      var next = 0
      var firstSum: [String: Int] = [:]
      for file in manifest.files {
        firstSum[file.path] = next
        next += Int(gnnc_block_count(file.bytes))
      }
      guard next == words.sums.count else { throw .damaged(GraphLayout.checksums) }
      self.manifest = manifest
      checksums = words
      self.firstSum = firstSum
    } catch {
      throw error.failure(path)
    }
  }

  func path(of file: GraphFile) -> String { "\(path)/\(file.path)" }

  func sums(of file: GraphFile) -> ArraySlice<UInt64> {
    let first = firstSum[file.path]!
    return checksums.sums[first..<(first + Int(gnnc_block_count(file.bytes)))]
  }

  /// What is another program's, or another version's, is said to be so; the rest is damage.
  private static func parse(_ text: MappedFile) throws(GraphError) -> JSON {
    guard let json = try? JSON(parsing: text.bytes) else { throw .damaged(GraphLayout.manifest) }
    guard json["format"]?.string == GraphManifest.format else { throw .damaged(GraphLayout.manifest) }
    let version = json["version"]?.integer ?? 0
    guard version == GraphManifest.version else { throw .otherVersion(version) }
    return json
  }

  private static func checksums(_ path: String) throws(GraphError) -> GraphChecksums {
    guard let file = try? MappedFile("\(path)/\(GraphLayout.checksums)", kind: "graph") else {
      throw .missing(GraphLayout.checksums)
    }
    guard let words = GraphChecksums(file.bytes) else { throw .damaged(GraphLayout.checksums) }
    return words
  }
}

/// What can be wrong with a partitioned graph directory, or with what is asked of it.
enum GraphError: Error, Hashable {
  case missing(String)
  case damaged(String)
  case otherVersion(Int)
  case size(String, wanted: UInt64, found: UInt64)
  case notPrepared(EdgeSetKey)
  case noEdgeType(String)
  case noVertexType(String)
  case noFeature(String, of: String)
  // Refreshing features
  case otherTypes(plain: String)
  case otherCount(String, graph: UInt64, plain: UInt64)
  case otherNames(String)
}

// MARK: - Wording

extension GraphError {
  /// `path` is the graph's directory.
  func failure(_ path: String) -> Failure {
    Failure(kind: "graph", message, at: .file(path), help: help)
  }

  private var message: String {
    switch self {
    case .missing(let file): "\(file) is missing"
    case .damaged(let file): "\(file) is damaged: its checksum is wrong"
    case .otherVersion(let version):
      "the graph has version \(version) of the format; this gnnc reads version \(GraphManifest.version)"
    case .size(let file, let wanted, let found) where found < wanted:
      "\(file) is truncated: it has \(found) bytes and should have \(wanted)"
    case .size(let file, let wanted, let found): "\(file) has \(found) bytes and should have \(wanted)"
    case .notPrepared(let set): "the graph has no \(set.direction.rawValue) edges of \(set.edgeType) prepared"
    case .noEdgeType(let name): "the graph has no edges `\(name)`"
    case .noVertexType(let name): "the graph has no vertices `\(name)`"
    case .noFeature(let name, let owner): "\(owner) has no feature `\(name)`"
    case .otherTypes(let plain): "\(plain) has other types of vertices or edges"
    case .otherCount(let type, let graph, let plain): "\(type) has \(plain) members now; it had \(graph)"
    case .otherNames(let type): "the vertices of \(type) have other names now, or another order"
    }
  }

  private var help: String? {
    switch self {
    case .missing, .damaged, .otherVersion, .size: "make the graph again with `gnnc partition`"
    case .notPrepared: "`gnnc partition --for MODEL.gnn` prepares what a model needs"
    case .otherTypes, .otherCount, .otherNames: "`--features-only` takes the same graph with new features"
    case .noEdgeType, .noVertexType, .noFeature: nil
    }
  }
}
