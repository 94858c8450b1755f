import Diagnostics

/// What makes a file an invalid safetensors file: one case per kind of error, with the offending values. Byte counts
/// and offsets of tensors are counted from the end of the header, as in the header.
public enum SafetensorsProblem: Error, Equatable {
  /// Shorter than the 8 bytes of the header's length.
  case tooShort(bytes: Int)
  case headerTooLong(bytes: UInt64, limit: Int)
  case headerBeyondFile(bytes: UInt64, fileBytes: Int)
  /// Broken JSON, or a repeated name.
  case headerNotJSON(JSONError)
  case headerNotAnObject(found: String)
  case metadataNotAnObject(found: String)
  case metadataNotAString(key: String, found: String)
  case entryNotAnObject(tensor: String, found: String)
  case missingField(tensor: String, field: String)
  case wrongField(tensor: String, field: String, found: String, expected: String)
  case unknownDtype(tensor: String, dtype: String)
  case negativeSize(tensor: String, size: Int)
  /// The tensor has more bytes than 63 bits can count.
  case shapeOverflows(tensor: String, dtype: SafetensorsDtype, shape: [Int])
  /// Numbers below 8 bits that end inside a byte.
  case endsInsideByte(tensor: String, dtype: SafetensorsDtype, shape: [Int])
  case offsetsReversed(tensor: String, begin: Int, end: Int)
  case offsetsOutOfRange(tensor: String, begin: Int, end: Int, dataBytes: Int)
  case sizeMismatch(tensor: String, dtype: SafetensorsDtype, shape: [Int], expected: Int, found: Int)
  case overlap(tensor: String, with: String)
  /// Bytes before `tensor` that belong to no tensor.
  case hole(before: String, bytes: Int)
  case trailingBytes(Int)
  /// Two names that differ only in how an accented letter is composed.
  case equivalentNames(String)

  /// What is wrong, on one line; `CheckpointError` puts the file's name in front.
  var text: String {
    switch self {
    case .tooShort(let bytes):
      "\(bytes) bytes are too few for a safetensors file, which starts with 8 bytes of header length"
    case .headerTooLong(let bytes, let limit):
      "the header claims \(bytes) bytes, more than the \(limit) a safetensors header may have"
    case .headerBeyondFile(let bytes, let fileBytes):
      "the header claims \(bytes) bytes, but the file has \(fileBytes) (truncated, or not a safetensors file)"
    case .headerNotJSON(let error): "the header is not strict JSON: \(error.message)"
    case .headerNotAnObject(let found): "the header is \(found), expected an object of tensors"
    case .metadataNotAnObject(let found): "'__metadata__' is \(found), expected an object of strings"
    case .metadataNotAString(let key, let found): "'__metadata__': '\(key)' is \(found), expected a string"
    case .entryNotAnObject(let tensor, let found):
      "tensor '\(tensor)' is \(found), expected an object with dtype, shape and data_offsets"
    case .missingField(let tensor, let field): "tensor '\(tensor)' has no '\(field)'"
    case .wrongField(let tensor, let field, let found, let expected):
      "tensor '\(tensor)': '\(field)' is \(found), expected \(expected)"
    case .unknownDtype(let tensor, let dtype):
      "tensor '\(tensor)': unknown dtype '\(dtype)'"
        + suggestion(for: dtype, among: SafetensorsDtype.allCases.map(\.rawValue))
    case .negativeSize(let tensor, let size): "tensor '\(tensor)': negative size \(size) in its shape"
    case .shapeOverflows(let tensor, let dtype, let shape):
      "tensor '\(tensor)': \(dtype.rawValue) \(shown(shape)) is larger than any memory"
    case .endsInsideByte(let tensor, let dtype, let shape):
      "tensor '\(tensor)': \(dtype.rawValue) \(shown(shape)) does not fill whole bytes"
    case .offsetsReversed(let tensor, let begin, let end):
      "tensor '\(tensor)': data_offsets [\(begin), \(end)] end before they begin"
    case .offsetsOutOfRange(let tensor, let begin, let end, let dataBytes):
      "tensor '\(tensor)': data_offsets [\(begin), \(end)] reach beyond the \(dataBytes) bytes of data (truncated file?)"
    case .sizeMismatch(let tensor, let dtype, let shape, let expected, let found):
      "tensor '\(tensor)': \(dtype.rawValue) \(shown(shape)) takes \(expected) bytes, but data_offsets span \(found)"
    case .overlap(let tensor, let other): "tensors '\(other)' and '\(tensor)' overlap"
    case .hole(let tensor, let bytes): "\(bytes) bytes before tensor '\(tensor)' belong to no tensor"
    case .trailingBytes(let bytes): "\(bytes) bytes after the last tensor belong to no tensor"
    case .equivalentNames(let tensor): "two tensors are named '\(tensor)' that differ only in how accents are composed"
    }
  }
}

/// A shape as shown in messages: a file may claim millions of axes.
func shown(_ shape: [Int]) -> String {
  shape.count <= 16 ? "\(shape)" : "[\(shape.prefix(16).map(String.init).joined(separator: ", ")), ...]"
}
