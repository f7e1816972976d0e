import Diagnostics
import Program

/// The graph block -> a schema.
struct SchemaReader {
  private var elaborator: Elaborator
  private let graph: GraphBlock

  static func read(_ names: Names) throws(Failure) -> Schema {
    // Sizes in the block are static expressions, of numbers alone.
    var reader = SchemaReader(elaborator: Elaborator(names: names, schema: Schema()), graph: names.graph)
    reader.elaborator.frames = [Elaborator.Frame(module: nil, text: 0)]
    let schema = reader.schema()
    guard reader.elaborator.diagnostics.isEmpty else { throw Failure(reader.elaborator.diagnostics) }
    return schema
  }

  private mutating func schema() -> Schema {
    let places = graph.vertices.map(\.name.text)
    var schema = Schema()
    for vertex in graph.vertices {
      schema.vertexTypes.append(
        Schema.VertexType(
          name: vertex.name.text, features: features(vertex.features), count: count(vertex.count)))
    }
    for edge in graph.edges {
      guard let source = places.firstIndex(of: edge.source.text),
        let target = places.firstIndex(of: edge.target.text)
      else { continue }
      schema.edgeTypes.append(
        Schema.EdgeType(
          name: edge.name.text, relation: edge.relation, source: VertexTypeID(source),
          target: VertexTypeID(target),
          features: features(edge.features), count: count(edge.count)))
    }
    return schema
  }

  private mutating func count(_ expression: Expression?) -> Int? {
    expression.flatMap { elaborator.size($0) }
  }

  private mutating func features(_ features: [GraphBlock.Feature]) -> [Schema.Feature] {
    features.compactMap { feature in
      let type = feature.type
      guard let element = Element(rawValue: type.element.text) else {
        elaborator.report(.noElement(type.element))
        return nil
      }
      guard !type.isFamily, !type.isOpen else {
        elaborator.report(.openWeight(type.span))
        return nil
      }
      let shape = type.dimensions.compactMap { elaborator.size($0) }
      guard shape.count == type.dimensions.count else { return nil }
      guard elaborator.fits(shape) else {
        elaborator.report(.hugeRow(type.span, shape))
        return nil
      }
      return Schema.Feature(name: feature.name.text, element: element, shape: shape)
    }
  }
}
