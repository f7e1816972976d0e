import Diagnostics

/// What can be wrong with the graph that a user hands in.
enum PlainGraphError: Error, Hashable {
  // graph.json
  case json(JSONError)
  case missing(String, of: String)
  case wrongKind(String, of: String, wanted: String)
  case unknownKey(String, of: String, meant: String)
  case unknownEnd(String, String, known: [String])
  case negativeCount(String, Int)
  case tooManyVertices(String, Int)
  case noCount(String)
  case twoCounts(String, count: Int, ids: Int)
  // npy files of a graph
  case indexShape([Int])
  case indexElement(String)
  case noSuchVertex(edge: UInt64, end: EdgeEnd, type: String, vertex: String, count: UInt64)
  case rows(Int, type: String, wanted: UInt64, of: String)
  case noRows
  case emptyRows(String)
  case wideRows(String)
  case tooLargeInteger
  // edge lists
  case noEdges
  case fields(line: Int, Int, wanted: Int)
  case fewFields(line: Int)
  case openQuote(line: Int)
  case notUTF8(line: Int)
  case emptyName(line: Int)
  case notANumber(line: Int, String, column: String)
  case repeatedColumn(String)
  case nameNotListed(line: Int, String, ids: String)
  case numberOutOfRange(line: Int, String, type: String, count: UInt64)
  case repeatedName(line: Int, String, first: Int)
  case tooManyNames(String)
}

/// Which end of an edge.
enum EdgeEnd: Hashable { case source, target }

// MARK: - Wording

extension PlainGraphError {
  func failure(_ path: String) -> Failure {
    Failure(kind: "graph", message(fileName(path)), at: .file(path), help: help)
  }

  private func message(_ file: String) -> String {
    switch self {
    case .json(.syntax(let line)): "\(file) is not JSON: line \(line)"
    case .json(.repeatedKey(let key, let line)): "\(file) names `\(key)` twice, again on line \(line)"
    case .json(.tooDeep): "\(file) is nested too deeply"
    case .missing(let key, let owner): "\(file) gives \(owner) no `\(key)`"
    case .wrongKind(let key, let owner, let wanted): "`\(key)` of \(owner) in \(file) should be \(wanted)"
    case .unknownKey(let key, let owner, _): "\(file) gives \(owner) an unknown `\(key)`"
    case .unknownEnd(let type, let end, _): "\(type) in \(file) joins `\(end)`, which is not a vertex type"
    case .negativeCount(let type, let count):
      "\(type) in \(file) has a count of \(count); it cannot be negative"
    case .tooManyVertices(let type, let count):
      "\(type) in \(file) has \(count) vertices; at most \(UInt32.max) of one type are supported"
    case .noCount(let type):
      "\(file) gives \(type) neither a count nor ids, and no edge list names its vertices"
    case .twoCounts(let type, let count, let ids):
      "\(type) in \(file) has a count of \(count); its file of ids lists \(ids)"
    case .indexShape(let shape): "\(file) has the shape \(shape); an index is [2, edges]"
    case .indexElement(let name):
      "\(file) holds \(name) numbers; an index holds int32, int64, uint32 or uint64"
    case .noSuchVertex(let edge, let end, let type, let vertex, let count):
      "edge \(edge) of \(file) \(end == .source ? "comes from" : "points at") \(type) \(vertex); "
        + range(of: type, count)
    case .rows(let found, let type, let wanted, let members):
      "\(file) has \(found) rows; \(type) has \(wanted) \(members)"
    case .noRows: "\(file) holds a single number; a row for each vertex or edge is wanted"
    case .emptyRows(let shape): "\(file) has the shape \(shape): its rows are empty"
    case .wideRows(let shape):
      "\(file) has the shape \(shape): a row holds \(FeatureSummary.widest) numbers at most"
    case .tooLargeInteger: "\(file) holds an integer of 2^63 or more"
    case .noEdges: "\(file) lists no edges"
    case .fields(let line, let found, let wanted):
      "line \(line) of \(file) has \(found) fields; the lines before have \(wanted)"
    case .fewFields(let line): "line \(line) of \(file) has one field; an edge is a source and a target"
    case .openQuote(let line): "line \(line) of \(file) opens a quote and does not close it"
    case .notUTF8(let line): "line \(line) of \(file) is not UTF-8"
    case .emptyName(let line): "line \(line) of \(file) has an empty vertex name"
    case .notANumber(let line, let text, let column):
      "line \(line) of \(file) has `\(text)` in column `\(column)`; a number is wanted"
    case .repeatedColumn(let column): "\(file) has two columns `\(column)`"
    case .nameNotListed(let line, let name, let ids):
      "line \(line) of \(file) has the vertex `\(name)`, which is not in \(ids)"
    case .numberOutOfRange(let line, let text, let type, let count):
      "line \(line) of \(file) has \(type) `\(text)`; " + range(of: type, count)
    case .repeatedName(let line, let name, let first):
      "line \(line) of \(file) repeats `\(name)` of line \(first)"
    case .tooManyNames(let type):
      "\(file) names more than \(UInt32.max) vertices of \(type); no more of one type are supported"
    }
  }

  private func range(of type: String, _ count: UInt64) -> String {
    count == 0 ? "there are none" : "\(type) has the vertices 0 to \(count - 1)"
  }

  private var help: String? {
    switch self {
    case .unknownKey(_, _, let meant): "did you mean `\(meant)`?"
    case .unknownEnd(_, let end, let known):
      nearest(to: end, among: known).map { "did you mean `\($0)`?" }
        ?? "it has " + (known.isEmpty ? "none" : known.map { "`\($0)`" }.joined(separator: ", "))
    case .noCount: "add \"count\": the number of its vertices"
    case .indexShape(let shape) where shape.count == 2 && shape[1] == 2:
      "save `numpy.ascontiguousarray(index.T)`"
    case .indexElement: "save `index.astype('int64')`"
    case .notANumber: "columns after the first two are features of edges"
    case .openQuote: "a quote within a quoted field is written twice"
    default: nil
    }
  }
}
