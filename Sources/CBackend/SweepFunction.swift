/// The function of one sweep in parts: what it reads, and what it does with it.
struct SweepFunction {
  let name: String
  /// The parameters of every such function, before those of `results`.
  static let parameters = [
    (name: "call", type: "const gnnc_call *"), (name: "arena", type: "const char *"),
    (name: "i", type: "uint32_t "), (name: "span", type: "gnnc_span "),
  ]
  /// Where the running results are.
  let results: [String]
  /// Local names for what the sweep reads and writes.
  let unpacking: CText
  let body: CText

  private var head: String {
    let parameters = Self.parameters.map { $0.type + $0.name } + results.map { "float *to_\($0)" }
    return "static void \(name)(\(parameters.joined(separator: ", ")))"
  }

  func emit(_ text: inout CText) {
    text.block(head) { inner in
      inner.append(unpacking)
      // Without `restrict` in the parameters, since they point into what `arena` points at; the local copies have it.
      for result in results { inner.line("float *restrict const \(result) = to_\(result);") }
      inner.append(body)
    }
    text.line()
  }

  // MARK: - Sweeps of one shape

  /// The local names: "const float *const k" = "(const float *)call->tensors[5]".
  private var declarations: [(type: String, name: String)] {
    unpacking.lines.compactMap { line in
      guard let equals = line.range(of: " = "), !line.hasPrefix("(void)") else { return nil }
      let declared = line[..<equals.lowerBound]
      guard let name = declared.split(whereSeparator: { !CText.isWordCharacter($0) }).last else { return nil }
      return (String(declared.dropLast(name.count)), String(name))
    }
  }

  /// Equal for sweeps that do the same with what they read, whatever it is and whatever it is called.
  var shape: [String] {
    var places: [String: String] = [:]
    for (place, declaration) in declarations.enumerated() { places[declaration.name] = "$\(place)" }
    return declarations.map(\.type) + results
      + body.lines.filter { !CText.isComment($0) }.map { CText.renamed($0, places) }
  }

  private var passed: [(type: String, name: String)] {
    Self.parameters.filter { body.mentions($0.name) }.map { ($0.type, $0.name) }
      + declarations.filter { body.mentions($0.name) }
  }

  /// What the sweeps of this one's shape do, as a function that is given what they read.
  func shared(as name: String, by count: Int) -> CPart {
    let parameters = passed.map { $0.type + $0.name } + results.map { "float *restrict const \($0)" }
    let head = "GNNC_NOINLINE void \(name)(\(parameters.joined(separator: ", ")))"
    var text = CText()
    text.line("// What \(count) sweeps do that differ only in what they read.")
    text.block("static " + head) { $0.append(body) }
    text.line()
    return CPart(text: text, heads: [head])
  }

  /// Hands what it reads to the function that `shared` has made of a sweep of the same shape.
  func emit(calling shared: String, _ text: inout CText) {
    text.block(head) { inner in
      inner.append(unpacking)
      let arguments = passed.map(\.name) + results.map { "to_\($0)" }
      inner.line("\(shared)(\(arguments.joined(separator: ", ")));")
    }
    text.line()
  }
}

/// The sweeps of a model of which several have one shape: in a model of many edge types, nearly all. A compiler takes
/// long over each, so each shape is compiled once.
struct SharedSweeps {
  private(set) var parts: [CPart] = []
  private var names: [[String]: String] = [:]

  init(_ sweeps: [SweepFunction]) {
    var groups: [[String]: [SweepFunction]] = [:]
    var order: [[String]] = []
    for sweep in sweeps {
      let shape = sweep.shape
      if groups[shape] == nil { order.append(shape) }
      groups[shape, default: []].append(sweep)
    }
    for shape in order where groups[shape]!.count > 1 {
      let name = "shared_sweep\(names.count + 1)"
      names[shape] = name
      parts.append(groups[shape]![0].shared(as: name, by: groups[shape]!.count))
    }
  }

  func emit(_ sweep: SweepFunction, _ text: inout CText) {
    if let name = names[sweep.shape] { sweep.emit(calling: name, &text) } else { sweep.emit(&text) }
  }
}
