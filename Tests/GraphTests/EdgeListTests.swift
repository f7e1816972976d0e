import CRuntime
import Diagnostics
import Foundation
import Testing

@testable import Graph

@Suite struct EdgeListTests {
  let folder = TestFolder()

  private func read(_ text: String, ids: String? = nil, name: String = "edges.csv") throws(Failure)
    -> PlainGraph
  {
    let path = folder.write(name, text)
    let listed = ids.map { folder.write("ids.txt", $0) }
    return try PlainGraph(.edgeList(path, ids: listed), work: .quiet)
  }

  private func told(_ text: String, ids: String? = nil) -> [String] {
    messages { () throws(Failure) in _ = try read(text, ids: ids) }
  }

  private func edges(_ graph: PlainGraph) -> [[UInt32]] {
    let edges = graph.edgeTypes[0].edges
    let sources = edges.source.assumingMemoryBound(to: UInt32.self)
    let targets = edges.target.assumingMemoryBound(to: UInt32.self)
    return (0..<Int(edges.count)).map { [sources[$0], targets[$0]] }
  }

  private func names(_ graph: PlainGraph) -> [String] {
    let names = graph.vertexTypes[0].names!
    return (0..<names.count).map { names.withName(of: $0) { String(decoding: $0, as: UTF8.self) } }
  }

  @Test func verticesAreNumberedByFirstAppearance() throws {
    let graph = try read("bob,alice\nalice,carol\r\n\n# a remark\ncarol,bob")
    #expect(names(graph) == ["bob", "alice", "carol"])
    #expect(edges(graph) == [[0, 1], [1, 2], [2, 0]])
    #expect(graph.vertexTypes[0].count == 3)
  }

  @Test func aFileOfIdsOrdersVerticesAndKeepsIsolatedOnes() throws {
    let graph = try read("b,a\n", ids: "a\nlonely\nb\n")
    #expect(names(graph) == ["a", "lonely", "b"])
    #expect(edges(graph) == [[2, 0]])
    #expect(
      told("b,c\n", ids: "a\nb\n") == ["line 1 of edges.csv has the vertex `c`, which is not in ids.txt"])
    #expect(told("b,a\n", ids: "a\nb\na\n") == ["line 3 of ids.txt repeats `a` of line 1"])
    #expect(names(try read("b,a\n", ids: "0\ta\n1\tb\n")) == ["a", "b"])
  }

  @Test func tabsSemicolonsAndSpacesSeparateToo() throws {
    #expect(edges(try read("a b\tc\nc\ta b\n")) == [[0, 1], [1, 0]])
    #expect(edges(try read("a;b\n")) == [[0, 1]])
    #expect(edges(try read("# SNAP\n1   2\n2 3\n")) == [[0, 1], [1, 2]])
  }

  @Test func fieldsMayBeQuoted() throws {
    let graph = try read("\"Doe, John\",\"say \"\"hi\"\"\"\n")
    #expect(names(graph) == ["Doe, John", "say \"hi\""])
    #expect(told("\"a,b\n") == ["line 1 of edges.csv opens a quote and does not close it"])
  }

  @Test func furtherColumnsAreFeatures() throws {
    let graph = try read("src,dst,weight,year\na,b,0.5,1999\nb,a,nan,-1e3\n")
    let features = graph.edgeTypes[0].features
    #expect(features.map(\.name) == ["weight", "year"])
    #expect(features[0].base.assumingMemoryBound(to: Float.self)[0] == 0.5)
    #expect(features[0].base.assumingMemoryBound(to: Float.self)[1].isNaN)
    #expect(features[1].base.assumingMemoryBound(to: Float.self)[1] == -1000)
    #expect(edges(graph) == [[0, 1], [1, 0]])
    #expect(try read("a,b,1\n").edgeTypes[0].features.map(\.name) == ["column3"])
  }

  @Test func aHeaderIsKnownByWhatFollows() throws {
    #expect(edges(try read("one,other\n17,4\n4,17\n")).count == 2)
    #expect(edges(try read("x,y,strength\na,b,3\n")).count == 1)
    #expect(edges(try read("a,b\nc,d\n")).count == 2)
    #expect(edges(try read("Source,Target\n")).isEmpty)
  }

  @Test func mistakesNameTheLine() {
    #expect(told("") == ["edges.csv lists no edges"])
    #expect(told("lonely\n") == ["line 1 of edges.csv has one field; an edge is a source and a target"])
    #expect(told("a,b\nc,d,e\n") == ["line 2 of edges.csv has 3 fields; the lines before have 2"])
    #expect(told("a,b\n,d\n") == ["line 2 of edges.csv has an empty vertex name"])
    #expect(
      told("a,b,1\nb,c,much\n") == ["line 2 of edges.csv has `much` in column `column3`; a number is wanted"])
    #expect(told("src,dst,w,w\na,b,1,2\n") == ["edges.csv has two columns `w`"])
  }

  @Test func graphJSONMayNameAnEdgeList() throws {
    folder.write("edges.tsv", "0\t4\n3\t0\n")
    folder.write(
      "graph.json",
      """
      {"vertices": {"v": {"count": 5}}, "edges": {"e": {"from": "v", "to": "v", "index": "edges.tsv"}}}
      """)
    #expect(edges(try PlainGraph(.directory(folder.path), work: .quiet)) == [[0, 4], [3, 0]])
    folder.write("edges.tsv", "0\t5\n")
    #expect(
      messages { () throws(Failure) in _ = try PlainGraph(.directory(folder.path), work: .quiet) }
        == ["line 1 of edges.tsv has v `5`; v has the vertices 0 to 4"])
  }

  @Test func manyNamesKeepTheirNumbers() throws {
    let names = VertexNames()
    for round in 0..<2 {
      for number in 0..<5000 {
        let name = Array("vertex \(number)".utf8)
        let given = name.withUnsafeBytes { names.adding($0) }
        #expect(given == UInt32(number), "round \(round)")
      }
    }
    #expect(names.count == 5000)
  }
}
