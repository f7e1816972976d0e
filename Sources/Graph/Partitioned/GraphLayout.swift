import CRuntime

/// Which file of a partitioned graph holds what, by its path within the directory. docs/graph-format.md describes them.
enum GraphLayout {
  static let manifest = "graph-gnnc.json"
  static let checksums = "checksums"
  /// Zero bytes after the last row of a tensor, so that prefetching may run over.
  static let rowPadding = 64

  static func plainVertices(_ type: String) -> String { "\(safe(type)).plain" }
  static func names(_ type: String) -> String { "\(safe(type)).names" }
  static func vertexFeature(_ feature: String, _ type: String) -> String {
    "\(safe(type)).\(safe(feature)).rows"
  }
  static func sparseStart(_ feature: String, _ type: String) -> String {
    "\(safe(type)).\(safe(feature)).start"
  }
  static func sparseColumns(_ feature: String, _ type: String) -> String {
    "\(safe(type)).\(safe(feature)).columns"
  }
  static func sparseValues(_ feature: String, _ type: String) -> String {
    "\(safe(type)).\(safe(feature)).values"
  }

  static func folder(_ part: Int) -> String {
    let digits = String(part)
    return "part-" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  static func start(_ set: EdgeSetKey, _ part: Int) -> String { edgeFile(set, part, "start") }
  static func source(_ set: EdgeSetKey, _ part: Int) -> String { edgeFile(set, part, "source") }
  static func loops(_ set: EdgeSetKey, _ part: Int) -> String { edgeFile(set, part, "loops") }
  static func plainEdges(_ set: EdgeSetKey, _ part: Int) -> String { edgeFile(set, part, "plain") }

  static func edgeFeature(_ feature: String, _ set: EdgeSetKey, _ part: Int) -> String {
    edgeFile(set, part, "\(safe(feature)).rows")
  }

  static func halo(_ type: String, _ part: Int) -> String { "\(folder(part))/\(safe(type)).halo" }
  static func haloStart(_ type: String, _ part: Int) -> String { "\(folder(part))/\(safe(type)).halo.start" }

  private static func edgeFile(_ set: EdgeSetKey, _ part: Int, _ what: String) -> String {
    "\(folder(part))/\(safe(set.edgeType)).\(set.direction.rawValue).\(what)"
  }

  /// A name that can be part of a file's name stands for itself; any other is replaced by its checksum.
  static func safe(_ name: String) -> String {
    let isPlain = name.utf8.allSatisfy {
      (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "_-".utf8.contains($0)
    }
    if isPlain, !name.isEmpty, name.utf8.count <= 64 { return name }
    let sum = Array(name.utf8).withUnsafeBytes { gnnc_checksum($0.baseAddress, UInt64($0.count)) }
    let digits = String(sum, radix: 16)
    return "~" + String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Whether something of this name in the topmost folder was written by gnnc.
  static func isOurs(_ name: String) -> Bool {
    name == manifest || name == checksums || name.hasPrefix("part-")
      || [".plain", ".names", ".rows", ".start", ".columns", ".values"].contains { name.hasSuffix($0) }
  }
}

/// What a file must hold, as far as it is checked.
enum GraphContent: Equatable {
  case bytes
  /// uint64 offsets from 0 to `last`.
  case starts(entries: UInt64, last: UInt64)
  /// uint32 numbers below `limit`; zeros may follow.
  case index32(entries: UInt64, limit: UInt64)
  /// uint64 numbers below `limit`.
  case index64(entries: UInt64, limit: UInt64)
  /// uint32 counts, none larger than the row in the `starts` file.
  case loops(entries: UInt64, starts: String)
  /// uint32 numbers below `limit`, rising within each of `rows` rows of the `starts` file; zeros may follow.
  case columns(entries: UInt64, limit: UInt64, rows: UInt64, starts: String)
}

/// A file of a partitioned graph: where it is, how long it must be, what it must hold.
struct GraphFile: Equatable {
  let path: String
  let bytes: UInt64
  let content: GraphContent
}

extension GraphManifest {
  func plainVerticesFile(_ type: VertexTypeSummary) -> GraphFile {
    GraphFile(
      path: GraphLayout.plainVertices(type.name), bytes: type.count * 4,
      content: .index32(entries: type.count, limit: type.count))
  }

  func vertexFeatureFiles(_ feature: FeatureSummary, _ type: VertexTypeSummary) -> [GraphFile] {
    switch feature.form {
    case .dense: return [vertexRowsFile(feature, type)]
    case .sparse(let present):
      let files = SparseFiles(feature, of: type, present: present)
      return [files.start, files.columns, files.values]
    }
  }

  func vertexRowsFile(_ feature: FeatureSummary, _ type: VertexTypeSummary) -> GraphFile {
    GraphFile(
      path: GraphLayout.vertexFeature(feature.name, type.name),
      bytes: feature.denseBytes(rows: type.count), content: .bytes)
  }

  func namesFile(_ type: VertexTypeSummary) -> GraphFile {
    GraphFile(path: GraphLayout.names(type.name), bytes: namesBytes[type.name] ?? 0, content: .bytes)
  }

  func startFile(_ set: EdgeSetKey, _ part: Int) -> GraphFile {
    let rows = rows(set, part)
    return GraphFile(
      path: GraphLayout.start(set, part), bytes: (rows + 1) * 8,
      content: .starts(entries: rows + 1, last: edges(set, part)))
  }

  func sourceFile(_ set: EdgeSetKey, _ part: Int) -> GraphFile {
    let edges = edges(set, part)
    return GraphFile(
      path: GraphLayout.source(set, part), bytes: (edges + UInt64(GNNC_SOURCE_PADDING)) * 4,
      content: .index32(entries: edges, limit: sourceType(set).count))
  }

  func loopsFile(_ set: EdgeSetKey, _ part: Int) -> GraphFile {
    let rows = rows(set, part)
    return GraphFile(
      path: GraphLayout.loops(set, part), bytes: rows * 4,
      content: .loops(entries: rows, starts: GraphLayout.start(set, part)))
  }

  func plainEdgesFile(_ set: EdgeSetKey, _ part: Int) -> GraphFile {
    let edges = edges(set, part), all = edgeType(set).count
    return hasWidePlainEdges(set)
      ? GraphFile(
        path: GraphLayout.plainEdges(set, part), bytes: edges * 8,
        content: .index64(entries: edges, limit: all))
      : GraphFile(
        path: GraphLayout.plainEdges(set, part), bytes: edges * 4,
        content: .index32(entries: edges, limit: all))
  }

  func edgeFeatureFile(_ feature: FeatureSummary, _ set: EdgeSetKey, _ part: Int) -> GraphFile {
    GraphFile(
      path: GraphLayout.edgeFeature(feature.name, set, part),
      bytes: feature.denseBytes(rows: edges(set, part)),
      content: .bytes)
  }

  func haloFile(_ type: VertexTypeSummary, _ part: Int) -> GraphFile {
    let rows = haloRows[type.name]?[part] ?? 0
    return GraphFile(
      path: GraphLayout.halo(type.name, part), bytes: rows * 4,
      content: .index32(entries: rows, limit: type.count))
  }

  func haloStartFile(_ type: VertexTypeSummary, _ part: Int) -> GraphFile {
    let entries = UInt64(summary.parts + 1)
    return GraphFile(
      path: GraphLayout.haloStart(type.name, part), bytes: entries * 8,
      content: .starts(entries: entries, last: haloRows[type.name]?[part] ?? 0))
  }

  /// All files but the manifest and the checksums, in the order of the checksums.
  var files: [GraphFile] {
    var files: [GraphFile] = []
    for type in summary.vertexTypes {
      files.append(plainVerticesFile(type))
      if type.hasNames { files.append(namesFile(type)) }
      files += type.features.flatMap { vertexFeatureFiles($0, type) }
    }
    for part in 0..<summary.parts {
      for type in summary.edgeTypes { files += edgeFiles(type, part) }
      for type in summary.vertexTypes { files += [haloStartFile(type, part), haloFile(type, part)] }
    }
    return files
  }

  private func edgeFiles(_ type: EdgeTypeSummary, _ part: Int) -> [GraphFile] {
    var files: [GraphFile] = []
    for set in type.sets {
      let key = EdgeSetKey(type.name, set.direction)
      files += [startFile(key, part), sourceFile(key, part)]
      if set.hasLoops { files.append(loopsFile(key, part)) }
      if set.direction == .undirected { continue }
      files.append(plainEdgesFile(key, part))
      files += type.features.map { edgeFeatureFile($0, key, part) }
    }
    return files
  }
}

/// The files of a vertex feature whose rows are sparse.
struct SparseFiles {
  let start: GraphFile
  let columns: GraphFile
  let values: GraphFile

  init(_ feature: FeatureSummary, of type: VertexTypeSummary, present: UInt64) {
    let bytes = present * 4 + UInt64(GraphLayout.rowPadding)
    start = GraphFile(
      path: GraphLayout.sparseStart(feature.name, type.name), bytes: (type.count + 1) * 8,
      content: .starts(entries: type.count + 1, last: present))
    columns = GraphFile(
      path: GraphLayout.sparseColumns(feature.name, type.name), bytes: bytes,
      content: .columns(
        entries: present, limit: UInt64(feature.width), rows: type.count, starts: start.path))
    values = GraphFile(
      path: GraphLayout.sparseValues(feature.name, type.name), bytes: bytes, content: .bytes)
  }
}

extension FeatureSummary {
  /// What dense rows take on disk.
  package func denseBytes(rows: UInt64) -> UInt64 {
    rows * UInt64(stride * element.bytes) + UInt64(GraphLayout.rowPadding)
  }

  /// What sparse rows take on disk, over their three files.
  static func sparseBytes(rows: UInt64, present: UInt64) -> UInt64 {
    (rows + 1) * 8 + present * 8 + 2 * UInt64(GraphLayout.rowPadding)
  }
}

extension GraphManifest {
  /// The paths of all files that hold features.
  var featurePaths: Set<String> {
    var paths: Set<String> = []
    for type in summary.vertexTypes {
      paths.formUnion(type.features.flatMap { vertexFeatureFiles($0, type) }.map(\.path))
    }
    for type in summary.edgeTypes {
      for set in type.sets {
        let key = EdgeSetKey(type.name, set.direction)
        for part in 0..<summary.parts {
          paths.formUnion(type.features.map { GraphLayout.edgeFeature($0.name, key, part) })
        }
      }
    }
    return paths
  }
}
