import Diagnostics
import Foundation
import Testing

@testable import Graph

@Suite struct PlainGraphTests {
  let folder = TestFolder()

  private func told(_ json: String) -> [String] {
    folder.write("graph.json", json)
    return messages { () throws(Failure) in _ = try PlainGraph(.directory(folder.path), work: .quiet) }
  }

  private let good = """
    {"vertices": {"paper": {"count": 5, "features": {"x": "x.npy"}}},
     "edges": {"cites": {"from": "paper", "to": "paper", "index": "cites.npy", "features": {"w": "w.npy"}}}}
    """

  private func writeFiles() {
    folder.writeNpy("x.npy", [Float](repeating: 1, count: 10), [5, 2])
    folder.writeNpy("cites.npy", [0, 1, 4, 1, 2, 4] as [Int64], [2, 3])
    folder.writeNpy("w.npy", [1, 2, 3] as [Float], [3])
  }

  @Test func aGoodGraphIsRead() throws {
    writeFiles()
    #expect(told(good) == [])
    let graph = try PlainGraph(.directory(folder.path), work: .quiet)
    #expect(graph.vertexTypes[0].features[0].shape == [2] && graph.edgeTypes[0].features[0].shape == [])
    #expect(graph.edgeTypes[0].edges.count == 3 && graph.notes.isEmpty)
  }

  @Test func float64IsConvertedWithOneNote() throws {
    writeFiles()
    folder.writeNpy("x.npy", [Double](repeating: 1, count: 5), [5])
    folder.write("graph.json", good)
    let graph = try PlainGraph(.directory(folder.path), work: .quiet)
    #expect(graph.notes.map(\.message) == ["x.npy holds float64; its numbers are rounded to float32"])
    #expect(graph.notes.map(\.severity) == [.note])
  }

  @Test func everyKindOfIndexIsRead() throws {
    writeFiles()
    folder.writeNpy("cites.npy", [0, 1, 4, 1, 2, 4] as [Int32], [2, 3])
    #expect(told(good) == [])
    folder.writeNpy("cites.npy", [0, 1, 4, 1, 2, 4] as [UInt32], [2, 3])
    #expect(told(good) == [])
    folder.writeNpy("cites.npy", [0, 1, 4, 1, 2, 4] as [UInt64], [2, 3])
    #expect(told(good) == [])
  }

  @Test func anEdgeToAVertexThatIsNotThereIsNamed() {
    writeFiles()
    folder.writeNpy("cites.npy", [0, 99, 4, 1, 2, -1] as [Int64], [2, 3])
    #expect(told(good) == ["edge 1 of cites.npy comes from paper 99; paper has the vertices 0 to 4"])
    folder.writeNpy("cites.npy", [0, 1, 4, 1, 2, -1] as [Int32], [2, 3])
    #expect(told(good) == ["edge 2 of cites.npy points at paper -1; paper has the vertices 0 to 4"])
    folder.writeNpy("cites.npy", [0, 1, 4, 1, 2, .max] as [UInt64], [2, 3])
    #expect(
      told(good) == [
        "edge 2 of cites.npy points at paper 18446744073709551615; paper has the vertices 0 to 4"
      ])
    let none = good.replacingOccurrences(of: "5, \"features\": {\"x\": \"x.npy\"}", with: "0")
    #expect(told(none) == ["edge 0 of cites.npy comes from paper 0; there are none"])
  }

  @Test func anIndexOfAnotherShapeOrKindIsRefused() {
    writeFiles()
    folder.writeNpy("cites.npy", [0, 1, 4, 1, 2, 4] as [Int64], [3, 2])
    #expect(told(good) == ["cites.npy has the shape [3, 2]; an index is [2, edges]"])
    folder.writeNpy("cites.npy", [0, 1, 4, 1, 2, 4] as [Float], [2, 3])
    #expect(
      told(good) == ["cites.npy holds float32 numbers; an index holds int32, int64, uint32 or uint64"])
  }

  @Test func rowsAreCounted() {
    writeFiles()
    folder.writeNpy("x.npy", [Float](repeating: 1, count: 4), [4, 1])
    folder.writeNpy("w.npy", [1, 2] as [Float], [2])
    #expect(told(good) == ["x.npy has 4 rows; paper has 5 vertices"])
    folder.writeNpy("x.npy", [Float](repeating: 1, count: 5), [5, 1])
    #expect(told(good) == ["w.npy has 2 rows; cites has 3 edges"])
    folder.writeNpy("x.npy", "<f4", "()", memory([1] as [Float]))
    #expect(told(good) == ["x.npy holds a single number; a row for each vertex or edge is wanted"])
    folder.writeNpy("x.npy", [] as [Float], [5, 0])
    #expect(told(good) == ["x.npy has the shape [5, 0]: its rows are empty"])
    folder.writeNpy("x.npy", "|b1", "(5, 600000)", [UInt8](repeating: 0, count: 3_000_000))
    #expect(told(good) == ["x.npy has the shape [5, 600000]: a row holds 524288 numbers at most"])
  }

  @Test func mistakesOfSeveralFilesAreToldTogether() {
    writeFiles()
    folder.writeNpy("x.npy", [Float](repeating: 1, count: 4), [4, 1])
    let two = good.replacingOccurrences(
      of: "{\"x\": \"x.npy\"}", with: "{\"x\": \"x.npy\", \"y\": \"y.npy\"}")
    #expect(
      told(two) == [
        "x.npy has 4 rows; paper has 5 vertices",
        "cannot open \(folder.path)/y.npy: No such file or directory",
      ])
  }

  @Test func mistakesInGraphJSONAreTold() {
    #expect(told("{\"vertices\": {\n  \"a\": {\"count\": 5,,}}}") == ["graph.json is not JSON: line 2"])
    #expect(
      told("{\"vertices\": {\"a\": {\"count\": 1},\n\"a\": {\"count\": 2}}}")
        == ["graph.json names `a` twice, again on line 2"])
    #expect(
      told("{\"vertices\": {\"a\": {\"count\": -3}}}") == [
        "a in graph.json has a count of -3; it cannot be negative"
      ])
    #expect(
      told("{\"vertices\": {\"a\": {\"count\": \"3\"}}}") == [
        "`count` of a in graph.json should be a whole number"
      ])
    #expect(
      told("{\"vertices\": {\"a\": {}}}")
        == ["graph.json gives a neither a count nor ids, and no edge list names its vertices"])
    #expect(
      told("{\"vertices\": {\"a\": {\"count\": 5000000000}}}")
        == ["a in graph.json has 5000000000 vertices; at most 4294967295 of one type are supported"])
    #expect(
      told("{\"vertices\": {\"a\": {\"count\": 1, \"featurs\": {}}}}") == [
        "graph.json gives a an unknown `featurs`"
      ])
    #expect(told("{\"edges\": {}}") == ["graph.json gives the graph no `vertices`"])
    #expect(
      told(
        "{\"vertices\": {\"paper\": {\"count\": 1}}, \"edges\": {\"c\": {\"from\": \"papr\", \"to\": \"paper\"}}}"
      ) == [
        "graph.json gives c no `index`", "c in graph.json joins `papr`, which is not a vertex type",
      ])
  }

  @Test func aFolderWithoutAGraphIsRefused() {
    #expect(
      messages { () throws(Failure) in _ = try PlainGraph(.directory(folder.path), work: .quiet) }
        == ["cannot open \(folder.path)/graph.json: No such file or directory"])
  }
}
