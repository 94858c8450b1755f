import Diagnostics
import Tensors

/// A GGUF file (llama.cpp's format of weights, metadata and vocabulary), mapped into memory and checked.
///
/// Opening reads only the header. A tensor's numbers are read from disk on demand.
public struct GGUFFile: Sendable {
  /// As given.
  public let path: String
  /// All tensors in the order of their bytes.
  public let tensors: [GGUFTensor]
  let mapping: MappedFile
  private let metadata: [(key: String, value: GGUFValue)]
  private let keyPlaces: [String: Int]
  private let tensorPlaces: [String: Int]

  /// Maps the file and checks its header.
  /// - Throws: `fileNotFound`, `notAFile`, `unreadable`, or `badGGUF` with what is wrong.
  public init(path: String) throws(CheckpointError) {
    let mapping = try MappedFile(path: path)
    let header: GGUFHeader
    do throws(GGUFProblem) {
      header = try mapping.withBytes { (bytes) throws(GGUFProblem) in try GGUFHeader(parsing: bytes) }
    } catch {
      throw .badGGUF(file: path, error)
    }
    self.path = path
    self.mapping = mapping
    tensors = header.tensors
    metadata = header.metadata
    keyPlaces = Dictionary(uniqueKeysWithValues: header.metadata.enumerated().map { ($1.key, $0) })
    tensorPlaces = Dictionary(uniqueKeysWithValues: header.tensors.enumerated().map { ($1.name, $0) })
  }

  /// The keys of the metadata, in the order of the file.
  public var keys: [String] { metadata.map(\.key) }

  /// A value of the metadata; nil if there is no such key.
  public subscript(key: String) -> GGUFValue? { keyPlaces[key].map { metadata[$0].value } }

  /// Name, type and shape of a tensor; nil if the file has none of that name.
  public func tensor(named name: String) -> GGUFTensor? { tensorPlaces[name].map { tensors[$0] } }
}

// MARK: Values by type

extension GGUFFile {
  /// A whole number; nil if there is no such key.
  /// - Throws: `invalidConfigValue` if the value is something else, as do all of these.
  public func integer(_ key: String) throws(CheckpointError) -> Int? {
    switch self[key] {
    case nil: return nil
    case .unsigned(let number) where number <= UInt64(Int.max): return Int(number)
    case .signed(let number): return Int(number)
    default: throw invalid(key, "a whole number")
    }
  }

  /// A number, whole or not.
  public func number(_ key: String) throws(CheckpointError) -> Double? {
    switch self[key] {
    case nil: return nil
    case .number(let number): return number
    case .unsigned(let number): return Double(number)
    case .signed(let number): return Double(number)
    default: throw invalid(key, "a number")
    }
  }

  /// true or false.
  public func flag(_ key: String) throws(CheckpointError) -> Bool? {
    guard let value = self[key] else { return nil }
    guard case .flag(let flag) = value else { throw invalid(key, "true or false") }
    return flag
  }

  /// A text.
  public func text(_ key: String) throws(CheckpointError) -> String? {
    guard let value = self[key] else { return nil }
    guard case .text(let text) = value else { throw invalid(key, "a text") }
    return text
  }

  /// An array of texts.
  /// - Throws: also `badGGUF` for one that is not UTF-8.
  public func texts(_ key: String) throws(CheckpointError) -> [String]? {
    try elements(of: key, "an array of texts", in: [.string]) {
      (cursor: inout GGUFCursor, place: Int) throws(GGUFProblem) -> String in
      try cursor.text(of: "text \(place) of '\(key)'")
    }
  }

  /// An array of whole numbers of 32 bits or fewer.
  public func integers(_ key: String) throws(CheckpointError) -> [Int]? {
    guard case .array(let array)? = self[key] else {
      return try elements(of: key, "an array of whole numbers", in: []) {
        (_: inout GGUFCursor, _: Int) throws(GGUFProblem) -> Int in 0
      }
    }
    let type = array.element
    let types: [GGUFArray.Element] = [.uint8, .int8, .uint16, .int16, .uint32, .int32]
    return try elements(of: key, "an array of whole numbers", in: types) {
      (cursor: inout GGUFCursor, _: Int) throws(GGUFProblem) -> Int in
      switch type {
      case .uint8: Int(try cursor.number(UInt8.self, of: ""))
      case .int8: Int(try cursor.number(Int8.self, of: ""))
      case .uint16: Int(try cursor.number(UInt16.self, of: ""))
      case .int16: Int(try cursor.number(Int16.self, of: ""))
      case .uint32: Int(try cursor.number(UInt32.self, of: ""))
      default: Int(try cursor.number(Int32.self, of: ""))
      }
    }
  }

  /// An array of float32.
  public func floats(_ key: String) throws(CheckpointError) -> [Float]? {
    try elements(of: key, "an array of float32", in: [.float32]) {
      (cursor: inout GGUFCursor, _: Int) throws(GGUFProblem) -> Float in
      Float(bitPattern: try cursor.number(UInt32.self, of: ""))
    }
  }

  /// The error for a value that is not as required.
  func invalid(_ key: String, _ expected: String) -> CheckpointError {
    .invalidConfigValue(key: key, value: self[key]?.brief ?? "missing", expected: expected, file: path)
  }

  private func elements<Element>(
    of key: String, _ expected: String, in types: [GGUFArray.Element],
    _ read: (inout GGUFCursor, Int) throws(GGUFProblem) -> Element
  ) throws(CheckpointError) -> [Element]? {
    guard let value = self[key] else { return nil }
    // An empty array may be of any type.
    guard case .array(let array) = value, array.count == 0 || types.contains(array.element) else {
      throw invalid(key, expected)
    }
    do throws(GGUFProblem) {
      return try mapping.withBytes { (bytes) throws(GGUFProblem) in
        var cursor = GGUFCursor(bytes, from: array.bytes.lowerBound)
        var elements: [Element] = []
        elements.reserveCapacity(array.count)
        for place in 0..<array.count { elements.append(try read(&cursor, place)) }
        return elements
      }
    } catch {
      throw .badGGUF(file: path, error)
    }
  }
}
