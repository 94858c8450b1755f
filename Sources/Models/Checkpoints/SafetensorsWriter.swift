import Foundation
import Tensors

/// Writes float32 tensors as a safetensors file.
///
/// The file appears under its name only when it is whole: it is written beside it, flushed to the disk and renamed.
public struct SafetensorsWriter {
  private let metadata: [String: String]
  private var tensors: [(name: String, tensor: Tensor)] = []
  private var names: Set<String> = [metadataKey]

  /// - Parameter metadata: strings to stand under `__metadata__`, in the order of their keys; transformers wants
  ///   `["format": "pt"]`.
  public init(metadata: [String: String] = [:]) {
    self.metadata = metadata
  }

  /// Adds a tensor; its numbers follow those of the tensors added before.
  /// - Throws: `tensorNameTaken` for a name that was added before, or `__metadata__`.
  public mutating func add(_ name: String, _ tensor: Tensor) throws(CheckpointError) {
    guard names.insert(name).inserted else { throw .tensorNameTaken(name) }
    tensors.append((name, tensor))
  }

  /// Writes the file, over one that may be there.
  /// - Throws: `cannotWrite`; the old file, if any, is then as it was.
  public func write(to path: String) throws(CheckpointError) {
    let partial = "\(path).\(UInt32.random(in: 0...UInt32.max)).partial"
    do {
      try writeBytes(to: partial)
      guard rename(partial, path) == 0 else { throw SystemError(number: errno) }
    } catch {
      unlink(partial)
      throw .cannotWrite(file: path, reason: "\(error)")
    }
  }

  private func writeBytes(to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw SystemError(number: errno) }
    defer { close(descriptor) }
    let header = self.header
    try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try writeAll($0, to: descriptor) }
    try header.withUnsafeBytes { try writeAll($0, to: descriptor) }
    for (_, tensor) in tensors {
      try tensor.withValues { try writeAll(UnsafeRawBufferPointer($0), to: descriptor) }
    }
    guard fsync(descriptor) == 0 else { throw SystemError(number: errno) }
  }

  /// Padded with spaces, so that the numbers behind it stand on 8-byte boundaries.
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

/// The number that the operating system gives a failure.
private struct SystemError: Error, CustomStringConvertible {
  let number: Int32

  /// As the operating system words it.
  var description: String { String(cString: strerror(number)) }
}

private func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws {
  var rest = bytes[...]
  while let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
    // Linux writes at most 2 GB at a time, macOS refuses more.
    let written = write(descriptor, start, min(rest.count, 1 << 30))
    if written >= 0 {
      rest = rest.dropFirst(written)
    } else if errno != EINTR {
      throw SystemError(number: errno)
    }
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
