import Diagnostics
import Program

/// Message passing over several edge sets at once, with joint reductions at their common target.
///
/// The module's body is run for all sets side by side, statement by statement: what does not reduce is evaluated for each
/// set on its own, and a reduction first evaluates its argument for every set.
struct Joint {
  /// One body for each edge set; the one being run stands on top of the frames meanwhile.
  var bodies: [Elaborator.Frame]
  var current = 0
  /// What reductions have given, for each set, by the place of the expression.
  var reduced: [Place: [Value]] = [:]

  struct Place: Hashable {
    let lower: Int
    let upper: Int

    init(_ expression: Expression) {
      lower = expression.span.lower
      upper = expression.span.upper
    }
  }
}

extension Elaborator {
  /// One run for each target type; the result is a family over the targets, or over the edge sets.
  mutating func messagePassing(
    over sets: [EdgeSet], _ use: ModuleUse, _ given: [Given], _ span: Span
  ) -> Value {
    guard !sets.isEmpty else { return report(.emptyList(span, .messagePassing)) }
    guard Set(sets).count == sets.count else { return report(.edgesTwice(span)) }
    var targets: [VertexTypeID] = []
    for set in sets where !targets.contains(schema.target(of: set)) { targets.append(schema.target(of: set)) }
    var results: [Member] = []
    for target in targets.sorted() {
      let own = sets.enumerated().filter { schema.target(of: $0.element) == target }
      var bodies: [Frame] = []
      for (number, set) in own {
        guard let values = members(given, of: names[use.id], on: set),
          var body = open(use, values, edges: set, span)
        else { return .poison }
        body.bindings["this_edge_type"] = .integer(number)
        body.bindings["edge_types"] = .integer(sets.count)
        bodies.append(body)
      }
      results += run(names[use.id], bodies, own.map(\.element), span)
      if isStopped || results.contains(where: \.value.isPoison) { return .poison }
    }
    return gathered(results)
  }

  /// For each argument that is a family, the member that belongs to this edge set.
  private mutating func members(_ given: [Given], of module: Module, on set: EdgeSet) -> [Given]? {
    var values: [Given] = []
    var open = module.inputs.filter { input in !given.contains { $0.name?.text == input.name.text } }
    for argument in given {
      let input =
        argument.name.flatMap { name in module.inputs.first { $0.name.text == name.text } }
        ?? (argument.name == nil && !open.isEmpty ? open.removeFirst() : nil)
      guard case .family(let members) = argument.value, let role = input?.role else {
        values.append(argument)
        continue
      }
      let space: Space =
        switch role {
        case .source: .vertices(schema.source(of: set))
        case .target: .vertices(schema.target(of: set))
        case .edge: .edges(set)
        }
      guard let member = members.first(where: { $0.space == space }) else {
        report(.noMemberOver(argument.span, space, members.map(\.space)))
        return nil
      }
      values.append(Given(name: argument.name, value: member.value, span: argument.span))
    }
    return values
  }

  private mutating func run(
    _ module: Module, _ bodies: [Frame], _ sets: [EdgeSet], _ span: Span
  ) -> [Member] {
    // Steps that are the same for all sets, as those on the targets are, become one instruction.
    let (outerJoint, outerShared) = (joint, shared)
    joint = Joint(bodies: bodies)
    shared = [:]
    frames.append(bodies[0])
    executeJointly(module.prelude)
    executeJointly(module.body)
    frames.removeLast()
    let returned = joint?.bodies.map { $0.returned ?? .poison } ?? []
    let isMissing = joint?.bodies.contains { $0.returned == nil } ?? false
    (joint, shared) = (outerJoint, outerShared)
    if isMissing, !isStopped { report(.noReturn(module.name)) }
    guard !returned.contains(where: \.isPoison) else { return [Member(space: .constant, value: .poison)] }
    return joined(returned.map { $0.from(span) }, sets, span)
  }

  /// What the bodies return: a value of the target is one for all sets, one on the edges is each set's own.
  private mutating func joined(_ returned: [Value], _ sets: [EdgeSet], _ span: Span) -> [Member] {
    let rows = returned.map { value -> [Value] in
      if case .several(let parts) = value { parts } else { [value] }
    }
    var spaces: Set<Space> = []
    for place in rows[0].indices {
      let tensors = rows.compactMap { row -> Tensor? in
        if row.indices.contains(place), case .tensor(let tensor) = row[place] { return tensor }
        return nil
      }
      guard tensors.count == rows.count, let first = tensors.first else {
        return [Member(space: .constant, value: report(.jointResult(span)))]
      }
      if case .edges = first.type.space { continue }
      spaces.insert(first.type.space)
      guard tensors.allSatisfy({ $0.id == first.id }) else {
        return [Member(space: .constant, value: report(.jointResult(span)))]
      }
    }
    if spaces.isEmpty { return zip(sets, returned).map { Member(space: .edges($0), value: $1) } }
    guard spaces.count == 1, let space = spaces.first,
      rows[0].allSatisfy({ if case .tensor(let tensor) = $0 { tensor.type.space == space } else { false } })
    else { return [Member(space: .constant, value: report(.jointResult(span)))] }
    return [Member(space: space, value: returned[0])]
  }

  // MARK: Side by side

  /// Runs something once for each edge set, its body being the innermost.
  private mutating func each<Result>(_ work: (inout Elaborator) -> Result) -> [Result] {
    var results: [Result] = []
    for number in (joint?.bodies ?? []).indices {
      frames[frames.count - 1] = joint!.bodies[number]
      joint!.current = number
      results.append(work(&self))
      joint!.bodies[number] = frames[frames.count - 1]
    }
    return results
  }

  private mutating func executeJointly(_ body: [Statement]) {
    for statement in body {
      guard step(at: statement.span), joint?.bodies.contains(where: { $0.returned != nil }) == false else {
        return
      }
      switch statement.node {
      case .choose(let condition, let then, let otherwise):
        let decisions = each { $0.decide(condition) }
        guard let holds = decisions[0], decisions.allSatisfy({ $0 == holds }) else {
          if !decisions.contains(nil) { report(.jointCondition(condition.span)) }
          return giveUp()
        }
        executeJointly(holds ? then : otherwise)
      case .loop(let count, let index, let inner):
        guard let times = each({ $0.evaluate(count).whole })[0], times >= 0 else {
          report(.notACount(count.span, .none))
          return giveUp()
        }
        for number in 0..<times where !isStopped {
          if let index { _ = each { $0.frame.bindings[index.text] = .integer(number) } }
          executeJointly(inner)
        }
      case .assign(_, let values), .give(let values):
        for value in values where value.mentionsIncoming { reduceJointly(value) }
        _ = each { $0.execute([statement]) }
        joint?.reduced = [:]
      case .param, .output, .require:
        _ = each { $0.execute([statement]) }
      }
    }
  }

  private mutating func giveUp() { _ = each { $0.frame.returned = .poison } }

  /// Finds the reductions in an expression and keeps what they give, so that it can then be evaluated for each set.
  private mutating func reduceJointly(_ expression: Expression) {
    let values = evaluateJointly(expression)
    joint?.reduced[Joint.Place(expression)] = values
  }

  /// What an expression stands for on each set.
  private mutating func evaluateJointly(_ expression: Expression) -> [Value] {
    guard expression.mentionsIncoming else { return each { $0.evaluate(expression) } }
    switch expression.node {
    case .call(let callee, let arguments):
      guard case .member(let base, let member) = callee.node, case .name("incoming") = base.node else {
        break
      }
      return incomingJointly(member, arguments, expression.span)
    case .conditional(let condition, let then, let otherwise) where then.count == 1 && otherwise.count == 1:
      let decisions = each { $0.decide(condition) }
      guard let holds = decisions[0], decisions.allSatisfy({ $0 == holds }) else {
        if !decisions.contains(nil) { report(.jointCondition(condition.span)) }
        return decisions.map { _ in .poison }
      }
      return evaluateJointly(holds ? then[0] : otherwise[0])
    case .collect(let name, let elements, let body):
      let lists = each { elaborator -> [Value] in
        if case .list(let values) = elaborator.evaluate(elements) { return values }
        return []
      }
      var collected = lists.map { _ in [Value]() }
      for place in lists[0].indices where lists.allSatisfy({ $0.count > place }) {
        _ = each { $0.frame.bindings[name.text] = lists[$0.joint!.current][place] }
        for (number, value) in evaluateJointly(body).enumerated() { collected[number].append(value) }
      }
      return collected.map { .list($0) }
    default: break
    }
    for child in expression.children where child.mentionsIncoming { reduceJointly(child) }
    return each { $0.evaluate(expression) }
  }

  private mutating func incomingJointly(_ member: Name, _ arguments: [Argument], _ span: Span) -> [Value] {
    let sets = joint!.bodies.compactMap(\.edges)
    guard let call = incomingCall(member, arguments, span) else { return sets.map { _ in .poison } }
    if call.function == .lstm { return lstmAlone(arguments, sets, span) }
    let values = call.message.map { evaluateJointly($0) }
    let messages = each { elaborator in
      elaborator.message(of: call, values?[elaborator.joint!.current], over: elaborator.frame.edges!)
    }
    let present = messages.compactMap { $0 }
    return present.count == sets.count ? reduce(present, call, over: sets) : sets.map { _ in .poison }
  }

  /// An LSTM has no joint form: edges of several sets have no common order.
  private mutating func lstmAlone(_ arguments: [Argument], _ sets: [EdgeSet], _ span: Span) -> [Value] {
    guard sets.count == 1 else {
      let fault = report(.jointRecurrence(span))
      return sets.map { _ in fault }
    }
    for argument in arguments where argument.value.mentionsIncoming { reduceJointly(argument.value) }
    return each { $0.lstm(arguments, over: $0.frame.edges!, span) }
  }
}

extension Expression {
  /// The expressions that it is made of.
  var children: [Expression] {
    switch node {
    case .integer, .number, .boolean, .none, .text, .name, .allEdges: []
    case .list(let values): values
    case .member(let value, _), .at(let value, _), .prefix(_, let value), .isNone(let value, _): [value]
    case .brackets(let value, let items): [value] + items.flatMap(\.expressions)
    case .call(let callee, let arguments): [callee] + arguments.map(\.value)
    case .infix(let left, _, _, let right), .range(let left, let right): [left, right]
    case .conditional(let condition, let then, let otherwise): [condition] + then + otherwise
    case .collect(_, let elements, let body): [elements, body]
    }
  }

  /// Whether a reduction over in-edges stands in it.
  fileprivate var mentionsIncoming: Bool {
    if case .name("incoming") = node { return true }
    return children.contains(where: \.mentionsIncoming)
  }
}
