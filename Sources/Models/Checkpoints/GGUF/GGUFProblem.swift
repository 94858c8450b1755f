import Diagnostics

/// What makes a file an invalid GGUF file: one case per kind of error, with the offending values. Offsets of tensors
/// are counted from the start of the data, as in the file.
public enum GGUFProblem: Error, Equatable {
  /// Does not start with the letters GGUF.
  case notGGUF
  case bigEndian
  case unsupportedVersion(UInt32)
  /// Ends inside a part of the header.
  case endsInside(String)
  /// More keys, tensors or array elements than its bytes could hold.
  case countBeyondFile(of: String, count: UInt64, restBytes: Int)
  /// A text that claims more bytes than remain.
  case textBeyondFile(String, bytes: UInt64, restBytes: Int)
  case nameTooLong(String, bytes: Int, limit: Int)
  case notUTF8(String)
  case repeatedKey(String)
  case unknownValueType(key: String, type: UInt32)
  case badFlag(key: String, byte: UInt8)
  case nestedTooDeep(key: String, limit: Int)
  case badAlignment(found: String)
  case repeatedTensor(String)
  case tooManyAxes(tensor: String, axes: UInt32, limit: Int)
  case unknownType(tensor: String, type: UInt32)
  /// The tensor has more bytes than 63 bits can count.
  case shapeOverflows(tensor: String, type: GGUFType, shape: [UInt64])
  /// Rows that are not made of whole blocks.
  case endsInsideBlock(tensor: String, type: GGUFType, shape: [Int])
  case unaligned(tensor: String, offset: UInt64, alignment: Int)
  case beyondFile(tensor: String, offset: UInt64, bytes: Int, dataBytes: Int)
  case overlap(tensor: String, with: String)
  /// Bytes before `tensor` that belong to no tensor.
  case hole(before: String, bytes: Int)

  /// What is wrong, on one line; `CheckpointError` puts the file's name in front.
  var text: String {
    switch self {
    case .notGGUF: "not a GGUF file: it does not begin with the letters GGUF"
    case .bigEndian: "a big-endian GGUF file, which is not supported; convert it with gguf-py's gguf-convert-endian"
    case .unsupportedVersion(let version): "version \(version) of the GGUF format is not supported; 2 and 3 are"
    case .endsInside(let part): "the file ends inside \(part) (truncated?)"
    case .countBeyondFile(let what, let count, let rest):
      "\(what): claims \(count), more than the \(rest) bytes that follow can hold"
    case .textBeyondFile(let what, let bytes, let rest):
      "\(what): claims a text of \(bytes) bytes, but \(rest) bytes follow"
    case .nameTooLong(let what, let bytes, let limit): "\(what) has \(bytes) bytes; at most \(limit) are read"
    case .notUTF8(let what): "\(what) is not UTF-8"
    case .repeatedKey(let key): "the key '\(key)' appears twice"
    case .unknownValueType(let key, let type): "'\(key)': unknown value type \(type)"
    case .badFlag(let key, let byte): "'\(key)': a flag is \(byte), expected 0 or 1"
    case .nestedTooDeep(let key, let limit): "'\(key)': arrays are nested more than \(limit) deep"
    case .badAlignment(let found):
      "'general.alignment' is \(found), expected a power of two up to \(GGUFHeader.largestAlignment), of type uint32"
    case .repeatedTensor(let tensor): "the tensor '\(tensor)' appears twice"
    case .tooManyAxes(let tensor, let axes, let limit): "tensor '\(tensor)': \(axes) axes; at most \(limit) are read"
    case .unknownType(let tensor, let type): "tensor '\(tensor)': unknown number type \(type)"
    case .shapeOverflows(let tensor, let type, let shape):
      "tensor '\(tensor)': \(type.name) \(shape) is larger than any memory"
    case .endsInsideBlock(let tensor, let type, let shape):
      "tensor '\(tensor)': \(type.name) \(shape) has rows that are not whole blocks of \(type.blockSize)"
    case .unaligned(let tensor, let offset, let alignment):
      "tensor '\(tensor)': its offset \(offset) is not a multiple of \(alignment)"
    case .beyondFile(let tensor, let offset, let bytes, let dataBytes):
      "tensor '\(tensor)': \(bytes) bytes from \(offset) reach beyond the \(dataBytes) bytes of data (truncated file?)"
    case .overlap(let tensor, let other): "tensors '\(other)' and '\(tensor)' overlap"
    case .hole(let tensor, let bytes): "\(bytes) bytes before tensor '\(tensor)' belong to no tensor"
    }
  }
}
