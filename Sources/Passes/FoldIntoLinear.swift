import Diagnostics
import Program

/// Puts constant factors and norms into the weights of the linear maps beside them.
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
/// scale goes into the weights of the maps before the chain: through sums of several maps, a number for each row
/// between, and sums over in-edges. A chain in front of a map goes into its weights as well, and what it adds becomes a
/// constant behind the map. A chain without a map becomes one multiplication and one addition, where that is shorter.
/// What is constant is computed in double precision when weights are packed, and rounded once.
///
/// Limits: a constant that differs along other axes than the last stays where it is, and so does one behind a map that
/// something else reads.
struct FoldIntoLinear: Pass {
  let name = "fold-into-linear"
  let summary = "puts constant factors and norms into the weights beside them"

  func run(on program: Program) throws(InternalFault) -> PassResult {
    let chains = ConstantChains(program)
    var rewriter = Rewriter(program)
    return try rewriter.rewrite { (rewriter, value) throws(InternalFault) in
      if let chain = chains.chain(endingAt: value) {
        guard !chains.isInner(value), !chains.isReadByMap(value) else { return nil }
        return try folded(chain, chains, &rewriter)
      }
      guard chains.isMap(value), try affine(before: value, chains, &rewriter) != nil else { return nil }
      return try map(value, scale: nil, chains, &rewriter).joined(&rewriter)
    }
  }

  /// What a whole chain becomes; nil to leave it.
  private func folded(
    _ chain: ConstantChain, _ chains: ConstantChains, _ rewriter: inout Rewriter
  ) throws(InternalFault) -> ValueID? {
    let program = rewriter.old
    let affine = try Affine(chain, &rewriter)
    let isGain: Bool
    if let scale = affine.scale {
      isGain = runsAlongLast(scale, program[chain.top].type, rewriter.builder)
    } else if chains.isMap(chain.base) {
      // Without a scale only the shift of a chain before the map is to be joined.
      isGain = try self.affine(before: chain.base, chains, &rewriter) != nil
    } else {
      isGain = false
    }
    guard isGain, chains.canAbsorb(chain.base),
      program[chain.base].type.shape == program[chain.top].type.shape
    else { return try shortened(chain, affine, &rewriter) }
    rewriter.note("\(program.mention(chain.top)) goes into the weights before it")
    var result = try absorbed(chain.base, scale: affine.scale, chains, &rewriter)
    if let shift = affine.shift { try result.add(shift, &rewriter) }
    return try result.joined(&rewriter)
  }

  /// A chain as one multiplication and one addition, if it was longer.
  private func shortened(_ chain: ConstantChain, _ affine: Affine, _ rewriter: inout Rewriter)
    throws(InternalFault) -> ValueID?
  {
    let steps = (affine.scale == nil ? 0 : 1) + (affine.shift == nil ? 0 : 1)
    guard steps < chain.links.count else { return nil }
    rewriter.note("\(rewriter.old.mention(chain.top)) is one scale and one shift")
    var result = Shifted(value: rewriter[chain.base], shift: affine.shift)
    if let scale = affine.scale {
      result.value = try rewriter.builder.binary(.multiply, result.value, scale)
    }
    return try result.joined(&rewriter)
  }
}

// MARK: - Scales into maps

extension FoldIntoLinear {
  /// A value and a constant that is still to be added.
  private struct Shifted {
    var value: ValueID
    var shift: ValueID?

    mutating func add(_ more: ValueID, _ rewriter: inout Rewriter) throws(InternalFault) {
      if let old = shift { shift = try rewriter.builder.binary(.add, old, more) } else { shift = more }
    }

    func joined(_ rewriter: inout Rewriter) throws(InternalFault) -> ValueID {
      guard let shift else { return value }
      return try rewriter.builder.binary(.add, value, shift)
    }
  }

  /// An old value times a scale, with the scale in the weights of the maps that the value is made of.
  private func absorbed(
    _ x: ValueID, scale: ValueID?, _ chains: ConstantChains, _ rewriter: inout Rewriter
  ) throws(InternalFault) -> Shifted {
    let result = try rebuilt(x, scale: scale, chains, &rewriter)
    if let name = rewriter.old[x].name { rewriter.builder.name(result.value, name) }
    return result
  }

  private func rebuilt(
    _ x: ValueID, scale: ValueID?, _ chains: ConstantChains, _ rewriter: inout Rewriter
  ) throws(InternalFault) -> Shifted {
    let operands = rewriter.old[x].operands
    switch chains.form(x) {
    case .map: return try map(x, scale: scale, chains, &rewriter)
    case .shifted(let function, let inner, let constant):
      var result = try absorbed(operands[inner], scale: scale, chains, &rewriter)
      var shift = rewriter[operands[constant]]
      if function == .subtract { shift = try rewriter.builder.unary(.negate, shift) }
      if let scale { shift = try rewriter.builder.binary(.multiply, shift, scale) }
      try result.add(shift, &rewriter)
      return result
    case .terms(let function):
      var a = try absorbed(operands[0], scale: scale, chains, &rewriter)
      var b = try absorbed(operands[1], scale: scale, chains, &rewriter)
      if function == .subtract, let shift = b.shift { b.shift = try rewriter.builder.unary(.negate, shift) }
      a.value = try rewriter.builder.binary(function, a.value, b.value)
      if let shift = b.shift { try a.add(shift, &rewriter) }
      return a
    case .scaled(let function, let row, let scalar):
      let inner = try absorbed(operands[row], scale: scale, chains, &rewriter).joined(&rewriter)
      return Shifted(value: try rewriter.builder.binary(function, inner, rewriter[operands[scalar]]))
    case .passed:
      let inner = try absorbed(operands[0], scale: scale, chains, &rewriter).joined(&rewriter)
      let operation = rewriter.old[x].operation
      return Shifted(value: try rewriter.builder.append(operation, [inner], asked: rewriter.old[x].type))
    case .other:
      throw InternalFault("\(x) cannot take in a scale")
    }
  }

  /// A map with a chain before it, and a scale behind it, in its weights, and what is to be added to its product.
  private func map(
    _ map: ValueID, scale: ValueID?, _ chains: ConstantChains, _ rewriter: inout Rewriter
  ) throws(InternalFault) -> Shifted {
    let program = rewriter.old
    guard case .linear(let batch) = program[map].operation else {
      throw InternalFault("\(map) is no linear map")
    }
    let (x, weights) = (program[map].operands[0], program[map].operands[1])
    var (input, matrix) = (rewriter[x], rewriter[weights])
    if let scale { matrix = try scaled(matrix, by: scale, axis: batch, &rewriter) }
    var shift: ValueID?
    if let before = try affine(before: map, chains, &rewriter) {
      rewriter.note("\(program.mention(x)) goes into the weights of \(program.mention(map))")
      input = rewriter[before.base]
      if let added = before.shift {
        let row = try rewriter.builder.broadcast(
          flat(added, &rewriter), to: [program[x].type.shape.last!])
        shift = try rewriter.builder.linear(row, matrix)
      }
      if let factor = before.scale { matrix = try scaled(matrix, by: factor, axis: 1, &rewriter) }
    }
    return Shifted(value: try rewriter.builder.linear(input, matrix, batch: batch), shift: shift)
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
    for link in chain.links { try apply(link, &rewriter.builder, link.constant.map { rewriter[$0] }) }
  }

  private mutating func apply(
    _ link: ConstantChain.Link, _ builder: inout ProgramBuilder, _ constant: ValueID?
  ) throws(InternalFault) {
    guard let by = constant else { return try negate(&builder) }
    switch link.step {
    case .negate: break
    case .add: shift = try combine(.add, shift, by, &builder)
    case .subtract:
      shift =
        try shift == nil
        ? builder.unary(.negate, by) : combine(.subtract, shift, by, &builder)
    case .subtractFrom:
      try negate(&builder)
      shift = try combine(.add, shift, by, &builder)
    case .multiply:
      scale = try combine(.multiply, scale, by, &builder)
      if shift != nil { shift = try combine(.multiply, shift, by, &builder) }
    case .divide:
      scale =
        try scale == nil
        ? builder.unary(.reciprocal, by) : combine(.divide, scale, by, &builder)
      if shift != nil { shift = try combine(.divide, shift, by, &builder) }
    }
  }

  private mutating func negate(_ builder: inout ProgramBuilder) throws(InternalFault) {
    if let old = scale {
      scale = try builder.unary(.negate, old)
    } else {
      scale = try builder.literal(-1)
    }
    if let old = shift { shift = try builder.unary(.negate, old) }
  }

  private func combine(
    _ function: Binary, _ old: ValueID?, _ by: ValueID, _ builder: inout ProgramBuilder
  ) throws(InternalFault) -> ValueID {
    guard let old else { return by }
    return try builder.binary(function, old, by)
  }
}
