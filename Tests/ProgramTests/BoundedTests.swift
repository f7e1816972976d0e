import Glibc
import Testing

@testable import Program

/// The function in single precision, as compiled code has it.
private func single(_ function: Binary, _ a: Float, _ b: Float) -> Float {
  switch function {
  case .add: a + b
  case .subtract: a - b
  case .multiply: a * b
  case .divide: a / b
  case .power: pow(a, b)
  case .maximum: a.isNaN || b.isNaN ? .nan : max(a, b)
  case .minimum: a.isNaN || b.isNaN ? .nan : min(a, b)
  case .less: a < b ? 1 : 0
  case .lessOrEqual: a <= b ? 1 : 0
  case .equal: a == b ? 1 : 0
  }
}

private func agrees(_ found: Float, _ bound: Bounded) -> Bool {
  if bound.error == .infinity { return true }
  if bound.value.isNaN { return found.isNaN }
  if bound.value.isInfinite { return Double(found) == bound.value }
  return abs(Double(found) - bound.value) <= bound.error
}

@Test func singlePrecisionStaysWithinTheBound() {
  var random = SystemRandomNumberGenerator()
  let special: [Double] = [0, -0.0, 1, -1, .infinity, -.infinity, .nan, 1e-30, 1e30, 0.1]
  for round in 0..<4000 {
    let pick = { (i: Int) -> Double in
      round < 100
        ? special[i == 0 ? round / 10 : round % 10]
        : Double.random(in: -4...4, using: &random) * pow(10, Double.random(in: -3...3, using: &random))
    }
    let (x, y) = (pick(0), pick(1))
    // Inherited errors: both operands are thirds, rounded.
    let (a, b) = (Bounded(x / 3, as: .f32), Bounded(y / 3, as: .f32))
    for function in Binary.allCases {
      let bound = Bounded.apply(function, a, b)
      let found = single(function, Float(x / 3), Float(y / 3))
      if bound.error == 1, function == .less || function == .lessOrEqual || function == .equal { continue }
      #expect(agrees(found, bound), "\(function) of \(x / 3) and \(y / 3): \(found), \(bound)")
    }
    let root = Bounded.apply(.squareRoot, a)
    #expect(agrees(Float(x / 3).squareRoot(), root))
    let power = Bounded.apply(.exponential, a)
    #expect(agrees(exp(Float(x / 3)), power), "exp \(x / 3): \(power)")
  }
}

@Test func sumsOfWholeNumbersAreExact() {
  #expect(Bounded.sum((0..<100).map { Bounded(Double($0), as: .f32) }).error == 0)
  let tenths = Bounded.sum(Array(repeating: Bounded(0.1, as: .f32), count: 10))
  #expect(tenths.error > 0 && tenths.error < 1e-5)
}

@Test func besideAJumpNothingIsSaid() {
  let a = Bounded(value: 1, error: 1e-7)
  let b = Bounded(value: 1 + 1e-8, error: 0)
  let less = Bounded.apply(.less, a, b)
  #expect(less.error == 1)
  // Both branches are known, so the choice between them still is.
  #expect(Bounded.select(less, Bounded(2, as: .f32), Bounded(5, as: .f32)).error == 3)
  #expect(Bounded.apply(.divide, b, Bounded(value: 1e-9, error: 1e-8)).error == .infinity)
}

@Test func certainInfinitiesStayCertain() {
  let zero = Bounded(0, as: .f32)
  let infinite = Bounded.apply(.power, zero, Bounded(-0.5, as: .f32))
  #expect(infinite.value == .infinity && infinite.error == 0)
  let equal = Bounded.apply(.equal, infinite, Bounded(.infinity, as: .f32))
  #expect(equal.value == 1 && equal.error == 0)
}
