import Foundation
import Tensors

/// A safetensors file, mapped into memory and checked.
///
/// Opening reads only the header. A tensor's numbers are read from disk when they are accessed; float32 tensors are
/// used in place in the mapping, without a copy.
public struct SafetensorsFile: Sendable {
  /// As given.
  public let path: String
  /// All tensors in the order of their bytes.
  public let entries: [SafetensorsEntry]
  /// The strings under `__metadata__`.
  public let metadata: [String: String]
  let mapping: MappedFile
  private let places: [String: Int]

  /// Maps the file and checks its header.
  /// - Throws: `fileNotFound`, `notAFile`, `unreadable`, or `badSafetensors` with what is wrong.
  public init(path: String) throws(CheckpointError) {
    let mapping = try MappedFile(path: path)
    let header: SafetensorsHeader
    var places: [String: Int] = [:]
    do throws(SafetensorsProblem) {
      header = try mapping.withBytes { (bytes) throws(SafetensorsProblem) in try SafetensorsHeader(parsing: bytes) }
      for (place, entry) in header.entries.enumerated() where places.updateValue(place, forKey: entry.name) != nil {
        throw SafetensorsProblem.equivalentNames(entry.name)
      }
    } catch {
      throw .badSafetensors(file: path, error)
    }
    self.path = path
    self.mapping = mapping
    self.places = places
    entries = header.entries
    metadata = header.metadata
  }

  /// Name, type and shape of a tensor; nil if the file has none of that name.
  public func entry(named name: String) -> SafetensorsEntry? {
    places[name].map { entries[$0] }
  }

  /// A tensor's numbers as float32, last axis fastest: the mapped memory itself for F32 (a copy if the file's layout
  /// puts it off a 4-byte boundary), converted memory for F16 and BF16, which is exact. Converted at each call; keep
  /// what it returns.
  /// - Throws: `missingWeight`, or `wrongDtype` for every other type.
  public func storage(named name: String) throws(CheckpointError) -> Storage {
    guard let entry = entry(named: name) else {
      throw .missingWeight(tensor: name, place: path, available: entries.map(\.name))
    }
    let numbers = mapping.withBytes { file in
      storage(of: UnsafeRawBufferPointer(rebasing: file[entry.bytes]), dtype: entry.dtype)
    }
    guard let numbers else { throw .wrongDtype(tensor: name, file: path, found: entry.dtype) }
    return numbers
  }

  /// - Parameter bytes: a part of the mapping.
  private func storage(of bytes: UnsafeRawBufferPointer, dtype: SafetensorsDtype) -> Storage? {
    let count = bytes.count * 8 / dtype.bitCount
    switch dtype {
    case .f32:
      guard let start = bytes.baseAddress, Int(bitPattern: start) % MemoryLayout<Float>.alignment == 0 else {
        return OwnedFloats.storage(count: count) { copyBytes(bytes, to: $0) }
      }
      return Storage(borrowing: start.bindMemory(to: Float.self, capacity: count), count: count, owner: mapping)
    case .f16: return OwnedFloats.storage(count: count) { widenFloat16(bytes, to: $0) }
    case .bf16: return OwnedFloats.storage(count: count) { widenBFloat16(bytes, to: $0) }
    default: return nil
    }
  }
}
