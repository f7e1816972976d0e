import Program

/// What moving and making numbers costs, in bytes for each vertex: the one scale that the passes compare with.
///
/// A gather moves four bytes for each number and edge; a stored value is written once and, where nothing else in its
/// stage touches what it is made of, that is read once more. Arithmetic is counted as bytes too: a core does about five
/// flops in the time in which it gets one byte from memory. A multiplication before a sum is free: it becomes a fused
/// multiply-add. How many edges a vertex has comes from the counts in the schema, else `CostModel.meanDegree` is assumed; and all
/// vertex types count alike, where none says how many it has.
struct Costs {
  let schema: Schema

  /// Edges of a set for each vertex that they start from.
  func degree(_ set: EdgeSet) -> Double {
    schema.meanDegree(of: set, at: schema.source(of: set))
  }

  /// Vertices of a type: as many as the schema says, else as many as the others have on average. Without any counts,
  /// one: a cost is then one for each vertex.
  func vertices(_ type: VertexTypeID) -> Double {
    let counts = schema[type].count.map { [$0] } ?? schema.vertexTypes.compactMap(\.count)
    return counts.isEmpty ? 1 : max(1, Double(counts.reduce(0, +)) / Double(counts.count))
  }

  /// Moving a value of this width along all edges, for each vertex that they start from.
  func gather(width: Int, _ set: EdgeSet) -> Double { degree(set) * bytes(width) }

  /// Writing or reading one row.
  func bytes(_ width: Int) -> Double { Double(4 * width) }

  /// Adding two rows.
  func addition(_ width: Int) -> Double { CostModel.bytesPerFlop * Double(width) }

  /// Making one row.
  func arithmetic(_ instruction: Instruction, in program: Program) -> Double {
    let width = Double(instruction.type.width)
    return CostModel.bytesPerFlop * width * flopsPerNumber(instruction, in: program)
  }

  private func flopsPerNumber(_ instruction: Instruction, in program: Program) -> Double {
    switch instruction.operation {
    case .unary(let function):
      switch function {
      case .negate, .absolute, .relu, .leakyRelu, .isNaN: 1
      case .squareRoot, .reciprocal: 5
      case .exponential, .logarithm, .sine, .cosine, .tanh, .sigmoid, .erf, .expm1, .log1p: 20
      }
    case .binary(let function):
      switch function {
      case .multiply: 0
      case .add, .subtract, .maximum, .minimum, .less, .lessOrEqual, .equal: 1
      case .divide: 5
      case .power: 40
      }
    case .select: 1
    case .linear: Double(2 * (program[instruction.operands[0]].type.shape.last ?? 1))
    case .reduceAxis(_, let axis): Double(program[instruction.operands[0]].type.shape[axis])
    case .feature, .parameter, .literal, .inDegree, .vertexCount, .source, .target, .view, .withLoops,
      .selfLoop,
      .reduce, .reduceGraph, .reshape, .permute, .slice, .concat, .broadcast, .lookup, .scatter:
      0
    case .lstm: Double(8 * instruction.type.width)  // for each step, of which nothing is known here
    }
  }
}

/// What a linear map costs on either side of the gather of its rows, in bytes for the whole graph.
struct MapCost {
  /// Made before the gather, or on the edges.
  var atSources = 0.0
  /// Made of what the targets hold, behind a sum or before a sweep.
  var atTargets = 0.0

  /// Whether it costs less at the sources. What differs by rounding alone costs the same.
  var isLessAtSources: Bool { atSources < atTargets * (1 - 1e-9) }
  /// Whether it costs less at the targets.
  var isLessAtTargets: Bool { atTargets < atSources * (1 - 1e-9) }

  /// Both costs, for each of `count` vertices of a type.
  func described(for type: String, count: Double) -> String {
    func bytes(_ cost: Double) -> String { "\(Int((cost / count).rounded()))" }
    return "\(bytes(atSources)) bytes for each \(type) at the sources, \(bytes(atTargets)) at the targets"
  }
}
