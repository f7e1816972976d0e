import Diagnostics

/// What graph.json says, in its own order: names, counts and files, nothing opened yet.
struct GraphDescription: Equatable {
  struct Feature: Equatable {
    let name: String
    let file: String
  }

  struct VertexType: Equatable {
    let name: String
    /// Nil if vertices are numbered by a file of ids or by their first appearance in an edge list.
    let count: Int?
    let ids: String?
    let features: [Feature]
  }

  struct EdgeType: Equatable {
    let name: String
    let from: String
    let to: String
    let index: String
    let features: [Feature]
  }

  let vertexTypes: [VertexType]
  let edgeTypes: [EdgeType]
}

extension GraphDescription {
  /// Reads a graph.json; every mistake in it is told at once.
  init(file: MappedFile) throws(Failure) {
    let json: JSON
    do throws(JSONError) {
      json = try JSON(parsing: file.bytes)
    } catch {
      throw PlainGraphError.json(error).failure(file.path)
    }
    var reader = Reader()
    vertexTypes = reader.members(of: json, "vertices").map { reader.vertexType($0) }
    edgeTypes = reader.members(of: json, "edges").map { reader.edgeType($0) }
    for type in edgeTypes {
      for end in [type.from, type.to] where !vertexTypes.contains(where: { $0.name == end }) {
        reader.mistakes.append(.unknownEnd(type.name, end, known: vertexTypes.map(\.name)))
      }
    }
    guard reader.mistakes.isEmpty else {
      throw Failure(reader.mistakes.flatMap { $0.failure(file.path).diagnostics })
    }
  }

  private struct Reader {
    var mistakes: [PlainGraphError] = []

    mutating func members(of json: JSON, _ key: String) -> [JSON.Member] {
      refuseSlips(json, "the graph", known: ["vertices", "edges"])
      guard let value = json[key] else {
        if key == "vertices" { mistakes.append(.missing(key, of: "the graph")) }
        return []
      }
      guard let members = value.members else {
        mistakes.append(.wrongKind(key, of: "the graph", wanted: "an object with a member for each type"))
        return []
      }
      return members
    }

    mutating func vertexType(_ member: JSON.Member) -> VertexType {
      let name = member.key
      refuseSlips(member.value, name, known: ["count", "features", "ids"])
      var count: Int?
      if let value = member.value["count"] {
        count = value.integer
        if let number = count, number < 0 { mistakes.append(.negativeCount(name, number)) }
        if count == nil { mistakes.append(.wrongKind("count", of: name, wanted: "a whole number")) }
        if let number = count, number > Int(UInt32.max) { mistakes.append(.tooManyVertices(name, number)) }
      }
      return VertexType(
        name: name, count: count, ids: text("ids", of: member), features: features(of: member))
    }

    mutating func edgeType(_ member: JSON.Member) -> EdgeType {
      refuseSlips(member.value, member.key, known: ["from", "to", "index", "features"])
      var texts: [String] = []
      for key in ["from", "to", "index"] {
        if member.value[key] == nil { mistakes.append(.missing(key, of: member.key)) }
        texts.append(text(key, of: member) ?? "")
      }
      return EdgeType(
        name: member.key, from: texts[0], to: texts[1], index: texts[2], features: features(of: member))
    }

    private mutating func text(_ key: String, of member: JSON.Member) -> String? {
      guard let value = member.value[key] else { return nil }
      if value.string == nil { mistakes.append(.wrongKind(key, of: member.key, wanted: "a text")) }
      return value.string
    }

    private mutating func features(of member: JSON.Member) -> [Feature] {
      guard let value = member.value["features"] else { return [] }
      guard let members = value.members else {
        mistakes.append(.wrongKind("features", of: member.key, wanted: "an object of names and files"))
        return []
      }
      return members.compactMap {
        guard let file = $0.value.string else {
          mistakes.append(.wrongKind($0.key, of: member.key, wanted: "the name of a file"))
          return nil
        }
        return Feature(name: $0.key, file: file)
      }
    }

    /// A key that is not known is left alone, unless it looks like a slip of one that is.
    private mutating func refuseSlips(_ json: JSON, _ owner: String, known: [String]) {
      for member in json.members ?? [] where !known.contains(member.key) {
        guard let meant = nearest(to: member.key, among: known) else { continue }
        let slip = PlainGraphError.unknownKey(member.key, of: owner, meant: meant)
        if !mistakes.contains(slip) { mistakes.append(slip) }
      }
    }
  }
}
