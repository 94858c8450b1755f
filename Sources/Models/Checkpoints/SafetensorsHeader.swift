import Diagnostics

/// One tensor of a safetensors file.
public struct SafetensorsEntry: Sendable, Equatable {
  public let name: String
  public let dtype: SafetensorsDtype
  /// Sizes of the axes, outermost first; empty for a single number.
  public let shape: [Int]
  /// Where the numbers are, in bytes from the start of the file, last axis fastest, little-endian.
  public let bytes: Range<Int>
}

/// The parsed and fully checked first part of a safetensors file.
///
/// As strict as the reference implementation (the `safetensors` crate, `tensor.rs`): the tensors' bytes follow one
/// another without overlap or gap from the end of the header to the end of the file.
struct SafetensorsHeader {
  /// The reference implementation's limit, so that a broken length cannot make us read gigabytes as JSON.
  static let byteLimit = 100_000_000
  private static let lengthBytes = 8
  /// An object of objects with arrays has depth three; the rest is room for unknown fields.
  private static let depthLimit = 8

  /// In the order of their bytes.
  let entries: [SafetensorsEntry]
  let metadata: [String: String]

  init(parsing file: UnsafeRawBufferPointer) throws(SafetensorsProblem) {
    guard file.count >= Self.lengthBytes else { throw .tooShort(bytes: file.count) }
    let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
    guard length <= Self.byteLimit else { throw .headerTooLong(bytes: length, limit: Self.byteLimit) }
    let dataStart = Self.lengthBytes + Int(length)
    guard dataStart <= file.count else { throw .headerBeyondFile(bytes: length, fileBytes: file.count) }

    let json: JSONValue
    do {
      json = try JSONValue(parsing: [UInt8](file[Self.lengthBytes..<dataStart]), depthLimit: Self.depthLimit)
    } catch {
      throw .headerNotJSON(error)
    }
    guard let members = json.objectValue?.members else { throw .headerNotAnObject(found: json.kindName) }

    var entries: [SafetensorsEntry] = []
    var metadata: [String: String] = [:]
    entries.reserveCapacity(members.count)
    for member in members {
      if member.key == metadataKey {
        metadata = try Self.metadata(member.value)
      } else {
        entries.append(
          try Self.entry(member.key, member.value, dataStart: dataStart, dataBytes: file.count - dataStart))
      }
    }
    // Tensors without numbers have the same place as the next tensor, and come before it.
    entries.sort { ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound) }
    try Self.checkCover(entries, dataStart: dataStart, fileBytes: file.count)
    self.entries = entries
    self.metadata = metadata
  }

  private static func metadata(_ value: JSONValue) throws(SafetensorsProblem) -> [String: String] {
    guard let members = value.objectValue?.members else { throw .metadataNotAnObject(found: value.kindName) }
    var metadata: [String: String] = [:]
    for member in members {
      guard let text = member.value.stringValue else {
        throw .metadataNotAString(key: member.key, found: member.value.kindName)
      }
      metadata[member.key] = text
    }
    return metadata
  }

  private static func entry(
    _ name: String, _ value: JSONValue, dataStart: Int, dataBytes: Int
  ) throws(SafetensorsProblem) -> SafetensorsEntry {
    guard let object = value.objectValue else { throw .entryNotAnObject(tensor: name, found: value.kindName) }
    func field(_ key: String) throws(SafetensorsProblem) -> JSONValue {
      guard let value = object[key] else { throw .missingField(tensor: name, field: key) }
      return value
    }

    let spelling = try field("dtype")
    guard let text = spelling.stringValue else {
      throw .wrongField(tensor: name, field: "dtype", found: spelling.kindName, expected: "a string such as \"F32\"")
    }
    guard let dtype = SafetensorsDtype(rawValue: text) else { throw .unknownDtype(tensor: name, dtype: text) }
    let shape = try wholeNumbers(
      try field("shape"), field: "shape", tensor: name, expected: "an array of whole numbers")
    if let negative = shape.first(where: { $0 < 0 }) { throw .negativeSize(tensor: name, size: negative) }

    let pair = "two whole numbers from 0, the first and the end of the tensor's bytes"
    let offsets = try wholeNumbers(try field("data_offsets"), field: "data_offsets", tensor: name, expected: pair)
    guard offsets.count == 2, offsets[0] >= 0, offsets[1] >= 0 else {
      throw .wrongField(tensor: name, field: "data_offsets", found: "\(offsets.prefix(4))", expected: pair)
    }
    let (begin, end) = (offsets[0], offsets[1])
    guard begin <= end else { throw .offsetsReversed(tensor: name, begin: begin, end: end) }
    guard end <= dataBytes else {
      throw .offsetsOutOfRange(tensor: name, begin: begin, end: end, dataBytes: dataBytes)
    }
    let size = try byteCount(dtype, shape, tensor: name)
    guard size == end - begin else {
      throw .sizeMismatch(tensor: name, dtype: dtype, shape: shape, expected: size, found: end - begin)
    }
    return SafetensorsEntry(name: name, dtype: dtype, shape: shape, bytes: dataStart + begin..<dataStart + end)
  }

  private static func wholeNumbers(
    _ value: JSONValue, field: String, tensor: String, expected: String
  ) throws(SafetensorsProblem) -> [Int] {
    guard let array = value.arrayValue else {
      throw .wrongField(tensor: tensor, field: field, found: value.kindName, expected: expected)
    }
    var numbers: [Int] = []
    for element in array {
      // 3.0 is not a size, and a number beyond 64 bits was read as a fraction.
      guard case .integer(let number) = element else {
        throw .wrongField(
          tensor: tensor, field: field, found: "an array with \(element.shown) in it", expected: expected)
      }
      numbers.append(number)
    }
    return numbers
  }

  /// The bytes of a tensor; an overflow on the way is an error even if a later size is 0.
  private static func byteCount(
    _ dtype: SafetensorsDtype, _ shape: [Int], tensor: String
  ) throws(SafetensorsProblem) -> Int {
    var bits = dtype.bitCount
    for size in shape {
      let product = bits.multipliedReportingOverflow(by: size)
      if product.overflow { throw .shapeOverflows(tensor: tensor, dtype: dtype, shape: shape) }
      bits = product.partialValue
    }
    guard bits % 8 == 0 else { throw .endsInsideByte(tensor: tensor, dtype: dtype, shape: shape) }
    return bits / 8
  }

  private static func checkCover(
    _ entries: [SafetensorsEntry], dataStart: Int, fileBytes: Int
  ) throws(SafetensorsProblem) {
    var (reached, previous) = (dataStart, "")
    for entry in entries {
      if entry.bytes.lowerBound < reached { throw .overlap(tensor: entry.name, with: previous) }
      if entry.bytes.lowerBound > reached { throw .hole(before: entry.name, bytes: entry.bytes.lowerBound - reached) }
      (reached, previous) = (entry.bytes.upperBound, entry.name)
    }
    if reached < fileBytes { throw .trailingBytes(fileBytes - reached) }
  }
}

/// The header's key that is not a tensor.
let metadataKey = "__metadata__"

extension JSONValue {
  /// The value itself if it is a number, else its kind.
  fileprivate var shown: String {
    switch self {
    case .integer(let integer): "\(integer)"
    case .number(let number): "\(number)"
    default: kindName
    }
  }
}
