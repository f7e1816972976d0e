import Diagnostics
import Foundation
import Program

extension Elaborator {
  /// Arguments of a function, matched to its signature.
  struct Matched {
    var values: [String: Given] = [:]
    /// Those beyond the signature, in order.
    var open: [Given] = []
    let span: Span

    subscript(_ name: String) -> Given? { values[name] }
  }

  mutating func function(_ function: Builtin, _ arguments: [Argument], _ span: Span) -> Value {
    var given: [Given] = []
    for argument in arguments {
      given.append(Given(name: argument.name, value: evaluate(argument.value), span: argument.value.span))
    }
    if given.contains(where: \.value.isPoison) { return .poison }
    if function == .messagePassing { return messagePassing(given, span) }
    if function == .transform { return transform(given, span) }
    if function == .family { return family(given, span) }
    if given.contains(where: \.value.isFamily) { return lift(given, span) { $0.run(function, $1, span) } }
    return run(function, given, span)
  }

  private mutating func run(_ function: Builtin, _ given: [Given], _ span: Span) -> Value {
    guard let matched = match(given, to: function, span) else { return .poison }
    return run(function, matched)
  }

  private mutating func match(_ given: [Given], to function: Builtin, _ span: Span) -> Matched? {
    let signature = function.signature
    let positional = signature.required + signature.optional
    var matched = Matched(span: span)
    for argument in given {
      if let name = argument.name {
        guard (positional + signature.named).contains(name.text) else {
          report(.functionArgument(name, function))
          return nil
        }
        guard matched.values.updateValue(argument, forKey: name.text) == nil else {
          report(.functionForm(span, function))
          return nil
        }
      } else if let open = positional.first(where: { matched.values[$0] == nil }) {
        matched.values[open] = argument
      } else if signature.isOpen {
        matched.open.append(argument)
      } else {
        report(.functionForm(argument.span, function))
        return nil
      }
    }
    guard signature.required.allSatisfy({ matched.values[$0] != nil }) else {
      report(.functionForm(span, function))
      return nil
    }
    return matched
  }

  /// One line for each function; the longer ones have a method of their own.
  private mutating func run(_ function: Builtin, _ call: Matched) -> Value {
    switch function {
    case .transform, .messagePassing, .family: return .poison
    case .getVertex, .getEdge: return feature(call["feature"]!, function, call.span)
    case .withSelfLoops, .withoutSelfLoops, .reverse, .undirected, .inDegree, .sourceType, .targetType:
      return edgeSet(function, call["edges"]!, call.span)
    case .withLoops: return withLoops(call["value"]!, call["fill"]!, call.span)
    case .selfLoop: return selfLoop(call["value"]!, call["otherwise"], call.span)
    case .count: return report(.countOutside(call.span))
    case .length:
      guard case .list(let values) = call["list"]!.value else {
        return wrong(call["list"]!, function, "a list")
      }
      return .integer(values.count)
    case .floor:
      guard let number = call["x"]!.value.real, number.isFinite, abs(number) < 1e15 else {
        return wrong(call["x"]!, function, "a static number")
      }
      return .integer(Int(number.rounded(.down)))
    case .relu, .leakyRelu, .elu, .selu, .sigmoid, .tanh, .gelu, .geluTanh, .silu, .softplus, .exp, .log,
      .sqrt, .rsqrt,
      .abs, .sin, .cos, .erf, .expm1, .log1p, .isNaN:
      return elementwise(function, call)
    case .pow: return power(call)
    case .clamp: return clamp(call)
    case .choose: return choose(call)
    case .sum, .mean, .norm2: return alongAxis(function, call)
    case .max, .min: return call["y"] == nil ? alongAxis(function, call) : ofTwo(function, call)
    case .softmax, .logSoftmax: return softmax(function, call)
    case .dot: return dot(call)
    case .linear: return linear(call)
    case .matmul:
      guard let x = tensor(call["x"]!, function), let w = tensor(call["weight"]!, function) else {
        return .poison
      }
      return combine(x, .matrix, w, place: call.span, call.span)
    case .concat: return concat(call)
    case .stack: return stack(call)
    case .reshape: return reshape(call)
    case .broadcast: return broadcast(call)
    case .permute: return permute(call)
    case .transpose: return transpose(call)
    case .lookup: return lookup(call["table"]!, call["index"]!, call.span)
    case .scatter: return scatter(call)
    case .zeros, .ones: return report(.functionForm(call.span, function))
    }
  }

  // MARK: Arguments

  /// An argument as a value of the program.
  mutating func tensor(_ given: Given, _ function: Builtin) -> Tensor? {
    if let tensor = promote(given.value, given.span) { return tensor }
    if !isStopped { wrong(given, function, "a value") }
    return nil
  }

  @discardableResult
  mutating func wrong(_ given: Given, _ function: Builtin, _ wanted: String) -> Value {
    report(.functionWants(given.span, function, wanted: wanted, given.value))
  }

  mutating func whole(_ given: Given, _ function: Builtin) -> Int? {
    if let whole = given.value.whole { return whole }
    wrong(given, function, "a whole number")
    return nil
  }

  mutating func flag(_ given: Given?, _ function: Builtin) -> Bool? {
    guard let given else { return false }
    if case .boolean(let flag) = given.value { return flag }
    wrong(given, function, "`true` or `false`")
    return nil
  }

  mutating func sizes(_ given: Given, _ function: Builtin) -> [Int]? {
    guard case .list(let values) = given.value else {
      wrong(given, function, "a list of whole numbers")
      return nil
    }
    let sizes = values.compactMap(\.whole)
    guard sizes.count == values.count else {
      wrong(given, function, "a list of whole numbers")
      return nil
    }
    return sizes
  }

  /// An axis counted from the end where negative.
  mutating func axis(_ given: Given?, of shape: [Int], extra: Int = 0, _ call: Span, _ function: Builtin)
    -> Int?
  {
    let rank = shape.count + extra
    var axis = -1
    if let given {
      guard let whole = whole(given, function) else { return nil }
      axis = whole
    }
    let place = axis < 0 ? rank + axis : axis
    guard place >= 0, place < rank else {
      report(.noAxis(given?.span ?? call, axis, shape))
      return nil
    }
    return place
  }

  // MARK: Modules and the graph

  /// `transform(x, y, M[8] at "p")`: the module stands last.
  private mutating func transform(_ given: [Given], _ span: Span) -> Value {
    if let last = given.last, case .function(let function) = last.value, function.isOfOneValue,
      given.count == 2
    {
      var matched = Matched(span: span)
      matched.values["x"] = given[0]
      return run(function, matched)
    }
    guard
      let place = given.lastIndex(where: { if case .module = $0.value { $0.name == nil } else { false } }),
      case .module(let use) = given[place].value
    else { return report(.transformForm(span)) }
    guard names[use.id].kind == .vertex else {
      return report(.notAVertexModule(given[place].span, use.name, names[use.id].kind))
    }
    var values = given
    values.remove(at: place)
    return apply(use, values, edges: nil, span)
  }

  private mutating func feature(_ given: Given, _ function: Builtin, _ span: Span) -> Value {
    switch (function, given.value) {
    case (.getVertex, .vertexFeature(let type, let number)):
      return named(
        emit(.feature(number), asked: Type(.vertices(type)), at: span), schema[type].features[number].name)
    case (.getEdge, .edgeFeature(let type, let number)):
      return named(
        emit(.feature(number), asked: Type(.edges(EdgeSet(type))), at: span),
        schema[type].features[number].name)
    case (.getEdge, .vertexFeature): return wrong(given, function, "a feature of an edge type")
    case (.getVertex, .edgeFeature): return wrong(given, function, "a feature of a vertex type")
    default:
      return wrong(
        given, function,
        function == .getVertex ? "a feature, like `paper.x`" : "a feature, like `cites.weight`")
    }
  }

  private mutating func named(_ value: Value, _ name: String) -> Value {
    if case .tensor(let tensor) = value, program[tensor.id].name == nil { program[tensor.id].name = name }
    return value
  }

  // MARK: Edge sets

  private mutating func edgeSet(_ function: Builtin, _ given: Given, _ span: Span) -> Value {
    guard case .edges(var set) = given.value else { return report(.notEdges(given.span, given.value)) }
    let (source, target) = (schema.source(of: set), schema.target(of: set))
    switch function {
    case .sourceType: return .vertexType(source)
    case .targetType: return .vertexType(target)
    case .inDegree: return emit(.inDegree(set), at: span)
    case .reverse:
      if set.direction != .undirected { set.direction = set.direction == .forward ? .reverse : .forward }
      return .edges(set)
    case .withoutSelfLoops where source != target: return .edges(set)
    default: break
    }
    guard source == target else { return report(.twoTypes(span, function, set)) }
    switch function {
    case .undirected: set.direction = .undirected
    case .withSelfLoops: set.loops = .added
    default: set.loops = .removed
    }
    return .edges(set)
  }

  /// A value over an edge set, and one for each vertex's own loop, over the set with loops.
  private mutating func withLoops(_ value: Given, _ fill: Given, _ span: Span) -> Value {
    guard case .tensor(let tensor) = value.value, case .edges(var set) = tensor.type.space else {
      return wrong(value, .withLoops, "a value over edges")
    }
    guard let loops = self.tensor(fill, .withLoops) else { return .poison }
    if set.loops == .added { set.loops = .removed }
    guard schema.source(of: set) == schema.target(of: set) else {
      return report(.twoTypes(span, .withSelfLoops, set))
    }
    switch loops.type.space {
    case .constant, .graph: break
    case .vertices(let type) where type == schema.target(of: set): break
    default: return wrong(fill, .withLoops, "a value over the vertices that the edges point at, or a number")
    }
    guard loops.type.element == tensor.type.element else {
      return report(.elementsDiffer(span, tensor, loops))
    }
    guard Shape.broadcast(loops.type.shape, tensor.type.shape) == tensor.type.shape else {
      return report(.shapesDiffer(span, tensor, loops))
    }
    set.loops = .removed
    return compute(span) { make in
      var edges: ValueID? = tensor.id
      if tensor.type.space != .edges(set) { edges = make.emit(.view(set), tensor.id) }
      var filled: ValueID? = loops.id
      if loops.type.shape != tensor.type.shape {
        filled = make.emit(.broadcast, [filled], asked: Type(.constant, .f32, tensor.type.shape))
      }
      return make.emit(.withLoops, edges, filled)
    }
  }

  private mutating func selfLoop(_ value: Given, _ otherwise: Given?, _ span: Span) -> Value {
    guard case .tensor(let tensor) = value.value, case .edges(let set) = tensor.type.space else {
      return wrong(value, .selfLoop, "a value over edges")
    }
    guard schema.source(of: set) == schema.target(of: set) else {
      return report(.twoTypes(span, .selfLoop, set))
    }
    guard let number = otherwise.map(\.value.real) ?? 0 else {
      return wrong(otherwise!, .selfLoop, "a static number")
    }
    return emit(.selfLoop(otherwise: number), [tensor.id], at: span)
  }
}
