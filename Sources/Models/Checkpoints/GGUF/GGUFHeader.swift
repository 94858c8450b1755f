/// The parsed and fully checked first part of a GGUF file, versions 2 and 3
/// (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md).
///
/// As strict as the reference implementation (`gguf.cpp` of ggml) about the tensors: their bytes follow one another,
/// each padded to the alignment, without overlap or gap. Like there, bytes after the last tensor are ignored.
struct GGUFHeader {
  static let largestAlignment = 1 << 20
  /// ggml supports no more axes than this.
  private static let mostAxes = 4
  /// The format's limit for keys, and more than enough for names of tensors (ggml itself has 64 bytes).
  private static let longestName = 65535
  private static let depthLimit = 8
  /// For a key: its length, type and the first byte of a value. For a tensor: the length of its name, number of axes,
  /// type and offset.
  private static let (leastKeyBytes, leastTensorBytes) = (13, 24)

  /// In the order of the file.
  let metadata: [(key: String, value: GGUFValue)]
  /// In the order of their bytes.
  let tensors: [GGUFTensor]

  init(parsing file: UnsafeRawBufferPointer) throws(GGUFProblem) {
    guard file.count >= 4, file.prefix(4).elementsEqual("GGUF".utf8) else { throw .notGGUF }
    var cursor = GGUFCursor(file, from: 4)
    let version = try cursor.number(UInt32.self, of: "the header")
    if version.byteSwapped < 16, version > 0xFFFF { throw .bigEndian }
    guard version == 2 || version == 3 else { throw .unsupportedVersion(version) }
    let tensorCount = try cursor.count(of: "the number of tensors", leastBytes: Self.leastTensorBytes)
    let keyCount = try cursor.count(of: "the number of keys", leastBytes: Self.leastKeyBytes)

    var metadata: [(key: String, value: GGUFValue)] = []
    var keys: Set<String> = []
    var alignment = 32
    for place in 0..<keyCount {
      let key = try Self.name(&cursor, of: "key \(place)")
      guard keys.insert(key).inserted else { throw .repeatedKey(key) }
      let value = try Self.value(&cursor, key)
      if key == "general.alignment" { alignment = try Self.alignment(value) }
      metadata.append((key, value))
    }

    var infos: [Info] = []
    var names: Set<String> = []
    for place in 0..<tensorCount {
      let info = try Self.info(&cursor, place)
      guard names.insert(info.name).inserted else { throw .repeatedTensor(info.name) }
      infos.append(info)
    }
    let dataStart = aligned(cursor.position, to: alignment)
    var tensors: [GGUFTensor] = []
    for info in infos {
      tensors.append(
        try info.placed(dataStart: dataStart, dataBytes: max(0, file.count - dataStart), alignment: alignment))
    }
    // Tensors without numbers have the same place as the next tensor, and come before it.
    tensors.sort { ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound) }
    try Self.checkCover(tensors, dataStart: dataStart, alignment: alignment)
    self.metadata = metadata
    self.tensors = tensors
  }

  private static func name(_ cursor: inout GGUFCursor, of part: String) throws(GGUFProblem) -> String {
    let name = try cursor.text(of: part)
    guard name.utf8.count <= longestName else {
      throw .nameTooLong(part, bytes: name.utf8.count, limit: longestName)
    }
    return name
  }

  private static func value(_ cursor: inout GGUFCursor, _ key: String) throws(GGUFProblem) -> GGUFValue {
    let type = try element(&cursor, key)
    switch type {
    case .uint8: return .unsigned(UInt64(try cursor.number(UInt8.self, of: "'\(key)'")))
    case .uint16: return .unsigned(UInt64(try cursor.number(UInt16.self, of: "'\(key)'")))
    case .uint32: return .unsigned(UInt64(try cursor.number(UInt32.self, of: "'\(key)'")))
    case .uint64: return .unsigned(try cursor.number(UInt64.self, of: "'\(key)'"))
    case .int8: return .signed(Int64(try cursor.number(Int8.self, of: "'\(key)'")))
    case .int16: return .signed(Int64(try cursor.number(Int16.self, of: "'\(key)'")))
    case .int32: return .signed(Int64(try cursor.number(Int32.self, of: "'\(key)'")))
    case .int64: return .signed(try cursor.number(Int64.self, of: "'\(key)'"))
    case .float32: return .number(Double(Float(bitPattern: try cursor.number(UInt32.self, of: "'\(key)'"))))
    case .float64: return .number(Double(bitPattern: try cursor.number(UInt64.self, of: "'\(key)'")))
    case .bool: return .flag(try flag(&cursor, key))
    case .string: return .text(try cursor.text(of: "'\(key)'"))
    case .array: return .array(try array(&cursor, key, depth: 1))
    }
  }

  private static func element(_ cursor: inout GGUFCursor, _ key: String) throws(GGUFProblem) -> GGUFArray.Element {
    let number = try cursor.number(UInt32.self, of: "'\(key)'")
    guard let type = GGUFArray.Element(rawValue: number) else { throw .unknownValueType(key: key, type: number) }
    return type
  }

  private static func flag(_ cursor: inout GGUFCursor, _ key: String) throws(GGUFProblem) -> Bool {
    let byte = try cursor.number(UInt8.self, of: "'\(key)'")
    guard byte <= 1 else { throw .badFlag(key: key, byte: byte) }
    return byte == 1
  }

  /// Checks an array and skips it.
  private static func array(
    _ cursor: inout GGUFCursor, _ key: String, depth: Int
  ) throws(GGUFProblem) -> GGUFArray {
    guard depth <= depthLimit else { throw .nestedTooDeep(key: key, limit: depthLimit) }
    let type = try element(&cursor, key)
    let count = try cursor.count(of: "'\(key)'", leastBytes: type.leastBytes)
    let start = cursor.position
    switch type {
    case .string:
      for _ in 0..<count { _ = try cursor.textBytes(of: "'\(key)'") }
    case .array:
      for _ in 0..<count { _ = try array(&cursor, key, depth: depth + 1) }
    case .bool:
      for _ in 0..<count { _ = try flag(&cursor, key) }
    default: cursor.skip(count * type.leastBytes)
    }
    return GGUFArray(element: type, count: count, bytes: start..<cursor.position)
  }

  private static func alignment(_ value: GGUFValue) throws(GGUFProblem) -> Int {
    guard case .unsigned(let number) = value, number > 0, number <= largestAlignment, number & (number - 1) == 0 else {
      throw .badAlignment(found: value.brief)
    }
    return Int(number)
  }
}

extension GGUFHeader {
  /// The header's description of a tensor.
  private struct Info {
    let name: String
    let type: GGUFType
    /// As in the file, innermost first.
    let sizes: [UInt64]
    let offset: UInt64

    /// - Throws: for an impossible shape, offset or end.
    func placed(dataStart: Int, dataBytes: Int, alignment: Int) throws(GGUFProblem) -> GGUFTensor {
      let shape = try self.shape()
      guard (shape.last ?? 1) % type.blockSize == 0 else {
        throw .endsInsideBlock(tensor: name, type: type, shape: shape)
      }
      let byteCount = shape.reduce(1, *) / type.blockSize * type.blockBytes
      guard offset % UInt64(alignment) == 0 else {
        throw .unaligned(tensor: name, offset: offset, alignment: alignment)
      }
      guard offset <= UInt64(dataBytes), byteCount <= dataBytes - Int(offset) else {
        throw .beyondFile(tensor: name, offset: offset, bytes: byteCount, dataBytes: dataBytes)
      }
      let start = dataStart + Int(offset)
      return GGUFTensor(name: name, type: type, shape: shape, bytes: start..<start + byteCount)
    }

    /// Outermost first, small enough for the number of bytes to fit an `Int`, even if other sizes are 0.
    private func shape() throws(GGUFProblem) -> [Int] {
      var (product, fits) = (UInt64(type.blockBytes), true)
      for size in sizes {
        let (next, overflows) = product.multipliedReportingOverflow(by: max(1, size))
        fits = fits && !overflows && next <= UInt64(Int.max)
        product = next
      }
      guard fits else { throw .shapeOverflows(tensor: name, type: type, shape: sizes.reversed()) }
      return sizes.reversed().map(Int.init)
    }
  }

  private static func info(_ cursor: inout GGUFCursor, _ place: Int) throws(GGUFProblem) -> Info {
    let name = try name(&cursor, of: "the name of tensor \(place)")
    let axes = try cursor.number(UInt32.self, of: "tensor '\(name)'")
    guard axes <= mostAxes else { throw .tooManyAxes(tensor: name, axes: axes, limit: mostAxes) }
    var sizes: [UInt64] = []
    for _ in 0..<axes { sizes.append(try cursor.number(of: "tensor '\(name)'")) }
    let number = try cursor.number(UInt32.self, of: "tensor '\(name)'")
    guard let type = GGUFType(rawValue: number) else { throw .unknownType(tensor: name, type: number) }
    return Info(name: name, type: type, sizes: sizes, offset: try cursor.number(of: "tensor '\(name)'"))
  }

  private static func checkCover(
    _ tensors: [GGUFTensor], dataStart: Int, alignment: Int
  ) throws(GGUFProblem) {
    var end = dataStart
    var last = ""
    for tensor in tensors {
      guard tensor.bytes.lowerBound >= end else { throw .overlap(tensor: tensor.name, with: last) }
      let next = aligned(end, to: alignment)
      guard tensor.bytes.lowerBound <= next else {
        throw .hole(before: tensor.name, bytes: tensor.bytes.lowerBound - end)
      }
      (end, last) = (tensor.bytes.upperBound, tensor.name)
    }
  }
}

/// The first multiple of `alignment` that is not below `position`.
func aligned(_ position: Int, to alignment: Int) -> Int { (position + alignment - 1) / alignment * alignment }
