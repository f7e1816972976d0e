import Diagnostics
import Program

extension Elaborator {
  /// A declared weight at its first use: only then is it asked of the file.
  mutating func parameter(_ weight: Weight, _ span: Span) -> Value {
    guard let element = Element(rawValue: weight.type.element.text) else {
      return report(.noElement(weight.type.element))
    }
    if weight.type.isFamily || weight.type.isOpen { return report(.openWeight(weight.type.span)) }
    var shape: [Parameter.Dimension] = []
    for dimension in weight.type.dimensions {
      guard let size = self.dimension(dimension) else { return .poison }
      if case .count = size, shape.contains(where: { if case .count = $0 { true } else { false } }) {
        return report(.countedTwice(dimension.span))
      }
      shape.append(size)
    }
    let own = weight.keys.isEmpty ? Prefix([[.text(weight.name.text)]]) : key(weight.keys)
    guard let keys = finished(frame.prefix.joined(own)) else { return .poison }
    let parameter = Parameter(keys: keys, element: element, shape: shape)
    if let asked = askedKeys[keys[0]], asked.parameter != parameter {
      return report(.weightTwice(weight.name.span, parameter, asked.parameter, first: asked.span))
    }
    if askedKeys[keys[0]] == nil {
      askedKeys[keys[0]] = (parameter, frames.count > 1 ? frames[1].use! : weight.name.span)
    }
    return load(parameter, weight)
  }

  private mutating func load(_ parameter: Parameter, _ weight: Weight) -> Value {
    if let id = parameterValues[parameter] {
      return .tensor(Tensor(id: id, type: program[id].type, origin: weight.name.span))
    }
    program.parameters.append(parameter)
    let value = emit(.parameter(ParameterID(program.parameters.count - 1)), at: weight.name.span)
    guard case .tensor(let tensor) = value else { return value }
    parameterValues[parameter] = tensor.id
    name(tensor, weight.name.text)
    return value
  }

  private mutating func dimension(_ expression: Expression) -> Parameter.Dimension? {
    if case .call(let callee, let arguments) = expression.node, case .name("count") = callee.node,
      arguments.count == 1
    {
      let value = evaluate(arguments[0].value)
      if value.isPoison { return nil }
      guard case .vertexType(let type) = value else {
        report(.notAVertexType(arguments[0].value.span, value))
        return nil
      }
      return .count(type)
    }
    return size(expression).map { .size($0) }
  }

  // MARK: Keys

  /// Texts with their holes filled by static values; names of types stay open until a module is used.
  mutating func key(_ templates: [Template]) -> Prefix {
    var alternatives: [[Prefix.Piece]] = []
    for template in templates {
      var pieces: [Prefix.Piece] = []
      for piece in template.pieces {
        switch piece {
        case .text(let text): pieces.append(.text(text))
        case .hole(let expression): pieces += filled(expression)
        }
      }
      alternatives.append(pieces)
    }
    return Prefix(alternatives)
  }

  private mutating func filled(_ hole: Expression) -> [Prefix.Piece] {
    if case .name(let name) = hole.node, let type = TypeName(rawValue: name), frame.bindings[name] == nil {
      let piece = Prefix.Piece.typeName(type, hole.span)
      return Prefix([[piece]]).resolved(frame.types, schema).alternatives[0]
    }
    let value = evaluate(hole)
    switch value {
    case .integer(let whole): return [.text(String(whole))]
    case .boolean(let flag): return [.text(String(flag))]
    case .word(let word, _): return [.text(word)]
    case .text(let text): return text.alternatives[0]
    case .vertexType(let type): return [.text(schema[type].name)]
    case .edges(let set): return [.text(schema[set.type].name)]
    case .poison: return []
    default:
      report(.notInKey(hole.span, value))
      return []
    }
  }

  /// The keys in full, or nil when a type's name is still open.
  private mutating func finished(_ prefix: Prefix) -> [String]? {
    var keys: [String] = []
    for pieces in prefix.alternatives {
      var text = ""
      for piece in pieces {
        switch piece {
        case .text(let part): text += part
        case .typeName(let name, let span):
          report(.openTypeName(span, name))
          return nil
        }
      }
      if !keys.contains(text) { keys.append(text) }
    }
    return keys
  }
}

extension Prefix {
  /// With the names of types filled in, as far as they are known.
  func resolved(_ types: Elaborator.TypeNames, _ schema: Schema) -> Prefix {
    Prefix(
      alternatives.map { pieces in
        pieces.map { piece in
          guard case .typeName(let name, _) = piece, let text = types.text(name, schema) else { return piece }
          return .text(text)
        }
      })
  }
}

extension Elaborator.TypeNames {
  fileprivate func text(_ name: TypeName, _ schema: Schema) -> String? {
    switch name {
    case .vertex: vertex.map { schema[$0].name }
    case .edge: edges.map { schema[$0.type].name }
    case .relation: edges.map { schema[$0.type].relation }
    case .source: edges.map { schema[schema.source(of: $0)].name }
    case .target: edges.map { schema[schema.target(of: $0)].name }
    }
  }
}
