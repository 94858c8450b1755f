import Foundation
import Tensors

/// Writes float32 tensors as a safetensors file.
///
/// The file appears under its name only when it is complete: it is written next to its destination, flushed to the disk
/// and renamed.
public struct SafetensorsWriter {
  private let metadata: [String: String]
  private var tensors: [(name: String, tensor: Tensor)] = []
  private var names: Set<String> = [metadataKey]

  /// - Parameter metadata: strings for `__metadata__`, in the order of their keys; transformers requires `["format":
  ///   "pt"]`.
  public init(metadata: [String: String] = [:]) {
    self.metadata = metadata
  }

  /// Adds a tensor; its numbers follow those of the tensors added before.
  /// - Throws: `tensorNameTaken` for a name that was added before, or `__metadata__`.
  public mutating func add(_ name: String, _ tensor: Tensor) throws(CheckpointError) {
    guard names.insert(name).inserted else { throw .tensorNameTaken(name) }
    tensors.append((name, tensor))
  }

  /// Writes the file, replacing an existing one.
  /// - Throws: `cannotWrite`; an existing file is then unchanged.
  public func write(to path: String) throws(CheckpointError) {
    try writeWhole(to: path, writeBytes)
  }

  private func writeBytes(to descriptor: Int32) throws {
    let header = self.header
    try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try writeAll($0, to: descriptor) }
    try header.withUnsafeBytes { try writeAll($0, to: descriptor) }
    for (_, tensor) in tensors {
      try tensor.withValues { try writeAll(UnsafeRawBufferPointer($0), to: descriptor) }
    }
  }

  /// Padded with spaces, so that the numbers after it are on 8-byte boundaries.
  private var header: [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      members.append("\(quoted(metadataKey)):{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for (name, tensor) in tensors {
      let end = offset + tensor.count * MemoryLayout<Float>.size
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append(#"\#(quoted(name)):{"dtype":"F32","shape":[\#(shape)],"data_offsets":[\#(offset),\#(end)]}"#)
      offset = end
    }
    var bytes = Array("{\(members.joined(separator: ","))}".utf8)
    while bytes.count % 8 != 0 { bytes.append(UInt8(ascii: " ")) }
    return bytes
  }
}

/// A JSON string.
private func quoted(_ text: String) -> String {
  var quoted = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": quoted += "\\\""
    case "\\": quoted += "\\\\"
    case "\u{0}"..."\u{1F}":
      let digits = String(scalar.value, radix: 16)
      quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: quoted.unicodeScalars.append(scalar)
    }
  }
  return quoted + "\""
}
