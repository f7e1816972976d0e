import Foundation
import Program
import Stages

/// Writes graphs and weights as Resources/drive.c reads them.
struct CaseWriter {
  private(set) var bytes = Data()

  mutating func add(_ model: ModelCase) {
    let (program, data) = (model.program, model.data)
    for count in data.vertexCounts { number(count) }
    for parameter in read(by: model.stages) {
      floats(data.parameters[parameter.keys[0]]!)
    }
    let sets = model.stages.edgeSets.map { EdgeRows($0, data, program.schema) }
    for set in sets { add(set) }
    for tensor in model.stages.tensors {
      switch tensor.kind {
      case .vertexFeature(let type, let place):
        let feature = program.schema[type].features[place]
        number(data.vertexCounts[type.number])
        numbers(data.features[program.schema[type].name]![feature.name]!, feature.element)
      case .edgeFeature(let edges, let place):
        let type = program.schema[model.stages.edgeSets[edges].type]
        let feature = type.features[place]
        number(sets[edges].sources.count)
        let numbers = data.features[type.name]![feature.name]!
        let width = feature.shape.reduce(1, *)
        self.numbers(sets[edges].plain.flatMap { numbers[$0 * width..<($0 + 1) * width] }, feature.element)
      case .vertexWeight(let type, let id):
        number(data.vertexCounts[type.number])
        floats(rows(of: program[id], data.vertexCounts[type.number], data))
      case .stored, .storedEdges, .graph, .partial: break
      }
    }
  }

  /// The weights of the model's table: those that packing reads.
  private func read(by stages: StageProgram) -> [Parameter] {
    var found: Set<ValueID> = []
    func visit(_ value: ValueID) {
      guard found.insert(value).inserted else { return }
      for operand in stages.program[value].operands { visit(operand) }
    }
    for constant in stages.packed { visit(constant.value) }
    let numbers = found.compactMap { value -> Int? in
      if case .parameter(let id) = stages.program[value].operation { id.number } else { nil }
    }
    return Set(numbers).sorted().map { stages.program.parameters[$0] }
  }

  private mutating func add(_ set: EdgeRows) {
    number(set.starts.count - 1)
    number(set.sources.count)
    number(set.loops == nil ? 0 : 1)
    number(set.plain.count == set.sources.count ? 1 : 0)
    append(set.starts.map(UInt64.init))
    append(set.sources.map(UInt32.init))
    if let loops = set.loops { append(loops.map(UInt32.init)) }
    if set.plain.count == set.sources.count { append(set.plain.map(UInt32.init)) }
  }

  private mutating func number(_ number: Int) { append([UInt64(number)]) }

  /// A weight's numbers with the counted dimension first.
  private func rows(of parameter: Parameter, _ count: Int, _ data: GraphData) -> [Double] {
    let numbers = data.parameters[parameter.keys[0]]!
    let sizes = parameter.shape.map { if case .size(let size) = $0 { size } else { count } }
    let place = parameter.counted!.place
    let (outer, inner) = (sizes[..<place].reduce(1, *), sizes[(place + 1)...].reduce(1, *))
    return (0..<count).flatMap { vertex in
      (0..<outer).flatMap { block -> ArraySlice<Double> in
        let first = (block * count + vertex) * inner
        return numbers[first..<first + inner]
      }
    }
  }

  private mutating func numbers(_ numbers: [Double], _ element: Element) {
    switch element {
    case .f32: floats(numbers)
    case .i32: append(numbers.map { Int32($0) })
    case .i64: append(numbers.map { Int64($0) })
    case .bool: append(numbers.map { UInt8($0) })
    }
  }

  private mutating func floats(_ numbers: [Double]) { append(numbers.map { Float($0) }) }

  private mutating func append<Element>(_ elements: [Element]) {
    elements.withUnsafeBytes { bytes.append(contentsOf: $0) }
    while bytes.count % 8 != 0 { bytes.append(0) }
  }
}

/// The in-edges of each row as stages want them: from others by rising source, then the row's own loops.
struct EdgeRows {
  private(set) var starts = [0]
  private(set) var sources: [Int] = []
  /// The place of each edge in the plain order, for its features.
  private(set) var plain: [Int] = []
  /// How many loops end each row, where the set can have some.
  private(set) var loops: [Int]?

  init(_ set: SweptEdges, _ data: GraphData, _ schema: Schema) {
    let list = EdgeList(EdgeSet(set.type, set.direction), of: data, schema: schema)
    let isWithin = schema[set.type].source == schema[set.type].target
    var rows = [[(isLoop: Bool, source: Int, edge: Int)]](
      repeating: [], count: data.vertexCounts[schema.target(of: EdgeSet(set.type, set.direction)).number])
    for edge in 0..<list.count {
      let (source, target) = (list.sources[edge], list.targets[edge])
      rows[target].append((isWithin && source == target, source, edge))
    }
    if isWithin { loops = rows.map { $0.count { $0.isLoop } } }
    for row in rows {
      let sorted = row.sorted {
        ($0.isLoop ? 1 : 0, $0.source, $0.edge) < ($1.isLoop ? 1 : 0, $1.source, $1.edge)
      }
      for entry in sorted {
        sources.append(entry.source)
        if case .plain(let place) = list.origins[entry.edge] { plain.append(place) }
      }
      starts.append(sources.count)
    }
  }
}
