/// A value of a GGUF file's metadata.
public enum GGUFValue: Sendable, Equatable {
  case unsigned(UInt64)
  case signed(Int64)
  case number(Double)
  case flag(Bool)
  case text(String)
  case array(GGUFArray)

  /// What kind of value it is, for messages.
  var kindName: String {
    switch self {
    case .unsigned, .signed: "a whole number"
    case .number: "a number"
    case .flag: "true or false"
    case .text: "a text"
    case .array: "an array"
    }
  }

  /// The value as shown in a message.
  var brief: String {
    switch self {
    case .unsigned(let number): "\(number)"
    case .signed(let number): "\(number)"
    case .number(let number): "\(number)"
    case .flag(let flag): "\(flag)"
    case .text(let text): "'\(text)'"
    case .array(let array): "an array of \(array.count)"
    }
  }
}

/// An array of metadata: checked when the file is opened; its elements are read on demand, since vocabularies have
/// hundreds of thousands.
public struct GGUFArray: Sendable, Equatable {
  public let element: Element
  public let count: Int
  /// The place of the elements in the file, which follow one another.
  let bytes: Range<Int>

  /// Types of metadata values, as the file numbers them.
  public enum Element: UInt32, Sendable {
    case uint8 = 0
    case int8 = 1
    case uint16 = 2
    case int16 = 3
    case uint32 = 4
    case int32 = 5
    case float32 = 6
    case bool = 7
    case string = 8
    case array = 9
    case uint64 = 10
    case int64 = 11
    case float64 = 12

    /// The bytes of a value; nil if values record their own length.
    var byteCount: Int? {
      switch self {
      case .uint8, .int8, .bool: 1
      case .uint16, .int16: 2
      case .uint32, .int32, .float32: 4
      case .uint64, .int64, .float64: 8
      case .string, .array: nil
      }
    }

    /// The fewest bytes that a value takes: a text is a length and its bytes, an array a type, a count and its
    /// elements.
    var leastBytes: Int { byteCount ?? (self == .string ? 8 : 12) }
  }
}

/// One tensor of a GGUF file.
public struct GGUFTensor: Sendable, Equatable {
  public let name: String
  public let type: GGUFType
  /// Sizes of the axes, outermost first: the file has the opposite order.
  public let shape: [Int]
  /// Where the numbers are, in bytes from the start of the file, last axis fastest.
  public let bytes: Range<Int>
}
