import Program

/// Where every stored value lies: which values share rows, how far apart rows are, which tensors share memory.
///
/// Values that the same sweeps gather lie side by side, because one row is then one stretch of memory; what an earlier
/// sweep reads alone (a softmax's scores) stays narrow. What is read only at its own vertex never lies in a gathered row.
struct TensorLayout {
  private(set) var tensors: [Tensor] = []
  /// What stored tensors ask for, in the order in which they are written.
  private(set) var claims: [BufferPlanner.Claim] = []
  private(set) var edgeSets: [SweptEdges] = []
  /// Where each input and stored value is.
  private(set) var places: [ValueID: Location] = [:]
  /// Where each `source` of rounded rows finds them.
  private(set) var gatherPlaces: [ValueID: Location] = [:]
  /// Stored values, and what is gathered of inputs, whose numbers are rounded to bfloat16.
  private(set) var rounded: Set<ValueID> = []
  /// The tensor of what partitions contribute to each reduction over the whole graph.
  private(set) var partials: [ValueID: Int] = [:]
  private let schedule: Schedule
  private let store: Store
  private var program: Program { schedule.program }

  init(_ schedule: Schedule, _ contents: [StageContent], _ store: Store) {
    self.schedule = schedule
    self.store = store
    let uses = Uses(schedule, contents)
    edgeSets = uses.edgeSets
    addFeatures(uses)
    noteSparse()
    addStored(contents, uses)
    addGraphValues()
    addLimits()
    addGathers()
  }

  /// The number of the edges that a set's sweeps run over.
  func edges(of set: EdgeSet) -> Int {
    edgeSets.firstIndex(of: SweptEdges(type: set.type, direction: set.direction))!
  }

  /// The tensor that a value is rounded into, and its first column there; nil where it stays as it is.
  func roundedPlace(of value: ValueID) -> (tensor: Int, first: Int)? {
    guard rounded.contains(value), case .tensor(let tensor, let first)? = places[value] else { return nil }
    return (tensor, first)
  }

  /// Numbers from one row to the next, as the runtime's `gnnc_stride` has it for features: whole cache lines for wide
  /// rows (halves of them for bfloat16), a power of two for narrow ones.
  static func stride(_ width: Int) -> Int {
    if width > 8 { return (width + 15) / 16 * 16 }
    return width > 4 ? 8 : width > 2 ? 4 : max(width, 1)
  }
}

// MARK: - What is rounded

extension TensorLayout {
  /// The one place that decides which rows are held as bfloat16: wide ones that edges gather. What the user sees is not
  /// rounded, nor are scores and the like, which take a cache line either way.
  private func isRounded(_ value: ValueID, _ uses: Uses) -> Bool {
    let type = program[value].type
    guard store.number == .bf16, type.element == .f32, type.width >= store.narrowest else { return false }
    return uses.gatheredIn[value] != nil && (schedule.isInput(value) || !uses.outputs.contains(value))
  }

  /// Gives each `source` of rounded rows the place where these are.
  private mutating func addGathers() {
    for (place, tensor) in tensors.enumerated() where tensor.number == .bf16 {
      for column in tensor.columns {
        let isInput = schedule.isInput(column.value)
        if !isInput { rounded.insert(column.value) }
        for gather in program.values where program[gather].operation.isSource {
          guard schedule.root(program[gather].operands[0]) == column.value else { continue }
          gatherPlaces[gather] = .tensor(place, first: column.first)
          if isInput { rounded.insert(gather) }
        }
      }
    }
  }
}

extension Operation {
  fileprivate var isSource: Bool { if case .source = self { true } else { false } }
}

// MARK: - Features

extension TensorLayout {
  private mutating func addFeatures(_ uses: Uses) {
    for value in uses.features {
      let instruction = program[value]
      // Its own vertex reads an input as the user gave it, other vertices a copy that is rounded.
      let isRounded = isRounded(value, uses)
      let numbers: [Tensor.Number] =
        !isRounded
        ? [Tensor.Number(instruction.type.element)]
        : uses.readInPlace.contains(value) ? [.f32, .bf16] : [.bf16]
      if case .parameter(let id) = instruction.operation {
        for number in numbers { addVertexWeight(id, value, number) }
      }
      guard case .feature(let number) = instruction.operation else { continue }
      switch instruction.type.space {
      case .vertices(let type):
        let feature = program.schema[type].features[number]
        for held in numbers { add(feature, .vertexFeature(type, number), held, value) }
      case .edges(let set):
        // One for each direction in which the edges are swept over.
        let feature = program.schema[set.type].features[number]
        for (place, swept) in edgeSets.enumerated() where swept.type == set.type {
          if swept.direction != .undirected {
            add(feature, .edgeFeature(edges: place, number), numbers[0], value)
          }
        }
      case .graph, .constant:
        continue
      }
    }
  }

  private mutating func addVertexWeight(_ id: ParameterID, _ value: ValueID, _ number: Tensor.Number) {
    guard case .vertices(let type) = program[value].type.space else { return }
    addInput(program[id].keys[0], .vertexWeight(type, id), number, program[value].type.width, value)
  }

  private mutating func add(
    _ feature: Schema.Feature, _ kind: Tensor.Kind, _ number: Tensor.Number, _ value: ValueID
  ) {
    addInput(feature.name, kind, number, feature.shape.reduce(1, *), value)
  }

  private mutating func addInput(
    _ name: String, _ kind: Tensor.Kind, _ number: Tensor.Number, _ width: Int, _ value: ValueID
  ) {
    let column = Tensor.Column(value: value, first: 0)
    let place: Int
    if let known = tensors.firstIndex(where: { $0.kind == kind && $0.number == number }) {
      tensors[known].columns.append(column)
      place = known
    } else {
      tensors.append(
        Tensor(
          name: name, kind: kind, number: number, width: width, stride: TensorLayout.stride(width),
          isPrologue: false, columns: [column]))
      place = tensors.count - 1
    }
    // An edge feature has a tensor for each direction; the first will do for what only asks whether it is in memory.
    if places[value] == nil { places[value] = .tensor(place, first: 0) }
  }

  /// Narrower rows are never sparse: no product of theirs takes long enough.
  private static let narrowestSparse = 65

  /// Notes the vertex features that stages can take as sparse rows: those that products alone read, at their own
  /// vertex, over the whole row. What is gathered, or read number by number, has to be dense.
  private mutating func noteSparse() {
    for (place, tensor) in tensors.enumerated() {
      guard case .vertexFeature = tensor.kind, tensor.number == .f32, tensor.width >= Self.narrowestSparse
      else { continue }
      let values = Set(tensor.columns.map(\.value))
      let isGatheredElsewhere = tensors.contains { $0.kind == tensor.kind && $0.number == .bf16 }
      tensors[place].takesSparse =
        !program.outputs.contains { values.contains(schedule.root($0.value)) }
        && program.instructions.allSatisfy {
          isGatheredElsewhere && $0.operation.isSource
            || readsProductsAlone($0, of: values, width: tensor.width)
        }
    }
  }

  /// Whether an instruction reads none of `values`, or one of them as a product's input.
  private func readsProductsAlone(_ reader: Instruction, of values: Set<ValueID>, width: Int) -> Bool {
    let reads = reader.operands.indices.filter { values.contains(schedule.root(reader.operands[$0])) }
    guard !reads.isEmpty, reader.operation != .reshape else { return true }
    guard case .linear = reader.operation, reads == [0], case .vertices = reader.type.space else {
      return false
    }
    return program[reader.operands[1]].type.shape.last == width
  }

  /// The tensor of an edge feature in the order of `edges`.
  func edgeFeature(_ value: ValueID, edges: Int) -> Int? {
    tensors.firstIndex {
      guard case .edgeFeature(edges, _) = $0.kind else { return false }
      return $0.columns.contains { $0.value == value }
    }
  }
}

// MARK: - Values of the whole graph, and indices

extension TensorLayout {
  private mutating func addGraphValues() {
    for value in program.values where program[value].type.space == .graph {
      guard let level = schedule.stored[value] else { continue }
      let width = program[value].type.width
      add(Names.of(value, in: program), .graph, width, [value], isPrologue: level.isPrologue)
      places[value] = .tensor(tensors.count - 1, first: 0)
      guard case .reduceGraph = program[value].operation else { continue }
      add(Names.of(value, in: program) + "_parts", .partial, width, [], isPrologue: level.isPrologue)
      partials[value] = tensors.count - 1
    }
  }

  private mutating func add(
    _ name: String, _ kind: Tensor.Kind, _ width: Int, _ values: [ValueID], isPrologue: Bool = false
  ) {
    tensors.append(
      Tensor(
        name: name, kind: kind, number: .f32, width: width, stride: TensorLayout.stride(width),
        isPrologue: isPrologue, columns: values.map { Tensor.Column(value: $0, first: 0) }))
  }

  /// Notes for each feature that is an index into something how many rows that has.
  private mutating func addLimits() {
    for instruction in program.instructions {
      let limit: Int
      switch instruction.operation {
      case .lookup: limit = program[instruction.operands[0]].type.shape[0]
      case .scatter(let classes): limit = classes
      default: continue
      }
      let index = TensorLayout.feature(behind: instruction.operands[1], program)
      for place in tensors.indices where tensors[place].columns.contains(where: { $0.value == index }) {
        tensors[place].limit = min(tensors[place].limit ?? limit, limit)
      }
    }
  }

  /// The feature whose numbers an index holds, read at either end of an edge or on it.
  static func feature(behind value: ValueID, _ program: Program) -> ValueID? {
    switch program[value].operation {
    case .feature: value
    case .source, .target, .view, .reshape: feature(behind: program[value].operands[0], program)
    default: nil
    }
  }
}

// MARK: - Stored values

extension TensorLayout {
  private struct Group: Hashable {
    let level: Schedule.Level
    let type: VertexTypeID
    let gatheredIn: Set<Uses.SweepID>
    /// Own rows live as long as their last reader; an output, for ever.
    let lastRead: Int
    let number: Tensor.Number
    /// Own rows of a few numbers lie apart from wide ones, whose rows are whole cache lines.
    let isNarrow: Bool
  }

  private mutating func addStored(_ contents: [StageContent], _ uses: Uses) {
    for (turn, content) in contents.enumerated() {
      var groups: [Group: [ValueID]] = [:]
      for value in content.roots {
        let gathered = uses.gatheredIn[value] ?? []
        let isOutput = uses.outputs.contains(value)
        let last = isOutput ? Int.max : max(uses.lastRead[value] ?? turn, turn)
        let key = Group(
          level: content.level, type: content.vertexType, gatheredIn: gathered,
          lastRead: gathered.isEmpty || isOutput ? last : 0, number: isRounded(value, uses) ? .bf16 : .f32,
          isNarrow: gathered.isEmpty && program[value].type.width <= 8)
        groups[key, default: []].append(value)
      }
      for (key, members) in groups.sorted(by: { $0.value[0] < $1.value[0] }) {
        let last = members.map { uses.outputs.contains($0) ? Int.max : uses.lastRead[$0] ?? turn }.max()!
        let lastGathered = key.gatheredIn.map(\.stage).max() ?? -1
        addTensor(members, key.number, content)
        claim(.vertices(content.vertexType), written: turn, lastRead: last, lastGathered: lastGathered)
      }
      for value in content.edgeRoots {
        let last = uses.outputs.contains(value) ? Int.max : uses.lastRead[value] ?? turn
        addEdgeTensor(value, content, lastRead: last, turn: turn)
      }
    }
  }

  /// Asks for memory for the last tensor.
  private mutating func claim(_ owner: Buffer.Owner, written: Int, lastRead: Int, lastGathered: Int = -1) {
    let tensor = tensors[tensors.count - 1]
    claims.append(
      BufferPlanner.Claim(
        tensor: tensors.count - 1, owner: owner, bytes: tensor.stride * tensor.number.bytes, written: written,
        lastRead: lastRead, lastGathered: lastGathered))
  }

  /// A row for each edge; and, where self-loops are added, one for each vertex.
  private mutating func addEdgeTensor(_ value: ValueID, _ content: StageContent, lastRead: Int, turn: Int) {
    guard case .edges(let set) = program[value].type.space else { return }
    let (width, edges) = (program[value].type.width, edges(of: set))
    let (name, isPrologue) = (Names.of(value, in: program), content.level.isPrologue)
    add(name, .storedEdges(edges: edges), width, [value], isPrologue: isPrologue)
    claim(.edges(edges), written: turn, lastRead: lastRead)
    let tensor = tensors.count - 1
    var loops: Int?
    if set.loops == .added {
      add(name + "_loops", .stored(content.vertexType), width, [], isPrologue: isPrologue)
      claim(.vertices(content.vertexType), written: turn, lastRead: lastRead)
      loops = tensors.count - 1
    }
    places[value] = .edges(tensor, loops: loops)
  }

  private mutating func addTensor(_ members: [ValueID], _ number: Tensor.Number, _ content: StageContent) {
    let ordered = members.sorted {
      let (a, b) = (program[$0].type.width, program[$1].type.width)
      return a != b ? a > b : $0 < $1
    }
    var width = 0
    var columns: [Tensor.Column] = []
    for value in ordered {
      columns.append(Tensor.Column(value: value, first: width))
      places[value] = .tensor(tensors.count, first: width)
      width += program[value].type.width
    }
    tensors.append(
      Tensor(
        name: ordered.map { Names.of($0, in: program) }.joined(separator: "_"),
        kind: .stored(content.vertexType), number: number, width: width,
        stride: TensorLayout.stride(width), isPrologue: content.level.isPrologue, columns: columns))
  }
}
