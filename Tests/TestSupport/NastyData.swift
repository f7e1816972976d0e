import Program

/// Numbers that look random and are the same everywhere.
package struct Noise: RandomNumberGenerator {
  private var state: UInt64

  package init(state: UInt64) { self.state = state }

  package mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state >> 33) ^ (state << 20)
  }

  package mutating func numbers(_ count: Int) -> [Double] {
    (0..<count).map { _ in Double.random(in: -1...1, using: &self) }
  }

  /// A feature's numbers; those of integers are below `RandomProgram.classes`.
  mutating func numbers(of feature: Schema.Feature, _ count: Int) -> [Double] {
    let all = count * feature.shape.reduce(1, *)
    guard feature.element != .f32 else { return numbers(all) }
    return (0..<all).map { _ in Double(Int.random(in: 0..<RandomProgram.classes, using: &self)) }
  }
}

/// A graph with a hub, parallel edges, self-loops, and vertices without in-edges, out-edges or either; with random
/// features and weights. Every vertex type has eight vertices.
package func nastyData(for program: Program, seed: UInt64 = 1) -> GraphData {
  var noise = Noise(state: seed)
  let sources = [1, 1, 2, 3, 4, 5, 1, 1, 0, 0, 2, 6, 3]
  let targets = [0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 3, 6, 5]
  let schema = program.schema
  var data = GraphData(
    vertexCounts: schema.vertexTypes.map { _ in 8 },
    edges: schema.edgeTypes.map { _ in .init(sources: sources, targets: targets) })
  for type in schema.vertexTypes {
    for feature in type.features {
      data.features[type.name, default: [:]][feature.name] = noise.numbers(of: feature, 8)
    }
  }
  for type in schema.edgeTypes {
    for feature in type.features {
      let numbers = noise.numbers(of: feature, 13)
      data.features[type.name, default: [:]][feature.name] =
        feature.element == .f32 ? numbers.map { abs($0) + 0.1 } : numbers
    }
  }
  for parameter in program.parameters {
    let size = parameter.shape.reduce(1) { product, dimension in
      if case .size(let size) = dimension { product * size } else { product * 8 }
    }
    let isVariance = parameter.keys[0].hasSuffix("var")
    data.parameters[parameter.keys[0]] = noise.numbers(size).map { isVariance ? abs($0) + 0.1 : $0 }
  }
  return data
}
