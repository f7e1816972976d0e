import Program

/// A random graph for a program, as unpleasant as graphs are: a hub, parallel edges, self-loops, several on one vertex,
/// vertices without in-edges, out-edges or either, and types with a single vertex or no edges at all.
package struct RandomGraph {
  private let program: Program
  private var noise: Noise
  private var data: GraphData

  /// `hub` edges lead to vertex 0 of each edge type besides the others.
  package static func data(for program: Program, seed: UInt64, hub: Int = 40) -> GraphData {
    var graph = RandomGraph(program, seed)
    graph.edges(hub: hub)
    graph.features()
    graph.weights()
    return graph.data
  }

  private init(_ program: Program, _ seed: UInt64) {
    self.program = program
    var noise = Noise(state: seed &* 0x2545_f491_4f6c_dd1d | 1)
    let counts = program.schema.vertexTypes.map { _ in [1, 9, 24, 50, 61, 75].randomElement(using: &noise)! }
    self.noise = noise
    data = GraphData(vertexCounts: counts, edges: [])
  }

  private mutating func edges(hub: Int) {
    for type in program.schema.edgeTypes {
      let (sources, targets) = (data.vertexCounts[type.source.number], data.vertexCounts[type.target.number])
      // The last quarter of the vertices has no edges but loops.
      func any(_ count: Int, _ noise: inout Noise) -> Int {
        Int.random(in: 0..<max(1, count * 3 / 4), using: &noise)
      }
      var edges = GraphData.Edges(sources: [], targets: [])
      let count = Int.random(in: 0..<4, using: &noise) * targets
      for _ in 0..<count {
        edges.sources.append(any(sources, &noise))
        edges.targets.append(any(targets, &noise))
      }
      for _ in 0..<(count == 0 ? 0 : hub) {
        edges.sources.append(any(sources, &noise))
        edges.targets.append(0)
      }
      for _ in 0..<(type.source == type.target ? min(6, targets) : 0) {
        let vertex = Int.random(in: 0..<targets, using: &noise)
        edges.sources.append(vertex)
        edges.targets.append(vertex)
      }
      data.edges.append(edges)
    }
  }

  private mutating func features() {
    for (number, type) in program.schema.vertexTypes.enumerated() {
      for feature in type.features {
        data.features[type.name, default: [:]][feature.name] = noise.numbers(
          of: feature, data.vertexCounts[number])
      }
    }
    for (number, type) in program.schema.edgeTypes.enumerated() {
      for feature in type.features {
        let numbers = noise.numbers(of: feature, data.edges[number].sources.count)
        data.features[type.name, default: [:]][feature.name] =
          feature.element == .f32 ? numbers.map { abs($0) + 0.1 } : numbers
      }
    }
  }

  private mutating func weights() {
    for parameter in program.parameters {
      let size = parameter.shape.reduce(1) { product, dimension in
        switch dimension {
        case .size(let size): product * size
        case .count(let type): product * data.vertexCounts[type.number]
        }
      }
      let isVariance = parameter.keys[0].hasSuffix("var")
      data.parameters[parameter.keys[0]] = noise.numbers(size).map { isVariance ? abs($0) + 0.1 : $0 }
    }
  }
}
