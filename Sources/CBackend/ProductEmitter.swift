import Program
import Stages

/// A dense product with all that the micro-kernel is to know when it is compiled: one function for each in a model, since
/// a compiler takes long over each.
struct ProductShape: Hashable, Comparable {
  let inputs: Int
  let outputs: Int
  let inputStride: Int
  let outputStride: Int
  /// The name of the function that is made of its sums; empty if none is.
  var epilogue = ""
  /// The parts of an input's row of which some may be left out; 0 if none is.
  var parts = 0

  var name: String {
    let shape = "product_\(inputs)_\(outputs)_\(inputStride)_\(outputStride)"
    return shape + (parts == 0 ? "" : "_parts\(parts)") + (epilogue.isEmpty ? "" : "_\(epilogue)")
  }

  static func < (a: Self, b: Self) -> Bool {
    a.order.lexicographicallyPrecedes(b.order) || (a.order == b.order && a.epilogue < b.epilogue)
  }

  private var order: [Int] { [inputs, outputs, inputStride, outputStride, parts] }

  var part: CPart {
    let given =
      parts == 0 ? "const float *restrict x" : "const uint8_t *filled, int weights_are_finite, float *x"
    let operands = epilogue.isEmpty ? "" : ", const float *const *operands"
    let head =
      "GNNC_NOINLINE void \(name)(uint32_t rows, \(given), const float *restrict panels, float *restrict y\(operands))"
    var text = CText()
    let apart = "rows \(inputStride) and \(outputStride) apart"
    text.line("// \(inputs) -> \(outputs), \(apart)\(parts == 0 ? "" : ", of parts that are there").")
    text.block("static " + head) { $0.line(call) }
    text.line()
    return CPart(text: text, heads: [head])
  }

  private var call: String {
    let rows = "x, \(inputStride), panels"
    let result = "y, \(outputStride)"
    let end = epilogue.isEmpty ? "NULL, NULL" : "\(epilogue), operands"
    if parts > 0 {
      return
        "gnnc_parts_dense_with(rows, \(outputs), \(inputs), \(parts), filled, \(rows), weights_are_finite, \(result), \(end));"
    }
    return epilogue.isEmpty
      ? "gnnc_dense(rows, \(outputs), \(inputs), \(rows), \(result));"
      : "gnnc_dense_with(rows, \(outputs), \(inputs), \(rows), \(result), \(end));"
  }
}

extension StageEmitter {
  /// The products of the stage.
  var productShapes: Set<ProductShape> {
    var shapes: Set<ProductShape> = []
    func add(_ kernels: [Kernel], _ scope: Scope) {
      for case .dense(let dense) in kernels { shapes.insert(shape(of: dense, scope)) }
    }
    func add(_ sweep: Sweep) {
      add(sweep.kernels, scope(.edges(sweep), blockNames: sweep.blockBuffers.map(\.name)))
    }
    for section in stage.sections {
      switch section {
      case .rows(let kernels): add(kernels, scope(.rows, blockNames: []))
      case .sweep(let sweep): add(sweep)
      case .recurrence(let walk): add(walk.gates)
      }
    }
    return shapes
  }

  private func operands(of dense: Dense, _ scope: Scope) -> (input: Scope.Memory, output: Scope.Memory) {
    guard let input = scope.memory(of: dense.input, row: "0"),
      let output = scope.memory(of: dense.result, row: "0")
    else { preconditionFailure("a product whose operands have no rows") }
    precondition(input.number == .f32 && output.number == .f32, "a product of rounded rows")
    return (input, output)
  }

  private func shape(of dense: Dense, _ scope: Scope) -> ProductShape {
    let (input, output) = operands(of: dense, scope)
    return ProductShape(
      inputs: dense.inputs, outputs: dense.outputs, inputStride: input.stride, outputStride: output.stride,
      epilogue: epilogue(of: dense).map(epilogues.name) ?? "", parts: dense.parts?.count ?? 0)
  }

  func emitDense(_ dense: Dense, _ scope: Scope, rowCount: String, _ text: inout CText) {
    let (input, output) = operands(of: dense, scope)
    let y = Self.offset(output.pointer, output.first)
    var x = Self.offset(input.pointer, input.first)
    if let parts = dense.parts { x = "\(scope.tileNames[parts.filled]), (int)call->weights_are_finite, \(x)" }
    let (weights, name) = (model.packed[dense.weights], shape(of: dense, scope).name)
    let rows = "(uint32_t)\(rowCount)"
    if let sparse = sparseRows(dense, scope) {
      text.line("if (\(sparse))")
      text.indented {
        $0.line(
          "gnnc_sparse_dense(\(rows), \(dense.outputs), \(dense.inputs), \(sparse), owned.first + tile.first, \(weights), (int)call->weights_are_finite, \(y), \(output.stride));"
        )
      }
      text.line("else")
      return text.indented { $0.line("\(name)(\(rows), \(x), \(weights), \(y));") }
    }
    let panels = "GNNC_PANELS(1, \(dense.outputs), \(dense.inputs))"
    switch (dense.batch, dense.extra) {
    case (1, 1):
      guard let epilogue = epilogue(of: dense) else {
        return text.line("\(name)(\(rows), \(x), \(weights), \(y));")
      }
      text.block("") {
        if epilogue.operands.isEmpty {
          $0.line("const float *const *const operands = NULL;")
        } else {
          $0.line("const float *const operands[] = {\(epilogue.operands.joined(separator: ", "))};")
        }
        $0.line("\(name)(\(rows), \(x), \(weights), \(y), operands);")
      }
    case (_, 1):
      text.line("for (size_t b = 0; b < \(dense.batch); b++)")
      text.indented {
        $0.line(
          "\(name)(\(rows), \(x) + b * \(dense.inputs), \(weights) + b * \(panels), \(y) + b * \(dense.outputs));"
        )
      }
    default:
      text.line("for (size_t p = 0; p < \(dense.batch * dense.extra); p++)")
      text.indented {
        $0.line(
          "\(name)(\(rows), \(x) + p * \(dense.inputs), \(weights) + p / \(dense.extra) * \(panels), \(y) + p * \(dense.outputs));"
        )
      }
    }
  }
}
