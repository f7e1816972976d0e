import Program

/// A linear map, by weights known beforehand, of rows that edges gather.
struct GatheredMap {
  /// The edges that gather them.
  let set: EdgeSet
  /// The map itself: on the sources' vertices, or on the edges.
  let product: ValueID
  /// The vertex value that it maps.
  let input: ValueID
  let weights: ValueID
  /// Leading axes that rows and weights share: a matrix for each head.
  let batch: Int
}

extension GatheredMap {
  /// The map whose rows an edge value gathers, or is.
  init?(_ row: ValueID, in program: Program) {
    switch program[row].operation {
    case .source(let set):
      self.init(program[row].operands[0], over: set, in: program)
    case .linear(let batch):
      let (x, weights) = (program[row].operands[0], program[row].operands[1])
      guard case .source(let set) = program[x].operation, program[weights].type.space.isConstant
      else { return nil }
      self.init(
        set: set, product: row, input: program[x].operands[0], weights: weights, batch: batch)
    default: return nil
    }
  }

  /// The map that a vertex value is, as edges of `set` gather it.
  init?(_ product: ValueID, over set: EdgeSet, in program: Program) {
    guard case .linear(let batch) = program[product].operation,
      program[product].type.space.isVertices
    else { return nil }
    let (input, weights) = (program[product].operands[0], program[product].operands[1])
    guard program[input].type.space.isVertices, program[weights].type.space.isConstant else {
      return nil
    }
    self.init(set: set, product: product, input: input, weights: weights, batch: batch)
  }
}

/// What maps have in common that are made together, behind one sum.
struct MapKey: Hashable {
  let weights: ValueID
  let batch: Int

  init(_ map: GatheredMap) {
    weights = map.weights
    batch = map.batch
  }
}

/// Which maps of gathered rows are better made at the targets, and what either choice costs.
///
/// At the sources: one product for each of their vertices, and a row stored for the targets to gather; where the map's
/// input is raw, in a stage of its own that reads it. At the targets: one product for each of their vertices and edge
/// set, and the map's input stored, once for all maps of it, unless it is gathered in any case.
struct MapChoices {
  /// One place where mapped rows are read, and where the map can be made at the target instead.
  struct Use {
    let map: GatheredMap
    /// What reads the product on the way here.
    let link: ValueID
    /// Numbers that are to be gathered beside each row if the map leaves the sources.
    var beside = 0
    /// The product at the target is made for so many uses together.
    var sharers = 1
    /// Whether what the target makes of it is to be added to what it makes of others.
    var isAdded = false
  }

  /// The products that move to the targets.
  private(set) var moved: Set<ValueID> = []
  /// The cost of each product that could.
  private(set) var costs: [ValueID: MapCost] = [:]

  init(_ uses: [Use], _ facts: MapFacts) {
    let all = Dictionary(grouping: uses, by: \.map.product)
    let movable = all.filter { facts.isRead($0.key, by: $0.value.map(\.link)) }
    let inputs = Dictionary(grouping: movable.keys.sorted()) { movable[$0]![0].map.input }
    for (input, products) in inputs.sorted(by: { $0.key < $1.key }) {
      for product in products {
        costs[product] = facts.cost(of: movable[product]!, sharingInput: products.count)
      }
      let better = products.filter { costs[$0]!.isLessAtTargets }
      // Those that move share the storing of their input.
      let storing = facts.storing(input) / Double(max(1, better.count))
      for product in products { costs[product]!.atTargets += storing }
      let total = better.reduce(into: MapCost()) {
        $0.atSources += costs[$1]!.atSources
        $0.atTargets += costs[$1]!.atTargets
      }
      if total.isLessAtTargets { moved.formUnion(better) }
    }
  }
}

/// What the cost of a map depends on.
struct MapFacts {
  let program: Program
  let readers: Readers
  let costs: Costs
  private let graphOnly: [Bool]

  init(_ program: Program) {
    self.program = program
    readers = Readers(program)
    costs = Costs(schema: program.schema)
    graphOnly = program.graphOnly()
  }

  /// Whether nothing else reads a value.
  func isRead(_ value: ValueID, by links: [ValueID]) -> Bool {
    !readers.isOutput(value) && Set(readers[value]) == Set(links)
  }

  /// How many vertices a vertex value has.
  func count(_ x: ValueID) -> Double {
    guard case .vertices(let type) = program[x].type.space else { return 1 }
    return costs.vertices(type)
  }

  /// Both costs of a product, for each vertex that it is made at, or each source of its edges.
  func described(_ cost: MapCost, of product: ValueID) -> String {
    let vertices =
      switch program[product].type.space {
      case .vertices(let type): type
      case .edges(let set): program.schema.source(of: set)
      case .graph, .constant: VertexTypeID(0)
      }
    return cost.described(
      for: program.schema.describe(.vertices(vertices)), count: costs.vertices(vertices))
  }

  func targets(of set: EdgeSet) -> Double { costs.vertices(program.schema.target(of: set)) }

  /// Gathering rows of this width from all sources.
  func gathering(_ width: Int, _ set: EdgeSet) -> Double {
    costs.vertices(program.schema.source(of: set)) * costs.gather(width: width, set)
  }

  /// Storing a vertex value to be gathered, if nobody but `gatherers` edge values would have it stored.
  func storing(_ x: ValueID, besides gatherers: Int = 0) -> Double {
    let sources = readers[x].filter { if case .source = program[$0].operation { true } else { false } }
    let isThere = program.isInput(x) || readers.isOutput(x) || sources.count > gatherers
    return isThere ? 0 : count(x) * costs.bytes(program[x].type.width)
  }

  /// Reading a value again, in a stage of its own, to map it: where it is raw, or the graph's own.
  func stage(for x: ValueID) -> Double {
    program.isInput(x) || graphOnly[x.number] ? count(x) * costs.bytes(program[x].type.width) : 0
  }

  /// What a product costs that all these uses read, but for storing its input. `sharingInput` maps read that together.
  fileprivate func cost(of uses: [MapChoices.Use], sharingInput maps: Int) -> MapCost {
    let map = uses[0].map
    let (wide, narrow) = (program[map.input].type.width, program[map.product].type.width)
    let arithmetic = costs.arithmetic(program[map.product], in: program)
    var cost = MapCost()
    if program[map.product].type.space.isEdges {
      cost.atSources += count(map.input) * costs.degree(map.set) * arithmetic
      cost.atSources += gathering(wide, map.set)
    } else {
      cost.atSources += count(map.input) * (arithmetic + costs.bytes(narrow))
      cost.atSources += stage(for: map.input) / Double(maps)
      for use in uses { cost.atSources += gathering(narrow, use.map.set) }
    }
    for use in uses {
      cost.atTargets += targets(of: use.map.set) * arithmetic / Double(use.sharers)
      if use.isAdded { cost.atTargets += targets(of: use.map.set) * costs.addition(narrow) }
      cost.atTargets += gathering(wide + use.beside, use.map.set)
    }
    return cost
  }
}
