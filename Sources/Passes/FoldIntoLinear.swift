import Diagnostics
import Program

/// Puts constant factors and norms into the weights of the linear map beside them.
///
///     before   %2 = linear %0, %1          : paper f32[64]
///              %4 = subtract %2, %3        : paper f32[64]       // %3, %5: constants
///              %6 = multiply %4, %5        : paper f32[64]
///     after    %4 = negate %3              : constant f32[64]
///              %6 = multiply %4, %5        : constant f32[64]
///              %7 = reshape %5             : constant f32[64, 1]
///              %8 = multiply %1, %7        : constant f32[64, 128]
///              %9 = linear %0, %8          : paper f32[64]
///              %10 = add %9, %6            : paper f32[64]
///
/// A chain of additions and multiplications by constants, as a batch norm is, comes to one scale and one shift. The
/// scale goes into the weights of the map before the chain, also past a number for each row between them. A chain in
/// front of a map goes into its weights as well, and what it adds becomes a constant behind the map. A chain without a
/// map becomes one multiplication and one addition, where that is shorter. What is constant is computed in double
/// precision when weights are packed, and rounded once.
///
/// Limits: a constant that differs along other axes than the last stays where it is.
struct FoldIntoLinear: Pass {
  let name = "fold-into-linear"
  let summary = "puts constant factors and norms into the weights beside them"

  func run(on program: Program) throws(InternalFault) -> PassResult {
    let chains = ConstantChains(program)
    var rewriter = Rewriter(program)
    return try rewriter.rewrite { (rewriter, value) throws(InternalFault) in
      if let chain = chains.chain(endingAt: value) {
        guard !chains.isInner(value), !chains.isReadByMap(value) else { return nil }
        if let map = chains.map(under: chain) {
          return try folded(chain, into: map, chains, &rewriter)
        }
        return try shortened(chain, &rewriter)
      }
      guard case .linear = program[value].operation, !chains.isUnderChain(value),
        let map = try foldedMap(value, scale: nil, chains, &rewriter)
      else { return nil }
      return try add([map.shift], to: map.product, &rewriter)
    }
  }

  /// A chain behind a map, in the map's weights.
  private func folded(
    _ chain: ConstantChain, into map: ConstantChains.Map, _ chains: ConstantChains,
    _ rewriter: inout Rewriter
  ) throws(InternalFault) -> ValueID? {
    let program = rewriter.old
    let affine = try Affine(chain, &rewriter)
    if let scale = affine.scale, !runsAlongLast(scale, program[map.value].type, rewriter.builder) {
      return try shortened(chain, &rewriter)
    }
    guard let folded = try foldedMap(map.value, scale: affine.scale, chains, &rewriter) else {
      return try shortened(chain, &rewriter)
    }
    if affine.scale != nil {
      rewriter.note("\(program.mention(chain.top)) goes into the weights of \(program.mention(map.value))")
    }
    var result = folded.product
    guard let scaling = map.scaling else {
      return try add([folded.shift, affine.shift], to: result, &rewriter)
    }
    result = try add([folded.shift], to: result, &rewriter)
    result = try rewriter.builder.binary(scaling.function, result, rewriter[scaling.by])
    return try add([affine.shift], to: result, &rewriter)
  }

  /// Adds constants as one.
  private func add(_ shifts: [ValueID?], to x: ValueID, _ rewriter: inout Rewriter)
    throws(InternalFault) -> ValueID
  {
    let shifts = shifts.compactMap { $0 }
    guard var sum = shifts.first else { return x }
    for shift in shifts.dropFirst() { sum = try rewriter.builder.binary(.add, sum, shift) }
    return try rewriter.builder.binary(.add, x, sum)
  }

  /// A chain as one multiplication and one addition, if it was longer.
  private func shortened(_ chain: ConstantChain, _ rewriter: inout Rewriter) throws(InternalFault)
    -> ValueID?
  {
    guard chain.links.count > 1 else { return nil }
    let affine = try Affine(chain, &rewriter)
    let steps = (affine.scale == nil ? 0 : 1) + (affine.shift == nil ? 0 : 1)
    guard steps < chain.links.count else { return nil }
    rewriter.note("\(rewriter.old.mention(chain.top)) is one scale and one shift")
    var result = rewriter[chain.base]
    if let scale = affine.scale { result = try rewriter.builder.binary(.multiply, result, scale) }
    if let shift = affine.shift { result = try rewriter.builder.binary(.add, result, shift) }
    return result
  }

  /// A map with a chain before it, and a scale behind it, in its weights, and what is to be added to its product; nil if
  /// there is neither.
  private func foldedMap(
    _ map: ValueID, scale: ValueID?, _ chains: ConstantChains, _ rewriter: inout Rewriter
  ) throws(InternalFault) -> (product: ValueID, shift: ValueID?)? {
    let program = rewriter.old
    guard case .linear(let batch) = program[map].operation else { return nil }
    let (x, weights) = (program[map].operands[0], program[map].operands[1])
    var (input, matrix) = (rewriter[x], rewriter[weights])
    if let scale { matrix = try scaled(matrix, by: scale, axis: batch, &rewriter) }
    var shift: ValueID?
    if let before = try affine(before: map, chains, &rewriter) {
      rewriter.note("\(program.mention(x)) goes into the weights of \(program.mention(map))")
      input = rewriter[before.base]
      if let added = before.shift {
        let row = try rewriter.builder.broadcast(flat(added, &rewriter), to: [program[x].type.shape.last!])
        shift = try rewriter.builder.linear(row, matrix)
      }
      if let factor = before.scale { matrix = try scaled(matrix, by: factor, axis: 1, &rewriter) }
    } else if scale == nil {
      return nil
    }
    return (try rewriter.builder.linear(input, matrix, batch: batch), shift)
  }

  /// The chain that a map alone reads, if it can go into the weights.
  private func affine(before map: ValueID, _ chains: ConstantChains, _ rewriter: inout Rewriter)
    throws(InternalFault) -> Affine?
  {
    let program = rewriter.old
    let x = program[map].operands[0]
    guard program[map].operation == .linear(batch: 0), chains.isReadByMap(x),
      let chain = chains.chain(endingAt: x), program[chain.base].type.shape == program[x].type.shape
    else { return nil }
    let affine = try Affine(chain, &rewriter)
    let fits = [affine.scale, affine.shift].compactMap { $0 }.allSatisfy {
      runsAlongLast($0, program[x].type, rewriter.builder)
    }
    return fits ? affine : nil
  }

  /// Whether a constant is one number, or one for each place of the last axis of `type`.
  private func runsAlongLast(_ constant: ValueID, _ type: Type, _ builder: ProgramBuilder) -> Bool {
    let own = builder.type(constant)
    return own.isScalar || (own.isVector && own.shape.last == type.shape.last)
  }

  /// A constant along the last axis, without axes of size one before it.
  private func flat(_ constant: ValueID, _ rewriter: inout Rewriter) throws(InternalFault) -> ValueID {
    try rewriter.builder.reshape(constant, to: [rewriter.builder.type(constant).width])
  }

  /// The weights times a scalar, or a number for each place of `axis`.
  private func scaled(
    _ matrix: ValueID, by scale: ValueID, axis: Int, _ rewriter: inout Rewriter
  ) throws(InternalFault) -> ValueID {
    let type = rewriter.builder.type(scale)
    let rank = rewriter.builder.type(matrix).shape.count
    let after = Array(repeating: 1, count: rank - 1 - axis)
    let factor = try rewriter.builder.reshape(scale, to: type.isScalar ? [] : [type.width] + after)
    return try rewriter.builder.binary(.multiply, matrix, factor)
  }
}

/// What a chain comes to: scale * base + shift.
private struct Affine {
  let base: ValueID
  /// Constants of the new program; nil for 1 and for 0.
  private(set) var scale: ValueID?
  private(set) var shift: ValueID?

  init(_ chain: ConstantChain, _ rewriter: inout Rewriter) throws(InternalFault) {
    base = chain.base
    for link in chain.links { try apply(link, &rewriter) }
  }

  private mutating func apply(_ link: ConstantChain.Link, _ rewriter: inout Rewriter) throws(InternalFault) {
    let by = link.constant.map { rewriter[$0] }
    switch link.step {
    case .negate:
      scale = try scale.negated(&rewriter.builder, otherwise: -1)
      if shift != nil { shift = try shift.negated(&rewriter.builder, otherwise: 0) }
    case .add:
      shift = try combine(.add, shift, by!, &rewriter)
    case .subtract:
      shift = try shift == nil
        ? rewriter.builder.unary(.negate, by!) : combine(.subtract, shift, by!, &rewriter)
    case .subtractFrom:
      scale = try scale.negated(&rewriter.builder, otherwise: -1)
      shift = try shift == nil ? by! : rewriter.builder.binary(.subtract, by!, shift!)
    case .multiply:
      scale = try combine(.multiply, scale, by!, &rewriter)
      if shift != nil { shift = try combine(.multiply, shift, by!, &rewriter) }
    case .divide:
      scale = try scale == nil
        ? rewriter.builder.unary(.reciprocal, by!) : combine(.divide, scale, by!, &rewriter)
      if shift != nil { shift = try combine(.divide, shift, by!, &rewriter) }
    }
  }

  private func combine(
    _ function: Binary, _ old: ValueID?, _ by: ValueID, _ rewriter: inout Rewriter
  ) throws(InternalFault) -> ValueID {
    guard let old else { return by }
    return try rewriter.builder.binary(function, old, by)
  }
}

extension ValueID? {
  /// The negative of a constant, or a literal where there is none.
  fileprivate func negated(_ builder: inout ProgramBuilder, otherwise: Double) throws(InternalFault)
    -> ValueID
  {
    guard let self else { return try builder.literal(otherwise) }
    return try builder.unary(.negate, self)
  }
}
