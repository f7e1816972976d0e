import Diagnostics
import Program

/// An argument, evaluated where the user wrote it.
struct Given {
  let name: Name?
  let value: Value
  let span: Span
}

// MARK: - Static arguments

extension Elaborator {
  /// `M[16, heads: 8]`: further static arguments for a module; those by position fill what is still open, in order.
  mutating func bind(_ use: ModuleUse, _ items: [BracketItem], _ span: Span) -> Value {
    let module = names[use.id]
    var result = ModuleUse(
      id: use.id, name: use.name, arguments: use.arguments, prefix: use.prefix, span: span)
    var isGood = true
    for item in items {
      guard let (parameter, expression) = parameter(for: item, of: module, result) else {
        isGood = false
        continue
      }
      let value = argument(expression, as: parameter.kind, of: parameter)
      result.arguments[parameter.name.text] = value
    }
    return isGood ? .module(result) : .poison
  }

  private mutating func parameter(
    for item: BracketItem, of module: Module, _ use: ModuleUse
  ) -> (StaticParameter, Expression)? {
    switch item.node {
    case .value(let expression):
      guard let open = module.parameters.first(where: { use.arguments[$0.name.text] == nil }) else {
        report(.tooManyArguments(item.span, module))
        return nil
      }
      return (open, expression)
    case .colon(.some(let label), .some(let expression)):
      guard case .name(let text) = label.node else { break }
      guard let named = module.parameters.first(where: { $0.name.text == text }) else {
        report(.noArgument(Name(text: text, span: label.span), module))
        return nil
      }
      guard use.arguments[text] == nil else {
        report(.argumentTwice(Name(text: text, span: label.span), module))
        return nil
      }
      return (named, expression)
    case .colon, .new, .ellipsis: break
    }
    report(.notAnArgument(item.span, module))
    return nil
  }

  /// A static argument's value, read as its kind asks: a choice is a plain name.
  private mutating func argument(
    _ expression: Expression, as kind: StaticKind, of parameter: StaticParameter
  ) -> Value {
    switch (expression.node, kind) {
    case (_, .optional(let inner)):
      if case .none = expression.node { return .none }
      if case .name(let name) = expression.node, case .none? = frame.bindings[name] { return .none }
      return argument(expression, as: inner, of: parameter)
    case (.name(let name), .oneOf(let choices)):
      if choices.contains(name) { return .word(name, of: choices) }
      guard frame.bindings[name] != nil else { return report(.notAChoice(expression.span, name, choices)) }
    case (.list(let elements), .list(let inner)):
      return .list(elements.map { argument($0, as: inner, of: parameter) })
    case (.name(let name), .list(.oneOf(let choices))) where choices.contains(name):
      return .list([.word(name, of: choices)])
    case (.conditional(let condition, let then, let otherwise), _):
      guard let holds = decide(condition) else { return .poison }
      let branch = holds ? then : otherwise
      if branch.count == 1 { return argument(branch[0], as: kind, of: parameter) }
    default: break
    }
    let value = evaluate(expression)
    if value.isPoison { return .poison }
    if let accepted = accept(value, as: kind) { return accepted }
    if case (.oneOf(let choices), .word(let word, _)) = (kind, value) {
      return report(.notAChoice(expression.span, word, choices))
    }
    return report(.wrongKind(expression.span, value, parameter))
  }

  /// The value as a static argument of this kind, or nil if it is none.
  private func accept(_ value: Value, as kind: StaticKind) -> Value? {
    switch (kind, value) {
    case (.optional, .none): return Value.none
    case (.optional(let inner), _): return accept(value, as: inner)
    case (.size, _):
      guard let whole = value.whole, whole >= 0 else { return nil }
      return .integer(whole)
    case (.number, _): return value.real == nil ? nil : value
    case (.boolean, .boolean), (.text, .text), (.vertexType, .vertexType): return value
    case (.oneOf(let choices), .word(let word, _)):
      return choices.contains(word) ? .word(word, of: choices) : nil
    case (.module(let wanted), .module(let use)):
      return wanted == nil || names[use.id].kind == wanted ? value : nil
    // A function of one value is used as a vertex module without weights is.
    case (.module(let wanted), .function(let function)):
      return (wanted == nil || wanted == .vertex) && function.isOfOneValue ? value : nil
    case (.list(let inner), .list(let values)):
      let accepted = values.compactMap { accept($0, as: inner) }
      return accepted.count == values.count ? .list(accepted) : nil
    // One value is a list of one.
    case (.list(let inner), _): return accept(value, as: inner).map { .list([$0]) }
    case (.boolean, _), (.text, _), (.oneOf, _), (.module, _), (.vertexType, _): return nil
    }
  }
}

// MARK: - Use

extension Elaborator {
  /// Runs a module on values: `edges` are those of the message passing that uses a message module.
  mutating func apply(_ use: ModuleUse, _ given: [Given], edges: EdgeSet?, _ span: Span) -> Value {
    let module = names[use.id]
    if module.kind == .message, edges == nil { return report(.messageOutside(span, use.name)) }
    if module.kind == .vertex, given.contains(where: \.value.isFamily) {
      return lift(given, span) { $0.apply(use, $1, edges: nil, span) }
    }
    guard let inner = open(use, given, edges: edges, span) else { return .poison }
    frames.append(inner)
    defer { frames.removeLast() }
    execute(module.prelude)
    execute(module.body)
    guard let returned = frame.returned else { return isStopped ? .poison : report(.noReturn(module.name)) }
    return returned.from(span)
  }

  /// The body of a module's use, ready to run: its static arguments and values bound and checked.
  mutating func open(_ use: ModuleUse, _ given: [Given], edges: EdgeSet?, _ span: Span) -> Frame? {
    let module = names[use.id]
    guard frames.count <= Self.deepestUse else {
      report(.usesTooDeep(span, use.name))
      return nil
    }
    guard !use.arguments.values.contains(where: \.isPoison), !given.contains(where: \.value.isPoison) else {
      return nil
    }
    let missing = module.parameters.filter { $0.fallback == nil && use.arguments[$0.name.text] == nil }
    guard missing.isEmpty else {
      report(.missingArguments(use.span, module, missing.map(\.name.text)))
      return nil
    }
    guard let matched = match(given, to: module, span) else { return nil }
    let before = diagnostics.count
    var inner = Frame(module: module, text: use.id.text)
    inner.edges = module.kind == .message ? edges : module.kind == .vertex ? frame.edges : nil
    inner.types = types(of: matched, module, edges: inner.edges)
    inner.prefix = frame.prefix.joined(use.prefix).resolved(inner.types, schema)
    inner.use = span
    inner.mistakesBefore = before
    frames.append(inner)
    defer { frames.removeLast() }
    if module.kind == .message {
      frame.bindings["edge_types"] = .integer(1)
      frame.bindings["this_edge_type"] = .integer(0)
    }
    bindStatic(module, use)
    guard bindInputs(module, matched, span), diagnostics.count == before else { return nil }
    return frame
  }

  private mutating func bindStatic(_ module: Module, _ use: ModuleUse) {
    for parameter in module.parameters {
      if let value = use.arguments[parameter.name.text] {
        frame.bindings[parameter.name.text] = value
      } else if let fallback = parameter.fallback {
        frame.bindings[parameter.name.text] = argument(fallback, as: parameter.kind, of: parameter)
      }
    }
  }

  /// Which argument goes to which value parameter: by name, else by position.
  private mutating func match(_ given: [Given], to module: Module, _ span: Span) -> [String: Given]? {
    var matched: [String: Given] = [:]
    var isGood = true
    for argument in given {
      if let name = argument.name {
        if !module.inputs.contains(where: { $0.name.text == name.text }) {
          report(.noValue(name, module))
          isGood = false
        } else if matched.updateValue(argument, forKey: name.text) != nil {
          report(.valueTwice(name, module))
          isGood = false
        }
      } else if let open = module.inputs.first(where: { matched[$0.name.text] == nil }) {
        matched[open.name.text] = argument
      } else {
        report(.tooManyValues(argument.span, module))
        isGood = false
      }
    }
    let missing = module.inputs.filter { matched[$0.name.text] == nil && $0.fallback == nil }
    if isGood, !missing.isEmpty {
      report(.missingValues(span, module, missing))
      isGood = false
    }
    return isGood ? matched : nil
  }

  private func types(of matched: [String: Given], _ module: Module, edges: EdgeSet?) -> TypeNames {
    var types = TypeNames(vertex: nil, edges: edges)
    var vertices: Set<VertexTypeID> = []
    for input in module.inputs {
      switch matched[input.name.text]?.value {
      case .edges(let set): types.edges = types.edges ?? set
      case .tensor(let tensor):
        if case .vertices(let type) = tensor.type.space { vertices.insert(type) }
        if case .edges(let set) = tensor.type.space { types.edges = types.edges ?? set }
      default: break
      }
    }
    if module.kind != .message, vertices.count == 1 { types.vertex = vertices.first }
    return types
  }

  private mutating func bindInputs(_ module: Module, _ matched: [String: Given], _ span: Span) -> Bool {
    var isGood = true
    var hasWrongShape = false
    for input in module.inputs {
      var value: Value
      let place: Span
      if let given = matched[input.name.text] {
        value = given.value
        place = given.span
      } else {
        value = evaluate(input.fallback!)
        place = span
      }
      value = check(value, input, module, place, besides: &hasWrongShape)
      if value.isPoison { isGood = false }
      if case .tensor(var tensor) = value {
        tensor.origin = input.name.span
        value = .tensor(tensor)
      }
      frame.bindings[input.name.text] = value
    }
    return isGood
  }

  /// A value as the parameter wants it: of its type, at its end of the edge.
  ///
  /// One wrong static argument makes many shapes wrong: the first of a use is reported.
  private mutating func check(
    _ value: Value, _ input: ValueParameter, _ module: Module, _ place: Span,
    besides hasWrongShape: inout Bool
  ) -> Value {
    var value = value
    if value.isPoison { return .poison }
    if case .none = value {
      if case .none? = input.fallback?.node { return .none }
      return reportOutside(.noneGiven(place, input, module))
    }
    if let type = input.type {
      if type.isFamily { return family(value, type, input, module, place, besides: &hasWrongShape) }
      if value.real != nil { value = promote(value, place).map { .tensor($0) } ?? .poison }
      guard case .tensor(let tensor) = value else { return reportOutside(.notAValue(place, value, input)) }
      guard check(tensor, type, input, module, place, besides: &hasWrongShape) else { return .poison }
    }
    guard let role = input.role, case .tensor(let tensor) = value else { return value }
    return self.place(tensor, role, input, module, place)
  }

  /// A family whose members all have the parameter's type.
  private mutating func family(
    _ value: Value, _ type: ValueType, _ input: ValueParameter, _ module: Module, _ place: Span,
    besides hasWrongShape: inout Bool
  ) -> Value {
    guard case .family(let members) = value else { return reportOutside(.notAFamily(place, value, input)) }
    for case .tensor(let tensor) in members.map(\.value) {
      guard check(tensor, type, input, module, place, besides: &hasWrongShape) else { return .poison }
    }
    return value
  }

  private mutating func check(
    _ tensor: Tensor, _ type: ValueType, _ input: ValueParameter, _ module: Module, _ place: Span,
    besides hasWrongShape: inout Bool
  ) -> Bool {
    guard let element = Element(rawValue: type.element.text) else {
      report(.noElement(type.element))
      return false
    }
    guard tensor.type.element == element else {
      reportOutside(.wrongElement(place, tensor.type.element, input, module))
      return false
    }
    var shape: [Int] = []
    for dimension in type.dimensions {
      guard let size = size(dimension) else { return false }
      shape.append(size)
    }
    let found = type.isOpen ? Array(tensor.type.shape.suffix(shape.count)) : tensor.type.shape
    guard found == shape else {
      if !hasWrongShape { reportOutside(.wrongShape(place, tensor, shape, input, module)) }
      hasWrongShape = true
      return false
    }
    return true
  }

  /// A size in a type or shape.
  mutating func size(_ expression: Expression) -> Int? {
    let value = evaluate(expression)
    if value.isPoison { return nil }
    guard let whole = value.whole, whole >= 0 else {
      report(.notASize(expression.span, value))
      return nil
    }
    return whole
  }

  /// Takes a value to the end of the edge that its role names.
  private mutating func place(
    _ tensor: Tensor, _ role: Role, _ input: ValueParameter, _ module: Module, _ span: Span
  ) -> Value {
    let isMessage = module.kind == .message
    guard let set = isMessage ? frame.edges : frame.types.edges else { return .tensor(tensor) }
    switch tensor.type.space {
    case .constant, .graph: return .tensor(tensor)
    case .vertices(let type):
      let wanted = role == .source ? schema.source(of: set) : schema.target(of: set)
      guard role != .edge, type == wanted else {
        return reportOutside(.wrongRole(span, tensor, role, input, set))
      }
      guard isMessage, role == .source else { return .tensor(tensor) }
      return gather(tensor, set, span)
    case .edges:
      guard role == .edge else { return reportOutside(.wrongRole(span, tensor, role, input, set)) }
      guard isMessage else { return .tensor(tensor) }
      guard let viewed = view(tensor, as: set, span) else {
        return reportOutside(.wrongRole(span, tensor, role, input, set))
      }
      return .tensor(viewed)
    }
  }

  private mutating func gather(_ tensor: Tensor, _ set: EdgeSet, _ span: Span) -> Value {
    let gathered = emit(.source(set), [tensor.id], at: span)
    if case .tensor(let result) = gathered, let name = program[tensor.id].name {
      program[result.id].name = name
    }
    return gathered
  }

  /// Reports a mistake in an argument as one of the text that uses the module, not of the module.
  @discardableResult
  private mutating func reportOutside(_ error: InputError) -> Value {
    let inner = frames.removeLast()
    report(error)
    frames.append(inner)
    return .poison
  }
}

extension Value {
  /// The same values, for messages made by the words at `span`.
  func from(_ span: Span) -> Value {
    switch self {
    case .tensor(var tensor):
      tensor.origin = span
      return .tensor(tensor)
    case .several(let values): return .several(values.map { $0.from(span) })
    case .list(let values): return .list(values.map { $0.from(span) })
    case .family(let members):
      return .family(members.map { Member(space: $0.space, value: $0.value.from(span)) })
    default: return self
    }
  }
}
