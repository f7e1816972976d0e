/// The function of one sweep in parts: what it reads, and what it does with it.
struct SweepFunction {
  let name: String
  /// Local names for what the sweep reads.
  let unpacking: CText
  /// Names in the body for a row of what it reads and for its results.
  let rowNames: [String]
  let body: CText

  private static let parameters = [
    (type: "const gnnc_call *", name: "call"), (type: "const char *", name: "arena"),
    (type: "gnnc_tile ", name: "tile"), (type: "const gnnc_chunk *", name: "chunk"),
  ]

  private var head: String {
    "static void \(name)(\(Self.parameters.map { $0.type + $0.name }.joined(separator: ", ")))"
  }

  func emit(_ text: inout CText) {
    text.block(head) { inner in
      inner.append(unpacking)
      inner.append(body)
    }
    text.line()
  }

  /// The name that a declaration gives: `k` of "const float *const k = (const float *)call->tensors[5];".
  static func declared(in declaration: String) -> String {
    let end = declaration.firstRange(of: " = ")?.lowerBound ?? declaration.endIndex
    return String(declaration[..<end].split(whereSeparator: { !CText.isWordCharacter($0) }).last ?? "")
  }
}

// MARK: - Sweeps of one shape

extension SweepFunction {
  /// The declarations of the unpacking, up to their names: "const float *const ", "k".
  private var declarations: [(type: String, name: String)] {
    unpacking.lines.filter { $0.contains(" = ") }.map { line in
      let name = Self.declared(in: line)
      return (String(line[..<line.firstRange(of: name + " = ")!.lowerBound]), name)
    }
  }

  /// The body with each memory that it names by number, "(float *)(arena + 64)", under a name of its own.
  private var parted: (body: CText, places: [(type: String, expression: String)]) {
    var places: [(type: String, expression: String)] = []
    let body = body.mapLines { line in
      guard let place = Self.place(in: line) else { return line }
      let expression = String(line[place])
      var number = places.firstIndex { $0.expression == expression }
      if number == nil {
        number = places.count
        places.append((String(expression.dropFirst().prefix { $0 != ")" }), expression))
      }
      return "\(line[..<place.lowerBound])place\(number! + 1)\(line[place.upperBound...])"
    }
    return (body, places)
  }

  /// Where a line has "(const float *)(arena + 64)" or "(float *)call->tensors[3] + 16"; there is one at most in a line.
  private static func place(in line: String) -> Range<String.Index>? {
    for (beginning, end) in [(" *)(arena + ", ")"), (" *)call->tensors[", "]")] {
      guard let found = line.firstRange(of: beginning),
        let start = line[..<found.lowerBound].lastIndex(of: "("),
        let last = line[found.upperBound...].firstRange(of: end)?.upperBound
      else { continue }
      guard line[last...].hasPrefix(" + ") else { return start..<last }
      let column = line[last...].dropFirst(3).prefix(while: \.isWholeNumber)
      return start..<(column.isEmpty ? last : column.endIndex)
    }
    return nil
  }

  /// Equal for sweeps that do the same with what they read, whatever it is and whatever it is called.
  var shape: [String] {
    let (body, places) = parted
    var names: [String: String] = [:]
    for name in declarations.map(\.name) + rowNames { names[name] = "$\(names.count)" }
    return declarations.map(\.type) + places.map(\.type)
      + body.lines.filter { !CText.isComment($0) }.map { CText.renamed($0, names) }
  }

  private func passed(_ body: CText) -> [(type: String, name: String)] {
    (Self.parameters + declarations).filter { body.mentions($0.name) }
  }

  /// What the sweeps of this one's shape do, as a function that is given what they read.
  func shared(as name: String, by count: Int) -> CPart {
    let (body, places) = parted
    let parameters =
      passed(body).map { $0.type + $0.name }
      + places.enumerated().map { "\($1.type)const place\($0 + 1)" }
    let head = "GNNC_NOINLINE void \(name)(\(parameters.joined(separator: ", ")))"
    var text = CText()
    text.line("// What \(count) sweeps do that differ only in what they read.")
    text.block("static " + head) { $0.append(body) }
    text.line()
    return CPart(text: text, heads: [head])
  }

  /// Hands what it reads to the function that `shared` has made of a sweep of the same shape.
  func emit(calling shared: String, _ text: inout CText) {
    let (body, places) = parted
    text.block(head) { inner in
      inner.append(unpacking)
      let arguments = passed(body).map(\.name) + places.map(\.expression)
      inner.line("\(shared)(\(arguments.joined(separator: ", ")));")
    }
    text.line()
  }
}

/// The sweeps of a model of which several have one shape: in a model of many edge types, nearly all. A compiler takes
/// long over each, so each shape is compiled once.
struct SharedSweeps {
  private(set) var parts: [CPart] = []
  /// The shared function by each sweep's own.
  private var names: [String: String] = [:]

  init(_ sweeps: [SweepFunction]) {
    var groups: [[String]: [SweepFunction]] = [:]
    var order: [[String]] = []
    for sweep in sweeps {
      let shape = sweep.shape
      if groups[shape] == nil { order.append(shape) }
      groups[shape, default: []].append(sweep)
    }
    for group in order.map({ groups[$0]! }) where group.count > 1 {
      let name = "shared_sweep\(parts.count + 1)"
      for sweep in group { names[sweep.name] = name }
      parts.append(group[0].shared(as: name, by: group.count))
    }
  }

  func emit(_ sweep: SweepFunction, _ text: inout CText) {
    if let name = names[sweep.name] { sweep.emit(calling: name, &text) } else { sweep.emit(&text) }
  }
}
