import CRuntime
import Diagnostics

/// How an npy file holds its numbers.
enum NpyElement: String, CaseIterable {
  case float16 = "f2"
  case float32 = "f4"
  case float64 = "f8"
  case int8 = "i1"
  case int16 = "i2"
  case int32 = "i4"
  case int64 = "i8"
  case uint8 = "u1"
  case uint16 = "u2"
  case uint32 = "u4"
  case uint64 = "u8"
  case bool = "b1"

  var bytes: Int { Int(rawValue.suffix(1))! }

  /// What numpy calls it.
  var name: String {
    switch self {
    case .float16: "float16"
    case .float32: "float32"
    case .float64: "float64"
    case .int8: "int8"
    case .int16: "int16"
    case .int32: "int32"
    case .int64: "int64"
    case .uint8: "uint8"
    case .uint16: "uint16"
    case .uint32: "uint32"
    case .uint64: "uint64"
    case .bool: "bool"
    }
  }

  /// How a feature of such numbers is stored: without loss, but for float64.
  var stored: StoredElement {
    switch self {
    case .float16, .float32, .float64: .float32
    case .int8, .int16, .int32, .uint8, .uint16: .int32
    case .int64, .uint32, .uint64: .int64
    case .bool: .bool
    }
  }

  var number: gnnc_number {
    switch self {
    case .float16: GNNC_FROM_F16
    case .float32: GNNC_FROM_F32
    case .float64: GNNC_FROM_F64
    case .int8: GNNC_FROM_I8
    case .int16: GNNC_FROM_I16
    case .int32: GNNC_FROM_I32
    case .int64: GNNC_FROM_I64
    case .uint8: GNNC_FROM_U8
    case .uint16: GNNC_FROM_U16
    case .uint32: GNNC_FROM_U32
    case .uint64: GNNC_FROM_U64
    case .bool: GNNC_FROM_BOOL
    }
  }

  /// How edges' ends of such numbers are read; nil for what cannot number vertices.
  var index: gnnc_index_kind? {
    switch self {
    case .int32: GNNC_INDEX_I32
    case .int64: GNNC_INDEX_I64
    case .uint32: GNNC_INDEX_U32
    case .uint64: GNNC_INDEX_U64
    default: nil
    }
  }
}

/// The head of an npy file (numpy.lib.format, versions 1 to 3).
struct NpyHeader {
  let element: NpyElement
  let shape: [Int]
  /// Where the numbers begin.
  let offset: Int

  init(_ bytes: UnsafeRawBufferPointer) throws(NpyError) {
    guard bytes.count >= 10, bytes.prefix(6).elementsEqual([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) else {
      throw .notNpy
    }
    guard (1...3).contains(bytes[6]) else { throw .version(Int(bytes[6]), Int(bytes[7])) }
    let begin = bytes[6] == 1 ? 10 : 12
    guard bytes.count >= begin else { throw .damagedHeader }
    let length =
      bytes[6] == 1
      ? Int(bytes.loadUnaligned(fromByteOffset: 8, as: UInt16.self).littleEndian)
      : Int(bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self).littleEndian)
    guard bytes.count - begin >= length else { throw .damagedHeader }
    offset = begin + length
    var scanner = Scanner(rest: bytes[begin..<offset])
    let fields = try scanner.dictionary()
    guard case .text(let descr)? = fields["descr"], case .truth(let isFortran)? = fields["fortran_order"],
      case .shape(let shape)? = fields["shape"]
    else {
      if case .other? = fields["descr"] { throw .structured }
      throw .damagedHeader
    }
    self.shape = shape
    element = try NpyHeader.element(of: descr)
    if shape.contains(where: { $0 < 0 }) { throw .negativeShape(shape) }
    if isFortran, shape.filter({ $0 != 1 }).count > 1 { throw .fortranOrder }
  }

  private static func element(of descr: String) throws(NpyError) -> NpyElement {
    let kind = String(descr.drop { "<>=|".contains($0) })
    guard let element = NpyElement(rawValue: kind) else { throw .unknownElement(descr) }
    if descr.hasPrefix(">"), element.bytes > 1 { throw .bigEndian(descr) }
    return element
  }

  /// The Python literal in the header: a dictionary of strings, Booleans and tuples of integers.
  private struct Scanner {
    enum Value {
      case text(String)
      case truth(Bool)
      case shape([Int])
      /// A list: the fields of a structured array.
      case other
    }

    var rest: Slice<UnsafeRawBufferPointer>

    mutating func dictionary() throws(NpyError) -> [String: Value] {
      try expect("{")
      var fields: [String: Value] = [:]
      while !take("}") {
        let key = try text()
        try expect(":")
        let value = try value()
        guard fields.updateValue(value, forKey: key) == nil else { throw .damagedHeader }
        if case .other = value { return fields }
        if !take(",") {
          try expect("}")
          break
        }
      }
      return fields
    }

    private mutating func value() throws(NpyError) -> Value {
      skipSpace()
      switch rest.first {
      case UInt8(ascii: "'"), UInt8(ascii: "\""): return .text(try text())
      case UInt8(ascii: "T"): return .truth(try word("True", true))
      case UInt8(ascii: "F"): return .truth(try word("False", false))
      case UInt8(ascii: "("): return .shape(try tuple())
      case UInt8(ascii: "["): return .other
      default: throw .damagedHeader
      }
    }

    private mutating func word(_ word: String, _ value: Bool) throws(NpyError) -> Bool {
      guard rest.starts(with: word.utf8) else { throw .damagedHeader }
      rest = rest.dropFirst(word.utf8.count)
      return value
    }

    private mutating func text() throws(NpyError) -> String {
      skipSpace()
      guard let quote = rest.popFirst(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""),
        let end = rest.firstIndex(of: quote)
      else { throw .damagedHeader }
      defer { rest = rest[(end + 1)...] }
      return String(decoding: rest[..<end], as: UTF8.self)
    }

    private mutating func tuple() throws(NpyError) -> [Int] {
      try expect("(")
      var numbers: [Int] = []
      while !take(")") {
        skipSpace()
        let digits = rest.prefix { $0 == UInt8(ascii: "-") || (48...57).contains($0) }
        guard let number = Int(String(decoding: digits, as: UTF8.self)) else { throw .damagedHeader }
        numbers.append(number)
        rest = rest.dropFirst(digits.count)
        _ = take("L")
        if !take(",") {
          try expect(")")
          break
        }
      }
      return numbers
    }

    private mutating func skipSpace() {
      rest = rest.drop { $0 == 32 || (9...13).contains($0) }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
      skipSpace()
      guard rest.first == UInt8(ascii: character) else { return false }
      rest = rest.dropFirst()
      return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(NpyError) {
      guard take(character) else { throw .damagedHeader }
    }
  }
}
