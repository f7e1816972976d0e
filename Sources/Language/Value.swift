import Diagnostics
import Program

/// What an expression stands for while a program is being made: static values, and values of the program.
indirect enum Value {
  case integer(Int)
  case number(Double)
  case boolean(Bool)
  case none
  /// A choice of an enumeration.
  case word(String, of: [String])
  case text(Prefix)
  case list([Value])
  /// What a module returns with a comma.
  case several([Value])
  case module(ModuleUse)
  case edges(EdgeSet)
  case vertexType(VertexTypeID)
  case vertexFeature(VertexTypeID, Int)
  case edgeFeature(EdgeTypeID, Int)
  case tensor(Tensor)
  case family([Member])
  case function(Builtin)
  /// `incoming` in a message module, `graph` anywhere: what reductions are called on.
  case incoming, graph
  /// An error has been reported already; whatever is made of this says nothing more.
  case poison
}

/// A value of the program, and the words in the text that made it.
struct Tensor {
  let id: ValueID
  let type: Type
  var origin: Span
}

/// A module with some or all of its static arguments, and the prefix of its weights.
struct ModuleUse {
  let id: ModuleID
  let name: String
  var arguments: [String: Value] = [:]
  var prefix = Prefix()
  let span: Span
}

/// A key, or the first part of one, with its alternatives; names of types may still be open.
struct Prefix {
  enum Piece: Hashable {
    case text(String)
    case typeName(TypeName, Span)
  }
  var alternatives: [[Piece]] = [[]]

  init(_ alternatives: [[Piece]] = [[]]) { self.alternatives = alternatives }

  /// This prefix, a dot, and `key`: an empty part adds nothing, not even the dot.
  func joined(_ key: Prefix) -> Prefix {
    Prefix(
      alternatives.flatMap { head in
        key.alternatives.map { tail in
          if head.isEmpty { return tail }
          return tail.isEmpty ? head : head + [.text(".")] + tail
        }
      })
  }
}

extension Value {
  /// What it is, for a message: "a list", "a vertex value".
  var described: String {
    switch self {
    case .integer(let whole): "the whole number \(whole)"
    case .number(let number): "the number \(number)"
    case .boolean(let flag): "`\(flag)`"
    case .none: "`none`"
    case .word(let word, _): "`\(word)`"
    case .text: "a text"
    case .list: "a list"
    case .several(let values): "\(values.count) values"
    case .module(let use): "`\(use.name)`"
    case .edges: "an edge set"
    case .vertexType: "a vertex type"
    case .vertexFeature: "a feature of vertices"
    case .edgeFeature: "a feature of edges"
    case .tensor: "a computed value"
    case .family: "a family of values"
    case .function(let function): "the function `\(function.rawValue)`"
    case .incoming: "`incoming`"
    case .graph: "`graph`"
    case .poison: "nothing"
    }
  }

  var isPoison: Bool {
    switch self {
    case .poison: true
    case .list(let values), .several(let values): values.contains(where: \.isPoison)
    case .family(let members): members.contains { $0.value.isPoison }
    default: false
    }
  }

  var isTensor: Bool {
    if case .tensor = self { return true }
    return false
  }

  /// The whole number it is, where it is one.
  var whole: Int? {
    switch self {
    case .integer(let whole): whole
    case .number(let number) where number == number.rounded() && abs(number) < 1e15: Int(number)
    default: nil
    }
  }

  /// The static number it is, where it is one.
  var real: Double? {
    switch self {
    case .integer(let whole): Double(whole)
    case .number(let number): number
    default: nil
    }
  }
}

/// Shapes and spaces in a message.
extension Elaborator {
  static func described(_ shape: [Int]) -> String {
    switch shape.count {
    case 0: "one number"
    case 1: "\(shape[0]) wide"
    default: "[" + shape.map(String.init).joined(separator: ", ") + "]"
    }
  }

  func described(_ space: Space) -> String {
    switch space {
    case .vertices(let type): "vertices of `\(schema[type].name)`"
    case .edges(let set): "edges of `\(described(set))`"
    case .graph: "the whole graph"
    case .constant: "weights alone"
    }
  }

  func described(_ set: EdgeSet) -> String {
    let turned =
      switch set.direction {
      case .forward: schema[set.type].name
      case .reverse: "reverse(\(schema[set.type].name))"
      case .undirected: "undirected(\(schema[set.type].name))"
      }
    return switch set.loops {
    case .kept: turned
    case .removed: "without_self_loops(\(turned))"
    case .added: "with_self_loops(\(turned))"
    }
  }
}
