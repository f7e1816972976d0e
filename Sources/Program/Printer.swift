extension Program {
  /// The program in its text form, which `readProgram` reads back exactly; origins are left out.
  ///
  ///     vertex paper { x: f32[1433] }
  ///     edge cites: paper -> paper { weight: f32 }
  ///     parameter "conv1.lin.weight" or "conv1.lin_src.weight": f32[64, 1433]
  ///     %0 x = feature x                    : paper f32[1433]
  ///     %1   = parameter "conv1.lin.weight" : constant f32[64, 1433]
  ///     %2 h = linear %0, %1                : paper f32[64]
  ///     %3   = source %2                    : cites+loops f32[64]
  ///     %4   = incoming.sum %3              : paper f32[64]
  ///     output logits = %4
  package var text: String {
    var lines = schema.vertexTypes.map { type in
      let (name, count) = (schema.word(type.name), schema.describe(count: type.count))
      return "vertex \(name)\(count) \(schema.describe(type.features))"
    }
    lines += schema.edgeTypes.map { type in
      let (name, count) = (schema.word(type.name), schema.describe(count: type.count))
      let relation = type.relation == type.name ? "" : " relation \(quoted(type.relation))"
      let source = schema.describe(.vertices(type.source))
      let target = schema.describe(.vertices(type.target))
      let features = schema.describe(type.features)
      return "edge \(name)\(relation): \(source) -> \(target)\(count) \(features)"
    }
    lines += parameters.map { parameter in
      let keys = parameter.keys.map(quoted).joined(separator: " or ")
      return "parameter \(keys): \(schema.describe(parameter))"
    }
    lines += instructionLines(of: self)
    lines += outputs.map { "output \(schema.word($0.name)) = \($0.value)" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// One value as a line of the text form: `%2 h = linear %0, %1 : paper f32[64]`.
  package func describe(_ value: ValueID) -> String {
    let name = self[value].name.map { " " + schema.word($0) } ?? ""
    return "\(value)\(name) = \(body(self[value])) : \(schema.describe(self[value].type))"
  }

  /// A value's number and name, for sentences: `%2 h`.
  package func mention(_ value: ValueID) -> String {
    self[value].name.map { "\(value) \($0)" } ?? value.description
  }

  /// What makes a value, with its operands, without its type.
  fileprivate func body(_ instruction: Instruction) -> String {
    let operation = instruction.operation
    let operands = instruction.operands.map(\.description).joined(separator: ", ")
    return [operation.word, operands, attributes(operation, instruction.type)]
      .filter { !$0.isEmpty }.joined(separator: " ")
  }

  private func attributes(_ operation: Operation, _ type: Type) -> String {
    switch operation {
    case .feature(let number): featureName(number, type.space)
    case .parameter(let id): parameterName(id)
    case .literal(let number): "\(number)"
    case .inDegree(let set): schema.describe(set)
    case .vertexCount(let type): schema.describe(.vertices(type))
    case .scatter(let classes): "classes \(classes)"
    case .selfLoop(let otherwise): "otherwise \(otherwise)"
    case .unary(.leakyRelu(let slope)): "slope \(slope)"
    case .linear(let batch): batch == 0 ? "" : "batch \(batch)"
    case .reduceAxis(_, let axis), .concat(let axis): "axis \(axis)"
    case .permute(let order): "order \(schema.describe(order))"
    case .slice(let axis, let lower): "axis \(axis) from \(lower)"
    case .source, .target, .view, .withLoops, .reduce, .lstm, .reduceGraph, .unary, .binary, .select,
      .reshape,
      .broadcast, .lookup:
      ""
    }
  }

  private func featureName(_ number: Int, _ space: Space) -> String {
    let features: [Schema.Feature] =
      switch space {
      case .vertices(let type): schema[type].features
      case .edges(let set): schema[set.type].features
      case .graph, .constant: []
      }
    return features.indices.contains(number) ? schema.word(features[number].name) : "\(number)"
  }

  /// The first key, and the number where several parameters start with the same key.
  private func parameterName(_ id: ParameterID) -> String {
    guard parameters.indices.contains(id.number) else { return "#\(id.number)" }
    let key = self[id].keys.first ?? ""
    let alone = parameters.count { $0.keys.first == key } == 1
    return quoted(key) + (alone ? "" : " #\(id.number)")
  }
}

extension Schema {
  fileprivate func describe(count: Int?) -> String { count.map { " count \($0)" } ?? "" }

  fileprivate func describe(_ features: [Feature]) -> String {
    guard !features.isEmpty else { return "{}" }
    let all = features.map { "\(word($0.name)): \(describe($0.element, $0.shape))" }
    return "{ " + all.joined(separator: ", ") + " }"
  }

  fileprivate func describe(_ parameter: Parameter) -> String {
    guard !parameter.shape.isEmpty else { return parameter.element.rawValue }
    let sizes = parameter.shape.map { dimension in
      switch dimension {
      case .size(let size): "\(size)"
      case .count(let type): "count(\(describe(.vertices(type))))"
      }
    }
    return "\(parameter.element.rawValue)[\(sizes.joined(separator: ", "))]"
  }
}

/// The values, with names and types in columns.
private func instructionLines(of program: Program) -> [String] {
  let rows = program.values.map { value in
    let name = program[value].name.map { " " + program.schema.word($0) } ?? ""
    return (
      "\(value)\(name)", program.body(program[value]),
      program.schema.describe(program[value].type)
    )
  }
  // A single long line does not push all others to the right.
  let names = min(rows.map(\.0.count).max() ?? 0, 20)
  let bodies = min(rows.map(\.1.count).max() ?? 0, 40)
  return rows.map { "\(pad($0.0, names)) = \(pad($0.1, bodies)) : \($0.2)" }
}

private func pad(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
