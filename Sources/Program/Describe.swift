// How the parts of a program are written: in its text form, in messages, and in what `explain` says.

extension ValueID: CustomStringConvertible {
  package var description: String { "%\(number)" }
}

extension Schema {
  /// `cites`, `reverse(cites)`, `undirected(cites)-loops`, `cites+loops`.
  package func describe(_ set: EdgeSet) -> String {
    let name =
      edgeTypes.indices.contains(set.type.number) ? self[set.type].name : "edge type \(set.type.number)"
    let direction =
      switch set.direction {
      case .forward: word(name)
      case .reverse: "reverse(\(word(name)))"
      case .undirected: "undirected(\(word(name)))"
      }
    return switch set.loops {
    case .kept: direction
    case .removed: direction + "-loops"
    case .added: direction + "+loops"
    }
  }

  /// A vertex type's name, an edge set, `graph` or `constant`.
  package func describe(_ space: Space) -> String {
    switch space {
    case .vertices(let type):
      vertexTypes.indices.contains(type.number) ? word(self[type].name) : "vertex type \(type.number)"
    case .edges(let set): describe(set)
    case .graph: "graph"
    case .constant: "constant"
    }
  }

  /// `paper f32[64]`, `constant f32`.
  package func describe(_ type: Type) -> String {
    "\(describe(type.space)) \(describe(type.element, type.shape))"
  }

  /// `f32[8, 8]`, `i64`.
  package func describe(_ element: Element, _ shape: [Int]) -> String {
    element.rawValue + (shape.isEmpty ? "" : describe(shape))
  }

  package func describe(_ shape: [Int]) -> String {
    "[" + shape.map(String.init).joined(separator: ", ") + "]"
  }

  /// A name as it is, or in quotes where it could be mistaken for something else.
  package func word(_ name: String) -> String {
    let reserved = ["graph", "constant", "reverse", "undirected", "vertex", "edge", "parameter", "output"]
    let first = name.utf8.first.map { !(48...57).contains($0) } ?? false
    let plain = name.utf8.allSatisfy {
      (97...122).contains($0) || (65...90).contains($0) || (48...57).contains($0) || $0 == 95
    }
    return first && plain && !reserved.contains(name) ? name : quoted(name)
  }
}

/// A string in double quotes, with quotes, backslashes and line ends escaped.
package func quoted(_ text: String) -> String {
  var result = "\""
  for character in text.unicodeScalars {
    switch character {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    default: result.unicodeScalars.append(character)
    }
  }
  return result + "\""
}
