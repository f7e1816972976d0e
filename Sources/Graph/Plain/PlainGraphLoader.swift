import CRuntime
import Diagnostics

/// Opens what a description names. Mistakes of different files are all told.
final class PlainGraphLoader {
  let description: GraphDescription
  let folder: String
  let path: String
  let work: Work

  private(set) var vertexTypes: [PlainVertexType] = []
  private(set) var edgeTypes: [PlainEdgeType] = []
  private(set) var notes: [Diagnostic] = []
  private var mistakes: [Diagnostic] = []

  /// What is read of an edge type before vertices are counted.
  private enum Edges {
    case array(NpyArray)
    case list(EdgeListFile)
  }

  init(description: GraphDescription, folder: String, path: String, work: Work) {
    self.description = description
    self.folder = folder
    self.path = path
    self.work = work
  }

  func load() throws(Failure) {
    // Names first, then the edge lists that may add to them: only then are all vertices counted.
    let names = try namesByType()
    var edges: [Edges?] = []
    for type in description.edgeTypes {
      edges.append(try collecting { () throws(Failure) in try readEdges(type, names) })
    }
    try stopIfMistaken()
    for (type, names) in zip(description.vertexTypes, names) {
      try collecting { () throws(Failure) in try addVertexType(type, names) }
    }
    try stopIfMistaken()
    for (type, edges) in zip(description.edgeTypes, edges) {
      try collecting { () throws(Failure) in try addEdgeType(type, edges!) }
    }
    try stopIfMistaken()
  }

  /// Goes on after a mistake in one file, to find those in others; an interrupt ends everything.
  @discardableResult
  private func collecting<Result>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result? {
    do throws(Failure) {
      return try body()
    } catch {
      if work.isStopped { throw error }
      mistakes += error.diagnostics
      return nil
    }
  }

  private func stopIfMistaken() throws(Failure) {
    if !mistakes.isEmpty { throw Failure(mistakes) }
  }

  private func resolved(_ file: String) -> String {
    folder.isEmpty || file.hasPrefix("/") ? file : "\(folder)/\(file)"
  }

  private func isEdgeList(_ file: String) -> Bool { !file.lowercased().hasSuffix(".npy") }

  // MARK: Vertices

  private func namesByType() throws(Failure) -> [VertexNames?] {
    var names: [VertexNames?] = []
    for type in description.vertexTypes {
      let appearsInList = description.edgeTypes.contains {
        isEdgeList($0.index) && ($0.from == type.name || $0.to == type.name)
      }
      if let ids = type.ids {
        names.append(try VertexNames(listedIn: resolved(ids)))
      } else {
        names.append(type.count == nil && appearsInList ? VertexNames() : nil)
      }
    }
    return names
  }

  private func addVertexType(_ type: GraphDescription.VertexType, _ names: VertexNames?) throws(Failure) {
    guard let count = type.count ?? names?.count else {
      throw PlainGraphError.noCount(type.name).failure(path)
    }
    if let listed = names?.count, listed != count {
      throw PlainGraphError.twoCounts(type.name, count: count, ids: listed).failure(path)
    }
    var features: [PlainFeature] = []
    for feature in type.features {
      try collecting { () throws(Failure) in
        features.append(try read(feature, of: type.name, rows: UInt64(count), "vertices"))
      }
    }
    vertexTypes.append(
      PlainVertexType(name: type.name, count: UInt64(count), features: features, names: names))
  }

  private func read(
    _ feature: GraphDescription.Feature, of type: String, rows: UInt64, _ members: String
  ) throws(Failure) -> PlainFeature {
    let array = try NpyArray(path: resolved(feature.file))
    guard let found = array.shape.first else { throw PlainGraphError.noRows.failure(array.path) }
    guard UInt64(found) == rows else {
      throw PlainGraphError.rows(found, type: type, wanted: rows, of: members).failure(array.path)
    }
    if array.shape.dropFirst().contains(0) {
      throw PlainGraphError.emptyRows(array.shape.description).failure(array.path)
    }
    let width = array.shape.dropFirst().reduce(1.0) { $0 * Double($1) }
    if width > Double(FeatureSummary.widest) {
      throw PlainGraphError.wideRows(array.shape.description).failure(array.path)
    }
    if array.element == .float64 {
      notes.append(
        Diagnostic(
          .note, kind: "graph", "\(fileName(array.path)) holds float64; its numbers are rounded to float32",
          at: .file(array.path)))
    }
    return PlainFeature(
      name: feature.name, number: array.element.number, stored: array.stored,
      shape: Array(array.shape.dropFirst()), path: array.path, base: array.numbers.baseAddress!, owner: array)
  }

  // MARK: Edges

  private func readEdges(_ type: GraphDescription.EdgeType, _ names: [VertexNames?]) throws(Failure) -> Edges
  {
    guard isEdgeList(type.index) else { return .array(try NpyArray(path: resolved(type.index))) }
    return .list(
      try EdgeListFile(
        resolved(type.index), sources: numbering(of: type.from, names),
        targets: numbering(of: type.to, names),
        work: work))
  }

  private func numbering(of name: String, _ names: [VertexNames?]) -> EdgeListFile.Numbering {
    let number = description.vertexTypes.firstIndex { $0.name == name }!
    let type = description.vertexTypes[number]
    guard let names = names[number] else { return .plain(count: UInt64(type.count ?? 0), type: name) }
    return type.ids.map { .listed(names, file: fileName($0)) } ?? .growing(names, type: name)
  }

  private func addEdgeType(_ type: GraphDescription.EdgeType, _ edges: Edges) throws(Failure) {
    let source = vertexTypes.firstIndex { $0.name == type.from }!
    let target = vertexTypes.firstIndex { $0.name == type.to }!
    let list: gnnc_edge_list
    let owner: AnyObject
    var features: [PlainFeature] = []
    switch edges {
    case .array(let array):
      list = try edgeList(array, source, target)
      owner = array
    case .list(let file):
      let arrays = EdgeArrays(file)
      list = arrays.list
      owner = arrays
      features = arrays.features
    }
    for feature in type.features {
      try collecting { () throws(Failure) in
        features.append(try read(feature, of: type.name, rows: list.count, "edges"))
      }
    }
    edgeTypes.append(
      PlainEdgeType(
        name: type.name, source: source, target: target, edges: list, features: features, owner: owner))
  }

  private func edgeList(_ array: NpyArray, _ source: Int, _ target: Int) throws(Failure) -> gnnc_edge_list {
    guard array.shape.count == 2, array.shape[0] == 2 else {
      throw PlainGraphError.indexShape(array.shape).failure(array.path)
    }
    guard let kind = array.element.index else {
      throw PlainGraphError.indexElement(array.element.name).failure(array.path)
    }
    let count = array.shape[1]
    let sources = array.numbers.baseAddress!
    let targets = sources + count * array.element.bytes
    work.tell("checking \(fileName(array.path))", 0, count, "edges")
    for (end, indices, type) in [(EdgeEnd.source, sources, source), (.target, targets, target)] {
      let limit = vertexTypes[type].count
      var value: Int64 = 0
      let position = gnnc_find_bad_index(
        indices, kind, UInt64(count), limit, UInt32(work.threads), &value)
      if position < count {
        let vertex = array.element == .uint64 ? String(UInt64(bitPattern: value)) : String(value)
        throw PlainGraphError.noSuchVertex(
          edge: position, end: end, type: vertexTypes[type].name, vertex: vertex, count: limit
        ).failure(array.path)
      }
    }
    return gnnc_edge_list(source: sources, target: targets, kind: kind, count: UInt64(count))
  }
}
