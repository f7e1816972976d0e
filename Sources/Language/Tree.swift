import Diagnostics

/// A text's structure, with names still names: what the parser makes.
struct Tree {
  let source: SourceText
  var uses: [Use] = []
  var graphs: [GraphBlock] = []
  var modules: [Module] = []
  var models: [Model] = []
}

/// A word of the user's, and where it stands.
struct Name: Hashable {
  let text: String
  let span: Span
}

/// `use GATConv` or `use "mine.gnn"`.
struct Use {
  enum Target: Hashable {
    case layer(String)
    case file(String)
  }
  let target: Target
  let span: Span
}

/// `graph { vertex ...; edge ... }`
struct GraphBlock {
  struct Feature {
    let name: Name
    let type: ValueType
  }
  struct Vertex {
    let name: Name
    let count: Expression?
    let features: [Feature]
  }
  struct Edge {
    let name: Name
    let source: Name
    let target: Name
    let relation: String?
    let count: Expression?
    let features: [Feature]
  }
  var vertices: [Vertex] = []
  var edges: [Edge] = []
  let span: Span
}

struct Model {
  let body: [Statement]
  let span: Span
}

/// A vertex module, a message module or a layer: what can be used with static arguments and a prefix.
struct Module {
  enum Kind: String {
    case vertex = "vertex module"
    case message = "message module"
    case layer
  }
  let kind: Kind
  let name: Name
  let parameters: [StaticParameter]
  /// Parameters and static values that stand before `forward`; empty for a layer.
  let prelude: [Statement]
  let inputs: [ValueParameter]
  let body: [Statement]
}

/// `heads: size = 1`
struct StaticParameter {
  let name: Name
  let kind: StaticKind
  let fallback: Expression?
}

/// What a static argument may be.
indirect enum StaticKind {
  case size, boolean, number, text
  case oneOf([String])
  case module(Module.Kind?)
  case vertexType
  case list(StaticKind)
  case optional(StaticKind)
}

/// Which end of an edge, or the edge itself, a value belongs to.
enum Role: String, CaseIterable {
  case source, target, edge
}

/// `source h: f32[heads, width]`, `target y = x`, `e: edge f32[d]? = none`
struct ValueParameter {
  let name: Name
  let role: Role?
  let type: ValueType?
  let fallback: Expression?
}

/// `f32[heads, width]`; `f32[..., width]` takes any leading axes.
struct ValueType {
  let element: Name
  let isFamily: Bool
  let isOpen: Bool
  let dimensions: [Expression]
  let span: Span
}

struct Statement {
  indirect enum Node {
    case param(Name, ValueType, keys: [Template])
    case assign([Name], [Expression])
    case output(Name, Expression)
    case give([Expression])
    case require(Expression, Template?)
    case choose(Expression, then: [Statement], otherwise: [Statement])
    case loop(Expression, index: Name?, [Statement])
  }
  let node: Node
  let span: Span
}

struct Expression {
  indirect enum Node {
    case integer(Int)
    case number(Double)
    case boolean(Bool)
    case none
    case text(Template)
    case name(String)
    case list([Expression])
    case member(Expression, Name)
    /// Static arguments of a module, indices of a list, a slice of a value: what is before the brackets decides.
    case brackets(Expression, [BracketItem])
    case call(Expression, [Argument])
    case at(Expression, [Template])
    case prefix(PrefixOperator, Expression)
    case infix(Expression, InfixOperator, Span, Expression)
    case isNone(Expression, negated: Bool)
    case conditional(Expression, then: [Expression], otherwise: [Expression])
    case collect(Name, Expression, Expression)
    case range(Expression, Expression)
    /// `all edges`: every edge type at once.
    case allEdges
  }
  let node: Node
  let span: Span
  /// How many nodes stand above each other in it.
  let depth: Int
}

struct Argument {
  let name: Name?
  let value: Expression
}

struct BracketItem {
  enum Node {
    case value(Expression)
    case colon(Expression?, Expression?)
    case new
    case ellipsis
  }
  let node: Node
  let span: Span
}

enum PrefixOperator: String {
  case minus = "-"
  case not
}

enum InfixOperator: String {
  case or, and
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case remainder = "%"
  case matrix = "@"
}

/// A text with holes: `"convs.{i}.{relation}"`.
struct Template {
  enum Piece {
    case text(String)
    case hole(Expression)
  }
  let pieces: [Piece]
  let span: Span
}
