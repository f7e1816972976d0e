import CRuntime
import Graph

extension ModelTables {
  /// What is wrong with a library's tables, in words that follow "the library's tables are damaged: ".
  struct Damage: Error, Hashable {
    let what: String
  }

  /// Copies a library's tables. Throws where a number points outside the table that it is about.
  init(_ model: gnnc_model) throws(Damage) {
    name = try text(model.name, "name")
    schema = try text(model.schema, "schema")
    processor = try text(model.processor, "processor")
    vertexTypes = try rows(model.vertex_type, model.vertex_types) { type throws(Damage) in
      VertexType(name: try text(type.name, "vertex type"), countHint: type.count_hint)
    }
    let vertexCount = vertexTypes.count
    edgeTypes = try rows(model.edge_type, model.edge_types) { type throws(Damage) in
      EdgeType(
        name: try text(type.name, "edge type"),
        source: try index(type.source, below: vertexCount, "source"),
        target: try index(type.target, below: vertexCount, "target"), countHint: type.count_hint)
    }
    let edgeTypeCount = edgeTypes.count
    edgeSets = try rows(model.edge_set, model.edge_sets) { set throws(Damage) in
      EdgeSet(
        edgeType: try index(set.edge_type, below: edgeTypeCount, "edge set"),
        direction: try direction(set.direction))
    }
    buffers = try rows(model.buffer, model.buffers) { buffer throws(Damage) in
      Buffer(
        vertexType: try index(buffer.vertex_type, below: vertexCount, "buffer"), rowBytes: buffer.row_bytes)
    }
    let (bufferTable, setCount) = (buffers, edgeSets.count)
    tensors = try rows(model.tensor, model.tensors) { tensor throws(Damage) in
      try Tensor(tensor, vertexTypes: vertexCount, edgeSets: setCount, buffers: bufferTable)
    }
    let tensorTable = tensors
    outputs = try rows(model.output, model.outputs) { output throws(Damage) in
      try Output(output, tensors: tensorTable)
    }
    weights = try rows(model.weight, model.weights) { weight throws(Damage) in
      Weight(
        keys: try rows(weight.key, weight.keys) { key throws(Damage) in try text(key, "key") },
        shape: try rows(weight.shape, weight.rank) { size in Int(clamping: size) })
    }
    stages = try rows(model.stage, model.stages) { stage throws(Damage) in
      try Stage(stage, vertexTypes: vertexCount, tensors: tensorTable.count, edgeSets: setCount)
    }
    packedBytes = Int(clamping: model.packed_bytes)
    arenaBytes = Int(clamping: model.arena_bytes)
    hubBytesPerChunk = Int(clamping: model.hub_bytes_per_chunk)
    guard zip(stages, stages.dropFirst()).allSatisfy({ $0.0.level <= $0.1.level }) else {
      throw Damage(what: "stages are not in the order of their levels")
    }
  }
}

extension ModelTables.Tensor {
  fileprivate init(
    _ tensor: gnnc_tensor, vertexTypes: Int, edgeSets: Int, buffers: [ModelTables.Buffer]
  ) throws(ModelTables.Damage) {
    name = try text(tensor.name, "tensor")
    element = try storedElement(tensor.element)
    width = Int(tensor.width)
    stride = Int(tensor.stride)
    isPrologue = tensor.prologue != 0
    guard width <= stride else { throw .init(what: "\(name) is wider than its stride") }
    switch tensor.kind {
    case GNNC_VERTEX_FEATURE: kind = .vertexFeature(of: try index(tensor.of, below: vertexTypes, name))
    case GNNC_EDGE_FEATURE: kind = .edgeFeature(of: try index(tensor.of, below: edgeSets, name))
    case GNNC_STORED:
      let type = try index(tensor.of, below: vertexTypes, name)
      let buffer = try index(tensor.buffer, below: buffers.count, name)
      kind = .stored(of: type, buffer: buffer)
      guard buffers[buffer].vertexType == type, UInt64(stride * element.bytes) <= buffers[buffer].rowBytes
      else { throw .init(what: "\(name) does not fit its buffer") }
    default: throw .init(what: "\(name) is of an unknown kind")
    }
  }
}

extension ModelTables.Output {
  fileprivate init(_ output: gnnc_output, tensors: [ModelTables.Tensor]) throws(ModelTables.Damage) {
    name = try text(output.name, "output")
    tensor = try index(output.tensor, below: tensors.count, name)
    first = Int(output.first)
    width = Int(output.width)
    shape = try rows(output.shape, output.rank) { size in Int(clamping: size) }
    guard first + width <= tensors[tensor].width, shape.reduce(1, *) == width else {
      throw .init(what: "output \(name) does not fit its tensor")
    }
  }
}

extension ModelTables.Stage {
  fileprivate init(
    _ stage: gnnc_stage, vertexTypes: Int, tensors: Int, edgeSets: Int
  ) throws(ModelTables.Damage) {
    let label = try text(stage.name, "stage")
    name = label
    vertexType = try index(stage.vertex_type, below: vertexTypes, label)
    level = Int(stage.level)
    isPrologue = stage.prologue != 0
    sweeps = Int(stage.sweeps)
    gathers = try list(stage.gathers, below: tensors, label)
    reads = try list(stage.reads, below: tensors, label)
    writes = try list(stage.writes, below: tensors, label)
    self.edgeSets = try list(stage.edge_sets, below: edgeSets, label)
    flopsPerRow = stage.cost.flops_per_row
    flopsPerEdge = stage.cost.flops_per_edge
    bytesPerRow = stage.cost.bytes_read_per_row + stage.cost.bytes_written_per_row
    bytesGatheredPerEdge = stage.cost.bytes_gathered_per_edge
    guard stage.run != nil else { throw .init(what: "stage \(label) has no function") }
  }
}

// MARK: - Reading C

private typealias Damage = ModelTables.Damage

private func text(_ pointer: UnsafePointer<CChar>?, _ what: String) throws(Damage) -> String {
  guard let pointer else { throw Damage(what: "a \(what) has no text") }
  return String(cString: pointer)
}

private func rows<Row, Value>(
  _ first: UnsafePointer<Row>?, _ count: UInt32, _ read: (Row) throws(Damage) -> Value
) throws(Damage) -> [Value] {
  guard count > 0 else { return [] }
  guard let first else { throw Damage(what: "a table is missing") }
  var values: [Value] = []
  values.reserveCapacity(Int(count))
  for position in 0..<Int(count) { values.append(try read(first[position])) }
  return values
}

private func index(_ value: UInt32, below limit: Int, _ what: String) throws(Damage) -> Int {
  guard Int(value) < limit else { throw Damage(what: "\(what) points at \(value) of \(limit)") }
  return Int(value)
}

/// Numbers up to UINT32_MAX; NULL is an empty list.
private func list(
  _ first: UnsafePointer<UInt32>?, below limit: Int, _ what: String
) throws(Damage) -> [Int] {
  guard let first else { return [] }
  var values: [Int] = []
  while first[values.count] != UInt32.max {
    values.append(try index(first[values.count], below: limit, what))
  }
  return values
}

private func direction(_ value: gnnc_direction) throws(Damage) -> EdgeDirection {
  guard let direction = EdgeDirection.allCases.first(where: { $0.c == value }) else {
    throw Damage(what: "an edge set has an unknown direction")
  }
  return direction
}

private func storedElement(_ value: gnnc_element) throws(Damage) -> StoredElement {
  guard let element = StoredElement.allCases.first(where: { $0.c == value }) else {
    throw Damage(what: "a tensor has an unknown element")
  }
  return element
}
