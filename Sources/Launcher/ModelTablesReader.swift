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
    vertexTypes = try table(model.vertex_type, model.vertex_types) { type throws(Damage) in
      VertexType(name: try text(type.name, "vertex type"), countHint: type.count_hint)
    }
    let vertexCount = vertexTypes.count
    edgeTypes = try table(model.edge_type, model.edge_types) { type throws(Damage) in
      EdgeType(
        name: try text(type.name, "edge type"),
        source: try index(type.source, below: vertexCount, "source"),
        target: try index(type.target, below: vertexCount, "target"), countHint: type.count_hint)
    }
    let edgeTypeCount = edgeTypes.count
    edgeSets = try table(model.edge_set, model.edge_sets) { set throws(Damage) in
      EdgeSet(
        edgeType: try index(set.edge_type, below: edgeTypeCount, "edge set"),
        direction: try direction(set.direction), isOrdered: set.ordered != 0)
    }
    let setCount = edgeSets.count
    buffers = try table(model.buffer, model.buffers) { buffer throws(Damage) in
      let owner: Buffer.Owner =
        buffer.of_edges != 0
        ? .edges(try index(buffer.of, below: setCount, "buffer"))
        : .vertices(try index(buffer.of, below: vertexCount, "buffer"))
      return Buffer(owner: owner, rowBytes: buffer.row_bytes)
    }
    weights = try table(model.weight, model.weights) { weight throws(Damage) in
      try Weight(weight, vertexTypes: vertexCount)
    }
    let (bufferTable, weightTable) = (buffers, weights)
    tensors = try table(model.tensor, model.tensors) { tensor throws(Damage) in
      try Tensor(
        tensor, vertexTypes: vertexCount, edgeSets: setCount, buffers: bufferTable, weights: weightTable)
    }
    let tensorTable = tensors
    outputs = try table(model.output, model.outputs) { output throws(Damage) in
      try Output(output, tensors: tensorTable, weights: weightTable)
    }
    stages = try table(model.stage, model.stages) { stage throws(Damage) in
      try Stage(stage, vertexTypes: vertexCount, tensors: tensorTable.count, edgeSets: setCount)
    }
    finishes = try table(model.finish, model.finishes) { finish throws(Damage) in
      Finish(
        level: Int(finish.level), isPrologue: finish.prologue != 0,
        writes: try list(finish.writes, below: tensorTable.count, "finish"))
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
    _ tensor: gnnc_tensor, vertexTypes: Int, edgeSets: Int, buffers: [ModelTables.Buffer],
    weights: [ModelTables.Weight]
  ) throws(ModelTables.Damage) {
    name = try text(tensor.name, "tensor")
    isRounded = tensor.element == GNNC_BF16
    element = isRounded ? .float32 : try storedElement(tensor.element)
    width = Int(tensor.width)
    stride = Int(tensor.stride)
    isPrologue = tensor.prologue != 0
    limit = tensor.limit == 0 ? nil : tensor.limit
    takesSparse = tensor.takes_sparse != 0
    guard width <= stride else { throw .init(what: "\(name) is wider than its stride") }
    switch tensor.kind {
    case GNNC_VERTEX_FEATURE: kind = .vertexFeature(of: try index(tensor.of, below: vertexTypes, name))
    case GNNC_EDGE_FEATURE: kind = .edgeFeature(of: try index(tensor.of, below: edgeSets, name))
    case GNNC_STORED, GNNC_STORED_EDGES:
      let isOfEdges = tensor.kind == GNNC_STORED_EDGES
      let of = try index(tensor.of, below: isOfEdges ? edgeSets : vertexTypes, name)
      let buffer = try index(tensor.buffer, below: buffers.count, name)
      kind = isOfEdges ? .storedEdges(of: of, buffer: buffer) : .stored(of: of, buffer: buffer)
      guard buffers[buffer].owner == (isOfEdges ? .edges(of) : .vertices(of)),
        UInt64(stride * (isRounded ? 2 : element.bytes)) <= buffers[buffer].rowBytes
      else { throw .init(what: "\(name) does not fit its buffer") }
    case GNNC_VERTEX_WEIGHT:
      kind = .vertexWeight(of: try index(tensor.of, below: weights.count, name))
      guard weights[Int(tensor.of)].counted != nil else { throw .init(what: "\(name) counts no vertices") }
    case GNNC_GRAPH_VALUE: kind = .graphValue
    case GNNC_PARTIAL: kind = .partial
    default: throw .init(what: "\(name) is of an unknown kind")
    }
    guard !takesSparse || tensor.kind == GNNC_VERTEX_FEATURE && element == .float32 && !isRounded else {
      throw .init(what: "\(name) cannot be sparse")
    }
    guard !isRounded || [GNNC_VERTEX_FEATURE, GNNC_STORED, GNNC_VERTEX_WEIGHT].contains(tensor.kind) else {
      throw .init(what: "\(name) cannot be rounded")
    }
  }
}

extension ModelTables.Weight {
  fileprivate init(_ weight: gnnc_weight, vertexTypes: Int) throws(ModelTables.Damage) {
    keys = try table(weight.key, weight.keys) { key throws(ModelTables.Damage) in try text(key, "key") }
    shape = try table(weight.shape, weight.rank) { size in Int(clamping: size) }
    guard weight.counted != UInt32.max else {
      counted = nil
      return
    }
    counted = Counted(
      dimension: try index(weight.counted, below: shape.count, "weight"),
      vertexType: try index(weight.vertex_type, below: vertexTypes, "weight"))
  }
}

extension ModelTables.Output {
  fileprivate init(
    _ output: gnnc_output, tensors: [ModelTables.Tensor], weights: [ModelTables.Weight]
  ) throws(ModelTables.Damage) {
    name = try text(output.name, "output")
    tensor = try index(output.tensor, below: tensors.count, name)
    let loops: ModelTables.Loops =
      switch output.loops {
      case GNNC_LOOPS_ADDED: .added
      case GNNC_LOOPS_REMOVED: .removed
      default: .kept
      }
    let loopTensor =
      output.loop_tensor == UInt32.max ? nil : try index(output.loop_tensor, below: tensors.count, name)
    switch tensors[tensor].kind {
    case .vertexFeature(let type), .stored(let type, _): rows = .vertices(type)
    case .vertexWeight(let weight): rows = .vertices(weights[weight].counted?.vertexType ?? 0)
    case .edgeFeature(let set), .storedEdges(let set, _): rows = .edges(set, loops, loopTensor: loopTensor)
    case .graphValue: rows = .graph
    case .partial: throw .init(what: "output \(name) is not finished")
    }
    first = Int(output.first)
    width = Int(output.width)
    shape = try table(output.shape, output.rank) { size in Int(clamping: size) }
    guard !tensors[tensor].isRounded else { throw .init(what: "output \(name) is rounded") }
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
    cost = try ModelTables.Cost(stage.cost, tensors: tensors, edgeSets: edgeSets, label)
    guard stage.run != nil else { throw .init(what: "stage \(label) has no function") }
  }
}

extension ModelTables.Cost {
  fileprivate init(
    _ cost: gnnc_cost, tensors: Int, edgeSets: Int, _ label: String
  ) throws(ModelTables.Damage) {
    flopsPerRow = cost.flops_per_row
    bytesReadPerRow = cost.bytes_read_per_row
    bytesWrittenPerRow = cost.bytes_written_per_row
    edges = try table(cost.edge_cost, cost.edge_costs) { edges throws(ModelTables.Damage) in
      Edges(
        set: try index(edges.edge_set, below: edgeSets, label), flops: edges.flops,
        bytesRead: edges.bytes_read, bytesWritten: edges.bytes_written)
    }
    gathers = try table(cost.gather_cost, cost.gather_costs) { gather throws(ModelTables.Damage) in
      Gather(
        set: try index(gather.edge_set, below: edgeSets, label),
        tensor: try index(gather.tensor, below: tensors, label), bytes: gather.bytes)
    }
    sparse = try table(cost.sparse_cost, cost.sparse_costs) { sparse throws(ModelTables.Damage) in
      Sparse(
        tensor: try index(sparse.tensor, below: tensors, label), flopsPerNumber: sparse.flops_per_number)
    }
    parts = try table(cost.part_cost, cost.part_costs) { part throws(ModelTables.Damage) in
      Part(
        set: try index(part.edge_set, below: edgeSets, label),
        classes: part.classes == .max ? nil : try index(part.classes, below: tensors, label),
        parts: Int(part.parts), flopsPerPart: part.flops_per_part)
    }
  }
}

// MARK: - Reading C

private typealias Damage = ModelTables.Damage

private func text(_ pointer: UnsafePointer<CChar>?, _ what: String) throws(Damage) -> String {
  guard let pointer else { throw Damage(what: "a \(what) has no text") }
  return String(cString: pointer)
}

private func table<Row, Value>(
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
