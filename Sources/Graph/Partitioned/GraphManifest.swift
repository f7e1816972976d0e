import Diagnostics

/// All that graph-gnnc.json says: the summary, and what the sizes of files follow from.
struct GraphManifest: Equatable {
  static let format = "gnnc partitioned graph"
  static let version = 2
  /// Of anything; with the widest row, a file's size still fits 63 bits.
  static let largestCount = 1 << 40

  let summary: GraphSummary
  /// Bytes of the file of names, for vertex types that have one.
  let namesBytes: [String: UInt64]
  /// For each vertex type, how many rows of others each partition reads.
  let haloRows: [String: [UInt64]]

  func edgeType(_ set: EdgeSetKey) -> EdgeTypeSummary { summary.edgeType(named: set.edgeType)! }

  func sourceType(_ set: EdgeSetKey) -> VertexTypeSummary {
    let type = edgeType(set)
    return summary.vertexType(named: set.direction == .reverse ? type.target : type.source)!
  }

  func targetType(_ set: EdgeSetKey) -> VertexTypeSummary {
    let type = edgeType(set)
    return summary.vertexType(named: set.direction == .reverse ? type.source : type.target)!
  }

  /// Targets that a partition owns.
  func rows(_ set: EdgeSetKey, _ part: Int) -> UInt64 {
    let bounds = targetType(set).bounds
    return bounds[part + 1] - bounds[part]
  }

  func edges(_ set: EdgeSetKey, _ part: Int) -> UInt64 { summary.edgeSet(set)!.edges[part] }

  /// Plain indices take eight bytes where four cannot hold them.
  func hasWidePlainEdges(_ set: EdgeSetKey) -> Bool { edgeType(set).count > UInt64(UInt32.max) }
}

// MARK: - Writing

extension GraphManifest {
  var text: String {
    JSON.object([
      .init(key: "format", value: .string(Self.format)),
      .init(key: "version", value: .integer(Self.version)),
      .init(key: "parts", value: .integer(summary.parts)),
      .init(key: "method", value: .string(summary.method)),
      .init(key: "order", value: .string(summary.order)),
      .init(key: "vertices", value: .array(summary.vertexTypes.map(json))),
      .init(key: "edges", value: .array(summary.edgeTypes.map(json))),
      .init(
        key: "files",
        value: .array(
          files.map {
            .object([
              .init(key: "path", value: .string($0.path)),
              .init(key: "bytes", value: .integer(Int($0.bytes))),
            ])
          })),
    ]).text
  }

  private func json(_ type: VertexTypeSummary) -> JSON {
    var members: [JSON.Member] = [
      .init(key: "name", value: .string(type.name)),
      .init(key: "count", value: .integer(Int(type.count))),
      .init(key: "bounds", value: json(type.bounds)),
      .init(key: "halo", value: json(haloRows[type.name] ?? [])),
    ]
    if type.hasNames {
      members.append(.init(key: "names_bytes", value: .integer(Int(namesBytes[type.name] ?? 0))))
    }
    members.append(.init(key: "features", value: .array(type.features.map(json))))
    return .object(members)
  }

  private func json(_ type: EdgeTypeSummary) -> JSON {
    .object([
      .init(key: "name", value: .string(type.name)),
      .init(key: "from", value: .string(type.source)),
      .init(key: "to", value: .string(type.target)),
      .init(key: "count", value: .integer(Int(type.count))),
      .init(key: "features", value: .array(type.features.map(json))),
      .init(
        key: "sets",
        value: .array(
          type.sets.map {
            .object([
              .init(key: "direction", value: .string($0.direction.rawValue)),
              .init(key: "loops", value: .bool($0.hasLoops)),
              .init(key: "edges", value: json($0.edges)),
              .init(key: "cut", value: .integer(Int($0.cut))),
            ])
          })),
    ])
  }

  private func json(_ feature: FeatureSummary) -> JSON {
    var members: [JSON.Member] = [
      .init(key: "name", value: .string(feature.name)),
      .init(key: "element", value: .string(feature.element.rawValue)),
      .init(key: "shape", value: .array(feature.shape.map { .integer($0) })),
    ]
    if case .sparse(let present) = feature.form {
      members.append(.init(key: "present", value: .integer(Int(present))))
    }
    return .object(members)
  }

  private func json(_ numbers: [UInt64]) -> JSON { .array(numbers.map { .integer(Int($0)) }) }
}

// MARK: - Reading

extension GraphManifest {
  /// Nil if a field is missing or does not fit the others.
  init?(_ json: JSON) {
    guard let parts = json["parts"]?.count, parts > 0, let method = json["method"]?.string,
      let order = json["order"]?.string, let vertices = json["vertices"]?.array,
      let edges = json["edges"]?.array
    else { return nil }
    var namesBytes: [String: UInt64] = [:]
    var haloRows: [String: [UInt64]] = [:]
    var vertexTypes: [VertexTypeSummary] = []
    for json in vertices {
      guard let type = VertexTypeSummary(json, parts: Int(parts)), haloRows[type.name] == nil else {
        return nil
      }
      guard let halo = json["halo"]?.counts, halo.count == parts else { return nil }
      vertexTypes.append(type)
      haloRows[type.name] = halo
      namesBytes[type.name] = json["names_bytes"]?.count
    }
    var edgeTypes: [EdgeTypeSummary] = []
    for json in edges {
      guard let type = EdgeTypeSummary(json, parts: Int(parts)), haloRows[type.source] != nil,
        haloRows[type.target] != nil, !edgeTypes.contains(where: { $0.name == type.name })
      else { return nil }
      edgeTypes.append(type)
    }
    summary = GraphSummary(
      parts: Int(parts), method: method, order: order, vertexTypes: vertexTypes, edgeTypes: edgeTypes)
    self.namesBytes = namesBytes
    self.haloRows = haloRows
    guard json["files"] == .array(files.map(\.json)) else { return nil }
  }
}

extension GraphFile {
  fileprivate var json: JSON {
    .object([.init(key: "path", value: .string(path)), .init(key: "bytes", value: .integer(Int(bytes)))])
  }
}

extension JSON {
  /// A number of things, small enough that sums and products of sizes cannot overflow.
  fileprivate var count: UInt64? {
    integer.flatMap { $0 < 0 || $0 > GraphManifest.largestCount ? nil : UInt64($0) }
  }

  fileprivate var counts: [UInt64]? {
    guard let values = array?.map(\.count) else { return nil }
    let counts = values.compactMap { $0 }
    return counts.count == values.count ? counts : nil
  }
}

extension VertexTypeSummary {
  fileprivate init?(_ json: JSON, parts: Int) {
    guard let name = json["name"]?.string, let count = json["count"]?.count, count <= UInt32.max,
      let bounds = json["bounds"]?.counts, bounds.count == parts + 1, bounds.first == 0, bounds.last == count,
      zip(bounds, bounds.dropFirst()).allSatisfy({ $0 <= $1 }),
      let features = json["features"]?.array?.map(FeatureSummary.init), !features.contains(nil)
    else { return nil }
    self.init(
      name: name, count: count, bounds: bounds, features: features.compactMap { $0 },
      hasNames: json["names_bytes"]?.count != nil)
  }
}

extension EdgeTypeSummary {
  fileprivate init?(_ json: JSON, parts: Int) {
    guard let name = json["name"]?.string, let source = json["from"]?.string, let target = json["to"]?.string,
      let count = json["count"]?.count, let features = json["features"]?.array?.map(FeatureSummary.init),
      features.allSatisfy({ $0?.form == .dense }),
      let sets = json["sets"]?.array?.map({ EdgeSetSummary($0, parts: parts) }),
      !sets.contains(nil), Set(sets.map { $0?.direction }).count == sets.count
    else { return nil }
    self.init(
      name: name, source: source, target: target, count: count, features: features.compactMap { $0 },
      sets: sets.compactMap { $0 })
  }
}

extension EdgeSetSummary {
  fileprivate init?(_ json: JSON, parts: Int) {
    guard let direction = json["direction"]?.string.flatMap(EdgeDirection.init),
      case .bool(let loops)? = json["loops"],
      let edges = json["edges"]?.counts, edges.count == parts, let cut = json["cut"]?.count
    else { return nil }
    self.init(direction: direction, hasLoops: loops, edges: edges, cut: cut)
  }
}

extension FeatureSummary {
  fileprivate init?(_ json: JSON) {
    guard let name = json["name"]?.string, let element = json["element"]?.string.flatMap(StoredElement.init),
      let shape = json["shape"]?.array?.map(\.integer)
    else { return nil }
    var width = 1
    for length in shape {
      guard let length, length > 0, length <= FeatureSummary.widest, width * length <= FeatureSummary.widest
      else { return nil }
      width *= length
    }
    var form = RowForm.dense
    if let present = json["present"] {
      guard let present = present.count, element == .float32 else { return nil }
      form = .sparse(present: present)
    }
    self.init(name: name, element: element, shape: shape.compactMap { $0 }, form: form)
  }
}
