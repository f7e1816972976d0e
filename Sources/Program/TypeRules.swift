/// What each operation asks of its operands, and the type of what it gives: the one place that says so.
///
/// The builder infers types with it, the verifier checks them, and a new operation starts here.
package struct TypeRules {
  let schema: Schema
  let parameters: [Parameter]

  package init(schema: Schema, parameters: [Parameter]) {
    self.schema = schema
    self.parameters = parameters
  }

  package init(of program: Program) {
    self.init(schema: program.schema, parameters: program.parameters)
  }

  /// The type of `operation` on operands of these types.
  ///
  /// `asked` says what the operation leaves open: the space of a feature, the element of a literal, the shape of a
  /// reshape, slice or broadcast. Nothing else of it is looked at.
  package func result(of operation: Operation, _ operands: [Type], asked: Type) throws(TypeFault)
    -> Type
  {
    switch operation {
    case .feature(let number):
      try count(operands, 0)
      return try feature(number, in: asked.space)
    case .parameter(let id):
      try count(operands, 0)
      return try parameter(id)
    case .literal:
      try count(operands, 0)
      return Type(.constant, asked.element)
    case .inDegree(let set):
      try count(operands, 0)
      return Type(.vertices(try target(of: set)))
    case .vertexCount(let type):
      try count(operands, 0)
      guard schema.vertexTypes.indices.contains(type.number) else { throw .noSuchType }
      return Type(.graph)

    case .source(let set):
      return try gather(operands, from: try source(of: set), to: set)
    case .target(let set):
      return try gather(operands, from: try target(of: set), to: set)
    case .view(let set):
      return try view(operands, as: set)
    case .withLoops:
      return try withLoops(operands)
    case .selfLoop:
      return try selfLoop(operands)
    case .reduce:
      return try reduce(operands)
    case .reduceGraph:
      return try reduceGraph(operands)
    case .lstm:
      return try lstm(operands)

    case .unary(let function):
      try count(operands, 1)
      try all(operands, are: .f32)
      return Type(operands[0].space, function == .isNaN ? .bool : .f32, operands[0].shape)
    case .binary(let function):
      return try binary(function, operands)
    case .select:
      return try select(operands)

    case .linear(let batch):
      return try linear(operands, batch: batch)
    case .reduceAxis(let function, let axis):
      return try reduceAxis(operands, function, axis: axis)
    case .reshape:
      return try reshape(operands, to: asked.shape)
    case .permute(let order):
      return try permute(operands, order)
    case .slice(let axis, let lower):
      return try slice(operands, axis: axis, lower: lower, asked: asked.shape)
    case .concat(let axis):
      return try concat(operands, axis: axis)
    case .broadcast:
      return try broadcast(operands, to: asked.shape)
    case .lookup:
      return try lookup(operands)
    case .scatter(let classes):
      return try scatter(operands, classes: classes)
    }
  }
}

// MARK: - Leaves

extension TypeRules {
  private func feature(_ number: Int, in space: Space) throws(TypeFault) -> Type {
    let features: [Schema.Feature]
    switch space {
    case .vertices(let type):
      guard schema.vertexTypes.indices.contains(type.number) else { throw .noSuchType }
      features = schema[type].features
    case .edges(let set):
      _ = try source(of: set)
      guard set == EdgeSet(set.type) else { throw .featureOfDerivedSet }
      features = schema[set.type].features
    case .graph, .constant:
      throw .wrongSpace(operand: nil, wanted: "vertices or edges")
    }
    guard features.indices.contains(number) else { throw .noSuchFeature(number) }
    return Type(space, features[number].element, features[number].shape)
  }

  private func parameter(_ id: ParameterID) throws(TypeFault) -> Type {
    guard parameters.indices.contains(id.number) else { throw .noSuchParameter(id.number) }
    let parameter = parameters[id.number]
    var space = Space.constant
    for dimension in parameter.shape {
      switch dimension {
      case .size(let size):
        guard size >= 0 else { throw .noSuchParameter(id.number) }
      case .count(let type):
        guard space == .constant, schema.vertexTypes.indices.contains(type.number) else {
          throw .countedTwice
        }
        space = .vertices(type)
      }
    }
    return Type(space, parameter.element, parameter.rowShape)
  }
}

// MARK: - Between vertices and edges

extension TypeRules {
  /// The source's vertex type, where the set makes sense in this schema.
  func source(of set: EdgeSet) throws(TypeFault) -> VertexTypeID {
    guard schema.edgeTypes.indices.contains(set.type.number) else { throw .noSuchType }
    let type = schema[set.type]
    guard type.source == type.target || (set.direction != .undirected && set.loops == .kept) else {
      throw .betweenTwoTypes
    }
    return schema.source(of: set)
  }

  func target(of set: EdgeSet) throws(TypeFault) -> VertexTypeID {
    _ = try source(of: set)
    return schema.target(of: set)
  }

  private func gather(_ operands: [Type], from vertices: VertexTypeID, to set: EdgeSet)
    throws(TypeFault) -> Type
  {
    try count(operands, 1)
    guard operands[0].space == .vertices(vertices) else {
      throw .wrongSpace(operand: 0, wanted: "vertices of \(schema[vertices].name)")
    }
    return Type(.edges(set), operands[0].element, operands[0].shape)
  }

  private func edges(_ operands: [Type], _ place: Int) throws(TypeFault) -> EdgeSet {
    guard case .edges(let set) = operands[place].space else {
      throw .wrongSpace(operand: place, wanted: "edges")
    }
    _ = try source(of: set)
    return set
  }

  private func view(_ operands: [Type], as set: EdgeSet) throws(TypeFault) -> Type {
    try count(operands, 1)
    let old = try edges(operands, 0)
    _ = try source(of: set)
    // Undirected edges have no one edge behind them, and a set cannot gain loops without being told their values.
    guard old.type == set.type, (old.direction == .undirected) == (set.direction == .undirected),
      old.loops == set.loops || set.loops == .removed
    else { throw .noView }
    return Type(.edges(set), operands[0].element, operands[0].shape)
  }

  private func withLoops(_ operands: [Type]) throws(TypeFault) -> Type {
    try count(operands, 2)
    var set = try edges(operands, 0)
    guard set.loops == .removed else {
      throw .wrongSpace(operand: 0, wanted: "edges without loops")
    }
    let loops = operands[1]
    guard
      loops.space == .vertices(schema.target(of: set)) || loops.space == .graph
        || loops.space == .constant
    else { throw .wrongSpace(operand: 1, wanted: "the target's vertices") }
    guard loops.element == operands[0].element, loops.shape == operands[0].shape else {
      throw .shapesDiffer(operands[0].shape, loops.shape)
    }
    set.loops = .added
    return Type(.edges(set), loops.element, loops.shape)
  }

  private func selfLoop(_ operands: [Type]) throws(TypeFault) -> Type {
    try count(operands, 1)
    let set = try edges(operands, 0)
    guard schema[set.type].source == schema[set.type].target else { throw .betweenTwoTypes }
    try all(operands, are: .f32)
    return Type(.vertices(schema.target(of: set)), .f32, operands[0].shape)
  }

  private func reduce(_ operands: [Type]) throws(TypeFault) -> Type {
    guard let first = operands.first else { throw .operandCount(wanted: 1, found: 0) }
    let target = schema.target(of: try edges(operands, 0))
    try all(operands, are: .f32)
    for place in operands.indices.dropFirst() {
      let other = schema.target(of: try edges(operands, place))
      guard other == target else {
        throw .wrongSpace(operand: place, wanted: "edges to \(schema[target].name)")
      }
      guard operands[place].shape == first.shape else {
        throw .shapesDiffer(first.shape, operands[place].shape)
      }
    }
    return Type(.vertices(target), .f32, first.shape)
  }
}

extension TypeRules {
  private func lstm(_ operands: [Type]) throws(TypeFault) -> Type {
    try count(operands, 3)
    let target = schema.target(of: try edges(operands, 0))
    try all(operands, are: .f32)
    for place in 1...2 where operands[place].space != .constant {
      throw .wrongSpace(operand: place, wanted: "constant")
    }
    let (gates, weights, padding) = (operands[0].shape, operands[1].shape, operands[2].shape)
    guard weights.count == 2, weights[0] == 4 * weights[1], weights[1] > 0, gates == [weights[0]] else {
      throw .shapesDiffer(gates, weights)
    }
    guard padding == gates else { throw .shapesDiffer(gates, padding) }
    return Type(.vertices(target), .f32, [weights[1]])
  }

  private func reduceGraph(_ operands: [Type]) throws(TypeFault) -> Type {
    try count(operands, 1)
    try all(operands, are: .f32)
    guard case .vertices = operands[0].space else { throw .wrongSpace(operand: 0, wanted: "vertices") }
    return Type(.graph, .f32, operands[0].shape)
  }
}

// MARK: - Elementwise

extension TypeRules {
  private func binary(_ function: Binary, _ operands: [Type]) throws(TypeFault) -> Type {
    try count(operands, 2)
    guard operands[0].element == operands[1].element else {
      throw .elementsDiffer(operands[0].element, operands[1].element)
    }
    let element: Element
    switch function {
    case .add, .subtract, .multiply, .divide, .power, .maximum, .minimum:
      try all(operands, are: .f32)
      element = .f32
    case .less, .lessOrEqual:
      guard operands[0].element != .bool else { throw .wrongElement(operand: 0, wanted: .f32) }
      element = .bool
    case .equal:
      element = .bool
    }
    return Type(try join(operands), element, try broadcast(of: operands))
  }

  private func select(_ operands: [Type]) throws(TypeFault) -> Type {
    try count(operands, 3)
    guard operands[0].element == .bool else { throw .wrongElement(operand: 0, wanted: .bool) }
    guard operands[1].element == operands[2].element else {
      throw .elementsDiffer(operands[1].element, operands[2].element)
    }
    return Type(try join(operands), operands[1].element, try broadcast(of: operands))
  }

  /// The one space that all operands are in; `constant` and `graph` go beside any other.
  package func join(_ operands: [Type]) throws(TypeFault) -> Space {
    var joined = Space.constant
    for operand in operands {
      switch (joined, operand.space) {
      case (let old, let new) where old == new: break
      case (_, .constant): break
      case (.constant, let new), (.graph, let new): joined = new
      case (_, .graph): break
      case (let old, let new): throw .spacesDiffer(old, new)
      }
    }
    return joined
  }

  private func broadcast(of operands: [Type]) throws(TypeFault) -> [Int] {
    var shape: [Int] = []
    for operand in operands {
      guard let wider = Shape.broadcast(shape, operand.shape) else {
        throw .shapesDiffer(shape, operand.shape)
      }
      shape = wider
    }
    return shape
  }
}

// MARK: - Along the axes of a row

extension TypeRules {
  private func linear(_ operands: [Type], batch: Int) throws(TypeFault) -> Type {
    try count(operands, 2)
    try all(operands, are: .f32)
    let (rows, weights) = (operands[0].shape, operands[1].shape)
    guard batch >= 0, weights.count == batch + 2, rows.count >= batch + 1,
      rows.prefix(batch) == weights.prefix(batch), rows.last == weights.last
    else { throw .shapesDiffer(rows, weights) }
    return Type(try join(operands), .f32, rows.dropLast() + [weights[batch]])
  }

  private func reduceAxis(_ operands: [Type], _ function: AxisReduction, axis: Int)
    throws(TypeFault) -> Type
  {
    try count(operands, 1)
    try all(operands, are: .f32)
    var shape = operands[0].shape
    try self.axis(axis, of: shape)
    guard function == .sum || shape[axis] > 0 else { throw .emptyAxis(axis) }
    shape.remove(at: axis)
    return Type(operands[0].space, .f32, shape)
  }

  private func reshape(_ operands: [Type], to shape: [Int]) throws(TypeFault) -> Type {
    try count(operands, 1)
    guard shape.allSatisfy({ $0 >= 0 }), shape.reduce(1, *) == operands[0].width else {
      throw .shapesDiffer(operands[0].shape, shape)
    }
    return Type(operands[0].space, operands[0].element, shape)
  }

  private func permute(_ operands: [Type], _ order: [Int]) throws(TypeFault) -> Type {
    try count(operands, 1)
    let shape = operands[0].shape
    guard order.sorted() == Array(shape.indices) else { throw .notAnOrder(order) }
    return Type(operands[0].space, operands[0].element, order.map { shape[$0] })
  }

  private func slice(_ operands: [Type], axis: Int, lower: Int, asked: [Int]) throws(TypeFault)
    -> Type
  {
    try count(operands, 1)
    var shape = operands[0].shape
    try self.axis(axis, of: shape)
    guard asked.count == shape.count, lower >= 0, asked[axis] >= 0,
      lower + asked[axis] <= shape[axis]
    else { throw .sliceOutside(axis: axis, of: shape) }
    shape[axis] = asked[axis]
    return Type(operands[0].space, operands[0].element, shape)
  }

  private func concat(_ operands: [Type], axis: Int) throws(TypeFault) -> Type {
    guard let first = operands.first else { throw .operandCount(wanted: 1, found: 0) }
    var shape = first.shape
    try self.axis(axis, of: shape)
    for operand in operands.dropFirst() {
      guard operand.element == first.element else {
        throw .elementsDiffer(first.element, operand.element)
      }
      var matched = operand.shape
      guard matched.count == shape.count else { throw .shapesDiffer(shape, matched) }
      let width = matched[axis]
      matched[axis] = shape[axis]
      guard matched == shape else { throw .shapesDiffer(shape, operand.shape) }
      shape[axis] += width
    }
    return Type(try join(operands), first.element, shape)
  }

  private func broadcast(_ operands: [Type], to shape: [Int]) throws(TypeFault) -> Type {
    try count(operands, 1)
    guard Shape.broadcast(operands[0].shape, shape) == shape else {
      throw .shapesDiffer(operands[0].shape, shape)
    }
    return Type(operands[0].space, operands[0].element, shape)
  }

  private func lookup(_ operands: [Type]) throws(TypeFault) -> Type {
    try count(operands, 2)
    let (table, index) = (operands[0], operands[1])
    guard !table.shape.isEmpty else { throw .axisOutside(0, of: []) }
    try isIndex(index)
    return Type(try join(operands), table.element, Array(table.shape.dropFirst()))
  }

  private func scatter(_ operands: [Type], classes: Int) throws(TypeFault) -> Type {
    try count(operands, 2)
    guard operands[0].element == .f32 else { throw .wrongElement(operand: 0, wanted: .f32) }
    guard classes > 0 else { throw .emptyAxis(0) }
    try isIndex(operands[1])
    return Type(try join(operands), .f32, [classes] + operands[0].shape)
  }

  /// One whole number for each row, which says where in another value to look.
  private func isIndex(_ type: Type) throws(TypeFault) {
    guard type.element == .i32 || type.element == .i64 else {
      throw .wrongElement(operand: 1, wanted: .i64)
    }
    guard type.shape.isEmpty else { throw .shapesDiffer([], type.shape) }
  }
}

// MARK: - Small checks

extension TypeRules {
  private func count(_ operands: [Type], _ wanted: Int) throws(TypeFault) {
    guard operands.count == wanted else {
      throw .operandCount(wanted: wanted, found: operands.count)
    }
  }

  private func all(_ operands: [Type], are element: Element) throws(TypeFault) {
    for (place, operand) in operands.enumerated() where operand.element != element {
      throw .wrongElement(operand: place, wanted: element)
    }
  }

  private func axis(_ axis: Int, of shape: [Int]) throws(TypeFault) {
    guard shape.indices.contains(axis) else { throw .axisOutside(axis, of: shape) }
  }
}

/// What is wrong with an operation and its operands.
package enum TypeFault: Error, Hashable, Sendable {
  case operandCount(wanted: Int, found: Int)
  /// `operand` is nil where the result's own space is meant.
  case wrongSpace(operand: Int?, wanted: String)
  case spacesDiffer(Space, Space)
  case wrongElement(operand: Int, wanted: Element)
  case elementsDiffer(Element, Element)
  case shapesDiffer([Int], [Int])
  case axisOutside(Int, of: [Int])
  case emptyAxis(Int)
  case sliceOutside(axis: Int, of: [Int])
  case notAnOrder([Int])
  case noSuchType
  case noSuchFeature(Int)
  case noSuchParameter(Int)
  case countedTwice
  case featureOfDerivedSet
  case betweenTwoTypes
  case noView

  /// The fault in words, as the end of "%7: ...".
  package var message: String {
    switch self {
    case .operandCount(let wanted, let found): "takes \(wanted) operands, not \(found)"
    case .wrongSpace(nil, let wanted): "must be over \(wanted)"
    case .wrongSpace(let operand?, let wanted): "operand \(operand + 1) must be over \(wanted)"
    case .spacesDiffer: "operands are over different vertices or edges"
    case .wrongElement(let operand, let wanted):
      "operand \(operand + 1) must be \(wanted.rawValue)"
    case .elementsDiffer(let a, let b): "elements differ: \(a.rawValue) and \(b.rawValue)"
    case .shapesDiffer(let a, let b): "shapes do not fit: \(a) and \(b)"
    case .axisOutside(let axis, let shape): "there is no axis \(axis) in \(shape)"
    case .emptyAxis(let axis): "axis \(axis) is empty"
    case .sliceOutside(let axis, let shape): "the slice leaves axis \(axis) of \(shape)"
    case .notAnOrder(let order): "\(order) is no order of the axes"
    case .noSuchType: "there is no such vertex or edge type"
    case .noSuchFeature(let number): "there is no feature number \(number)"
    case .noSuchParameter(let number): "there is no parameter number \(number)"
    case .countedTwice: "only one dimension of a parameter may count vertices"
    case .featureOfDerivedSet: "a feature is over its edge type as it stands"
    case .betweenTwoTypes: "the edge type joins two vertex types, so it has no loops"
    case .noView: "these edges have no value on those"
    }
  }
}
