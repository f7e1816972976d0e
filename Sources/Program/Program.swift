import Diagnostics

/// The number of a value: the place of the instruction that makes it.
package struct ValueID: Hashable, Sendable, Comparable {
  package let number: Int
  package init(_ number: Int) { self.number = number }
  package static func < (a: Self, b: Self) -> Bool { a.number < b.number }
}

/// A weight tensor that a program asks for.
package struct Parameter: Hashable, Sendable {
  /// Its keys in a safetensors file; the first that is there counts.
  package let keys: [String]
  package let element: Element
  /// The whole tensor's shape, as stored. One dimension may count the vertices of a type.
  package let shape: [Dimension]

  /// The vertex type that a dimension counts, and the dimension's place.
  package var counted: (type: VertexTypeID, place: Int)? {
    for (place, dimension) in shape.enumerated() {
      if case .count(let type) = dimension { return (type, place) }
    }
    return nil
  }

  /// The sizes of all dimensions but a counted one: the shape of one row.
  package var rowShape: [Int] {
    shape.compactMap { dimension in
      if case .size(let size) = dimension { size } else { nil }
    }
  }

  package enum Dimension: Hashable, Sendable {
    case size(Int)
    case count(VertexTypeID)
  }

  package init(keys: [String], element: Element = .f32, shape: [Dimension]) {
    self.keys = keys
    self.element = element
    self.shape = shape
  }
}

/// One value: how it is made, of what, and its type.
package struct Instruction: Hashable, Sendable {
  package var operation: Operation
  package var operands: [ValueID]
  package var type: Type
  /// The name the user gave it, where there is one: it becomes a name in C.
  package var name: String?
  /// Where in the model's text it comes from.
  package var origin: Span?

  package init(
    _ operation: Operation, _ operands: [ValueID] = [], _ type: Type, name: String? = nil,
    origin: Span? = nil
  ) {
    self.operation = operation
    self.operands = operands
    self.type = type
    self.name = name
    self.origin = origin
  }
}

/// A model with nothing left to decide: one list of values, each made of earlier ones, over a schema.
///
/// There is no control flow: repetition is unrolled, options are resolved, layers are gone.
package struct Program: Hashable, Sendable {
  package struct Output: Hashable, Sendable {
    package let name: String
    package var value: ValueID

    package init(name: String, value: ValueID) {
      self.name = name
      self.value = value
    }
  }

  package var schema: Schema
  package var parameters: [Parameter]
  package var instructions: [Instruction]
  package var outputs: [Output]

  package init(
    schema: Schema, parameters: [Parameter] = [], instructions: [Instruction] = [],
    outputs: [Output] = []
  ) {
    self.schema = schema
    self.parameters = parameters
    self.instructions = instructions
    self.outputs = outputs
  }

  package subscript(_ id: ValueID) -> Instruction {
    get { instructions[id.number] }
    set { instructions[id.number] = newValue }
  }

  package subscript(_ id: ParameterID) -> Parameter { parameters[id.number] }

  /// Every value, in an order in which operands come first.
  package var values: [ValueID] { instructions.indices.map(ValueID.init) }

  /// Adds an instruction at the end.
  package mutating func append(_ instruction: Instruction) -> ValueID {
    instructions.append(instruction)
    return ValueID(instructions.count - 1)
  }
}
