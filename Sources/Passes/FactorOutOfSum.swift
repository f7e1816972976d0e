import Diagnostics
import Program

/// Takes factors that are the same for all in-edges of a target out of the sum over them.
///
///     before   %2 = target %1          : cites f32
///              %3 = divide %0, %2      : cites f32
///              %5 = multiply %3, %4    : cites f32[8]
///              %6 = incoming.sum %5    : paper f32[8]
///     after    %5 = multiply %0, %4    : cites f32[8]
///              %6 = incoming.sum %5    : paper f32[8]
///              %7 = divide %6, %1      : paper f32[8]
///
/// A softmax then divides once for each target. Where a target has no in-edges, the sum is 0 and must stay so: unless
/// the factor's value is known there and leaves 0 as it is (a sum of none plus 1e-16; an inverse root that is 0 where
/// the degree is), the result is chosen by the in-degree. A joint sum gives up only factors that all its parts share.
/// Limits: an infinite factor times messages of both signs gave NaN before and may give infinity after.
struct FactorOutOfSum: Pass {
  let name = "factor-out-of-sum"
  let summary = "multiplies and divides once for each target instead of on each edge"

  func run(on program: Program) throws(InternalFault) -> PassResult {
    let readers = Readers(program)
    var rewriter = Rewriter(program)
    return try rewriter.rewrite { (rewriter, value) throws(InternalFault) in
      guard program[value].operation == .reduce(.sum) else { return nil }
      let messages = program[value].operands
      guard messages.allSatisfy({ readers.hasOneReader($0) }) else { return nil }
      let factors = messages.map { Factors(of: $0, in: program) }
      let common = factors.dropFirst().reduce(factors[0].outer) { $1.outer.shared(with: $0) }
      // What is left of each part of a joint sum must still be over edges.
      guard !common.isEmpty, factors.count == 1 || factors.allSatisfy(\.hasInner) else { return nil }
      let names = common.map { program.mention($0.value) }.joined(separator: ", ")
      rewriter.note("\(names) is taken out of the sum \(program.mention(value))")
      return try factorOut(common, of: value, factors, &rewriter)
    }
  }

  private func factorOut(
    _ common: [OuterFactor], of sum: ValueID, _ factors: [Factors], _ rewriter: inout Rewriter
  ) throws(InternalFault) -> ValueID {
    let program = rewriter.old
    let sets = program[sum].operands.compactMap { operand -> EdgeSet? in
      if case .edges(let set) = program[operand].type.space { set } else { nil }
    }
    var result: ValueID
    if factors.count == 1 && factors[0].all.count == common.count {
      result = try degree(sets, &rewriter)  // a sum of ones
    } else {
      var messages: [ValueID] = []
      for factors in factors {
        messages.append(try factors.product(without: common, &rewriter))
      }
      let shapes = Set(messages.map { rewriter.builder.type($0).shape })
      if shapes.count > 1 {
        for place in messages.indices {
          messages[place] = try rewriter.builder.broadcast(
            messages[place], to: program[sum].type.shape)
        }
      }
      result = try rewriter.builder.reduce(.sum, messages)
    }
    for factor in common { result = try factor.applied(to: result, &rewriter) }
    if !staysZero(common, sets, program) {
      let none = try rewriter.builder.binary(
        .equal, degree(sets, &rewriter), rewriter.builder.literal(0))
      result = try rewriter.builder.select(none, rewriter.builder.literal(0), result)
    }
    guard rewriter.builder.type(result).shape != program[sum].type.shape else { return result }
    return try rewriter.builder.broadcast(result, to: program[sum].type.shape)
  }

  private func degree(_ sets: [EdgeSet], _ rewriter: inout Rewriter) throws(InternalFault) -> ValueID {
    var sum: ValueID?
    for set in sets {
      let degree = try rewriter.builder.inDegree(set)
      if let before = sum {
        sum = try rewriter.builder.binary(.add, before, degree)
      } else {
        sum = degree
      }
    }
    return sum!
  }

  /// Whether the factors leave the sum of none, 0, as it is.
  private func staysZero(_ factors: [OuterFactor], _ sets: [EdgeSet], _ program: Program) -> Bool {
    if sets.contains(where: { $0.loops == .added }) { return true }
    var zero = 0.0
    for factor in factors {
      guard let known = program.valueWithoutInEdges(factor.value, of: Set(sets))
      else { return false }
      zero = factor.divides ? zero / known : zero * known
    }
    return zero == 0 && zero.sign == .plus
  }
}

/// One factor of a product on edges.
struct Factor: Hashable {
  let value: ValueID
  /// The shape that it has in the product, where a reshape stands between.
  let shape: [Int]?
  let divides: Bool

  /// The factor as it is at the target, if it is the same for all of the target's in-edges.
  func outer(in program: Program) -> OuterFactor? {
    if case .target = program[value].operation {
      return OuterFactor(value: program[value].operands[0], shape: shape, divides: divides)
    }
    guard program[value].type.space.isConstant else { return nil }
    return OuterFactor(value: value, shape: shape, divides: divides)
  }
}

/// A factor that stands before a sum: a vertex value or a constant.
struct OuterFactor: Hashable {
  let value: ValueID
  let shape: [Int]?
  let divides: Bool

  /// The product, or quotient, of what has been summed and the factor.
  func applied(to x: ValueID, _ rewriter: inout Rewriter) throws(InternalFault) -> ValueID {
    var own = rewriter[value]
    if let shape { own = try rewriter.builder.reshape(own, to: shape) }
    return try rewriter.builder.binary(divides ? .divide : .multiply, x, own)
  }
}

extension [OuterFactor] {
  /// Those that both hold, as often as both hold them.
  fileprivate func shared(with other: [OuterFactor]) -> [OuterFactor] {
    var left = self
    return other.filter { factor in
      guard let place = left.firstIndex(of: factor) else { return false }
      left.remove(at: place)
      return true
    }
  }
}

/// A value as a product.
struct Factors {
  /// In the order in which they stand.
  private(set) var all: [Factor] = []
  /// Those that are the same for all in-edges of a target.
  private(set) var outer: [OuterFactor] = []
  /// Whether some factor is not.
  var hasInner: Bool { all.count > outer.count }
  private let program: Program

  init(of value: ValueID, in program: Program) {
    self.program = program
    collect(value, shape: nil, divides: false)
    outer = all.compactMap { $0.outer(in: program) }
  }

  private mutating func collect(_ value: ValueID, shape: [Int]?, divides: Bool) {
    let instruction = program[value]
    // A reshape of a product is the product of reshapes, where all have the product's shape.
    let keepsShape =
      shape == nil
      || instruction.operands.allSatisfy { program[$0].type.shape == instruction.type.shape }
    switch instruction.operation {
    case .binary(.multiply) where keepsShape && !divides:
      collect(instruction.operands[0], shape: shape, divides: false)
      collect(instruction.operands[1], shape: shape, divides: false)
    case .binary(.divide) where keepsShape && !divides:
      collect(instruction.operands[0], shape: shape, divides: false)
      collect(instruction.operands[1], shape: shape, divides: true)
    case .reshape:
      collect(instruction.operands[0], shape: shape ?? instruction.type.shape, divides: divides)
    default:
      all.append(Factor(value: value, shape: shape, divides: divides))
    }
  }

  /// The product on edges of all factors but these.
  func product(without common: [OuterFactor], _ rewriter: inout Rewriter) throws(InternalFault)
    -> ValueID
  {
    var left = all
    for factor in common { left.remove(at: left.firstIndex { $0.outer(in: program) == factor }!) }
    var product: ValueID?
    for factor in left.filter({ !$0.divides }) + left.filter(\.divides) {
      var own = rewriter[factor.value]
      if let shape = factor.shape { own = try rewriter.builder.reshape(own, to: shape) }
      if let before = product {
        product = try rewriter.builder.binary(factor.divides ? .divide : .multiply, before, own)
      } else {
        product = factor.divides ? try rewriter.builder.unary(.reciprocal, own) : own
      }
    }
    return product!
  }
}
