import Diagnostics
import Program

/// What can be asked of all rows of a value together, behind `graph.`
enum GraphFunction: String, CaseIterable {
  case sum, mean, max, min, `var`, std, count
}

/// Values of the whole graph: one row made of the rows of all vertices, or of all edges.
extension Elaborator {
  /// `graph.mean(x)` and its like; of a family, one for each member.
  mutating func graph(_ member: Name, _ arguments: [Argument], _ span: Span) -> Value {
    guard let function = GraphFunction(rawValue: member.text) else { return report(.noGraphFunction(member)) }
    guard arguments.count == 1, arguments[0].name == nil else { return report(.graphForm(span, function)) }
    let given = Given(name: nil, value: evaluate(arguments[0].value), span: arguments[0].value.span)
    if given.value.isPoison { return .poison }
    if given.value.isFamily { return lift([given], span) { $0.graph(function, $1[0], span) } }
    return graph(function, given, span)
  }

  private mutating func graph(_ function: GraphFunction, _ given: Given, _ span: Span) -> Value {
    guard case .tensor(let x) = given.value else {
      return report(.notOverAll(given.span, function, given.value))
    }
    guard function == .count || x.type.element == .f32 else { return report(.notReal(given.span, x)) }
    switch x.type.space {
    case .vertices(let type): return compute(span) { $0.overVertices(function, x.id, type) }
    case .edges(let set): return compute(span) { $0.overEdges(function, x.id, set) }
    case .graph, .constant: return report(.notOverAll(given.span, function, given.value))
    }
  }
}

extension Formula {
  fileprivate mutating func overVertices(_ function: GraphFunction, _ x: ValueID, _ type: VertexTypeID)
    -> ValueID?
  {
    switch function {
    case .sum: return all(.sum, x)
    case .max: return all(.max, x)
    case .min: return all(.min, x)
    case .count: return emit(.vertexCount(type))
    case .mean: return divide(all(.sum, x), emit(.vertexCount(type)))
    case .var: return variance(all(.sum, x), all(.squares, x), emit(.vertexCount(type)))
    case .std: return unary(.squareRoot, overVertices(.var, x, type))
    }
  }

  /// What reaches each target first, then all targets.
  fileprivate mutating func overEdges(_ function: GraphFunction, _ x: ValueID, _ set: EdgeSet) -> ValueID? {
    switch function {
    case .sum: return all(.sum, emit(.reduce(.sum), x))
    case .max, .min:
      let isMax = function == .max
      let own = emit(.reduce(isMax ? .max : .min), x)
      let none = emit(.binary(.equal), emit(.inDegree(set)), literal(0))
      let known = select(none, literal(isMax ? -.infinity : .infinity), own)
      let found = all(isMax ? .max : .min, known)
      let isEmpty = emit(.binary(.equal), overEdges(.count, x, set), literal(0))
      return select(isEmpty, literal(0), found)
    case .count: return all(.sum, emit(.inDegree(set)))
    case .mean: return divide(overEdges(.sum, x, set), overEdges(.count, x, set))
    case .var:
      let squares = emit(.reduce(.sum), multiply(x, x))
      return variance(overEdges(.sum, x, set), all(.sum, squares), overEdges(.count, x, set))
    case .std: return unary(.squareRoot, overEdges(.var, x, set))
    }
  }

  private mutating func all(_ reduction: GraphReduction, _ x: ValueID?) -> ValueID? {
    emit(.reduceGraph(reduction), x)
  }

  /// The mean of squares less the square of the mean, and never less than nothing.
  private mutating func variance(_ sum: ValueID?, _ squares: ValueID?, _ count: ValueID?) -> ValueID? {
    let mean = divide(sum, count)
    return maximum(subtract(divide(squares, count), multiply(mean, mean)), literal(0))
  }
}
