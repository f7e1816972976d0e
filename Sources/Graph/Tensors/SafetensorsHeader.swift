import CRuntime
import Diagnostics

/// Where one tensor of a safetensors file lies, and what its numbers are.
struct SafetensorsEntry: Equatable {
  let name: String
  /// As the file spells it: `F32`, `BF16`.
  let element: String
  let shape: [Int]
  /// Bytes from the end of the header.
  let range: Range<Int>

  /// How float numbers are read; nil for integers, Booleans and eight-bit floats.
  var number: gnnc_number? {
    switch element {
    case "F32": GNNC_FROM_F32
    case "F64": GNNC_FROM_F64
    case "F16": GNNC_FROM_F16
    case "BF16": GNNC_FROM_BF16
    default: nil
    }
  }
}

/// The head of a safetensors file: eight bytes with its length, then JSON that places each tensor.
struct SafetensorsHeader {
  let entries: [SafetensorsEntry]
  /// Where the tensors' bytes begin.
  let offset: Int

  init(_ bytes: UnsafeRawBufferPointer) throws(SafetensorsError) {
    if SafetensorsHeader.isPyTorch(bytes) { throw .pyTorch }
    guard bytes.count >= 8 else { throw .notSafetensors }
    let length = bytes.loadUnaligned(as: UInt64.self).littleEndian
    let left = UInt64(bytes.count - 8)
    let begins = bytes.count > 8 && bytes[8] == UInt8(ascii: "{")
    guard length <= left else {
      throw begins ? .headerTooLong(announced: length, left: left) : .notSafetensors
    }
    guard begins else { throw .notSafetensors }
    offset = 8 + Int(length)
    let json: JSON
    do throws(JSONError) {
      json = try JSON(parsing: UnsafeRawBufferPointer(rebasing: bytes[8..<offset]))
    } catch {
      if case .repeatedKey(let name, _) = error { throw .repeated(name) }
      throw .damagedHeader
    }
    guard let members = json.members else { throw .damagedHeader }
    var entries: [SafetensorsEntry] = []
    for member in members where member.key != "__metadata__" {
      entries.append(try SafetensorsHeader.entry(member, room: bytes.count - offset))
    }
    self.entries = entries
    try SafetensorsHeader.checkCoverage(entries, room: bytes.count - offset)
  }

  /// A zip archive, a pickle or a tar: what `torch.save` has written over the years.
  private static func isPyTorch(_ bytes: UnsafeRawBufferPointer) -> Bool {
    if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return true }
    return bytes.count > 2 && bytes[0] == 0x80 && (2...5).contains(bytes[1]) && bytes[2] != 0
  }

  private static func entry(_ member: JSON.Member, room: Int) throws(SafetensorsError) -> SafetensorsEntry {
    let name = member.key
    guard let element = member.value["dtype"]?.string, let shape = member.value["shape"]?.array?.integers,
      let offsets = member.value["data_offsets"]?.array?.integers, offsets.count == 2
    else { throw .damagedHeader }
    guard 0 <= offsets[0], offsets[0] <= offsets[1], offsets[1] <= room else {
      throw .outOfRange(name, offsets, room: room)
    }
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow, length >= 0 else { throw .damagedHeader }
      count = product
    }
    let range = offsets[0]..<offsets[1]
    if let bytes = bytes(of: element), count > range.count || count * bytes != range.count {
      throw .wrongSize(name, shape, element, found: range.count)
    }
    return SafetensorsEntry(name: name, element: element, shape: shape, range: range)
  }

  private static func bytes(of element: String) -> Int? {
    switch element {
    case "F64", "I64", "U64": 8
    case "F32", "I32", "U32": 4
    case "F16", "BF16", "I16", "U16": 2
    case "I8", "U8", "BOOL", "F8_E4M3", "F8_E5M2": 1
    default: nil
    }
  }

  /// The tensors follow each other without gaps and fill the file.
  private static func checkCoverage(_ entries: [SafetensorsEntry], room: Int) throws(SafetensorsError) {
    let byPlace = entries.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    var end = 0
    var before = ""
    for entry in byPlace {
      if entry.range.lowerBound < end { throw .overlap(before, entry.name) }
      if entry.range.lowerBound > end { throw .gap(before: entry.name) }
      end = entry.range.upperBound
      before = entry.name
    }
    if end != room { throw .leftOver(announced: end, found: room) }
  }
}

extension [JSON] {
  fileprivate var integers: [Int]? {
    let integers = compactMap(\.integer)
    return integers.count == count ? integers : nil
  }
}

/// What can be wrong with a weights file on its own.
enum SafetensorsError: Error, Hashable {
  case pyTorch
  case notSafetensors
  case headerTooLong(announced: UInt64, left: UInt64)
  case damagedHeader
  case repeated(String)
  case outOfRange(String, [Int], room: Int)
  case wrongSize(String, [Int], String, found: Int)
  case overlap(String, String)
  case gap(before: String)
  case leftOver(announced: Int, found: Int)
  case element(String, String)
}

// MARK: - Wording

extension SafetensorsError {
  /// The three lines of Python that make weights out of a trained model.
  static let conversion = """
    in Python, where the model is:
      from safetensors.torch import save_file
      weights = {key: value.contiguous() for key, value in model.state_dict().items()}
      save_file(weights, "model.safetensors")
    """

  func failure(_ path: String) -> Failure {
    Failure(kind: "weights", message(fileName(path)), at: .file(path), help: help)
  }

  private func message(_ name: String) -> String {
    switch self {
    case .pyTorch: "\(name) was saved by PyTorch; weights are read from safetensors files"
    case .notSafetensors: "\(name) is not a safetensors file"
    case .headerTooLong(let announced, let left):
      "\(name) announces a header of \(announced) bytes; only \(left) follow"
    case .damagedHeader: "\(name) has a damaged header"
    case .repeated(let tensor): "\(name) names `\(tensor)` twice"
    case .outOfRange(let tensor, let offsets, let room):
      "\(name) places `\(tensor)` at bytes \(offsets[0]) to \(offsets[1]) of \(room)"
    case .wrongSize(let tensor, let shape, let element, let found):
      "\(name) gives `\(tensor)` \(found) bytes, which is not what \(shape) of \(element) takes"
    case .overlap(let first, let second): "\(name) places `\(second)` over `\(first)`"
    case .gap(let tensor): "\(name) leaves a gap before `\(tensor)`"
    case .leftOver(let announced, let found):
      "\(name) announces \(announced) bytes of tensors and holds \(found)"
    case .element(let tensor, let element):
      "`\(tensor)` in \(name) holds \(element) numbers; floats are wanted"
    }
  }

  private var help: String? {
    switch self {
    case .pyTorch, .notSafetensors: SafetensorsError.conversion
    case .element: "F32, F64, F16 and BF16 are read"
    case .headerTooLong, .damagedHeader, .repeated, .outOfRange, .wrongSize, .overlap, .gap, .leftOver:
      "was it copied whole? save it once more"
    }
  }
}
