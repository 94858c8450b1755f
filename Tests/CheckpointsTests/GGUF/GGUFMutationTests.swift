import Checkpoints
import Diagnostics
import Foundation
import TestSupport
import Testing

/// Damaged copies of one valid file. Whatever is done to it, reading it soon gives a typed error or a value.
@Suite struct GGUFMutationTests {
  private let whole = GGUFBytes(
    keys: [
      ("general.architecture", GGUFBytes.string("none")), ("general.alignment", GGUFBytes.uint32(16)),
      ("texts", GGUFBytes.array(8, 2, GGUFBytes.text("ab") + GGUFBytes.text("c"))), ("nested", GGUFBytes.nested(3)),
      ("flag", GGUFBytes.value(7, [1])), ("numbers", GGUFBytes.array(5, 2, littleEndian([1, -2] as [Int32]))),
    ],
    tensors: [
      .init(name: "a", sizes: [3, 2]), .init(name: "b", sizes: [32], type: 2, offset: 32),
      .init(name: "c", sizes: [1], type: 27, offset: 64), .init(name: "d", sizes: [0], offset: 80),
    ],
    data: floats([1, 2, 3, 4, 5, 6, 0, 0]) + [UInt8](repeating: 1, count: 32) + [UInt8](repeating: 3, count: 8)
      + [UInt8](repeating: 0, count: 8), alignment: 16
  ).bytes

  @Test func theWholeFileIsRight() throws {
    try withTemporaryFolder { folder in
      let error = try outcome(of: whole, at: folder + "/x")
      #expect(error == nil)
    }
  }

  @Test func everyTruncationIsAnError() throws {
    try withTemporaryFolder { folder in
      // Padding behind the last number may be missing.
      for count in 0..<whole.count - 8 {
        let error = try outcome(of: Array(whole[..<count]), at: folder + "/x")
        guard case .badGGUF? = error else {
          Issue.record("\(count) bytes: \(error.map { "\($0)" } ?? "accepted")")
          continue
        }
      }
    }
  }

  @Test func everyByteMayBeAnything() throws {
    try withTemporaryFolder { folder in
      for place in whole.indices {
        for byte in [0, 1, 0x7F, 0x80, 0xFF, whole[place] ^ 4] as [UInt8] {
          var bytes = whole
          bytes[place] = byte
          _ = try outcome(of: bytes, at: folder + "/x")
        }
      }
    }
  }

  @Test(arguments: 0..<6 as Range<UInt64>)
  func randomBytesDoNoHarm(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    try withTemporaryFolder { folder in
      for _ in 0..<100 {
        var bytes = whole
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
          let place = Int.random(in: bytes.indices, using: &generator)
          switch Int.random(in: 0..<4, using: &generator) {
          case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
          case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
          case 2: bytes.remove(at: place)
          default: bytes.insert(bytes[Int.random(in: bytes.indices, using: &generator)], at: place)
          }
        }
        _ = try outcome(of: bytes, at: folder + "/x")
      }
    }
  }

  /// Reads everything there is to read; returns the error from opening the file.
  private func outcome(of bytes: [UInt8], at path: String) throws -> CheckpointError? {
    try write(bytes, to: path)
    do throws(CheckpointError) {
      let file = try GGUFFile(path: path)
      for key in file.keys {
        _ = checkpointError { () throws(CheckpointError) in _ = try file.texts(key) }
        _ = checkpointError { () throws(CheckpointError) in _ = try file.integers(key) }
        _ = checkpointError { () throws(CheckpointError) in _ = try file.number(key) }
      }
      for tensor in file.tensors {
        do throws(CheckpointError) {
          #expect(try file.storage(named: tensor.name).values.count == tensor.shape.reduce(1, *))
        } catch {
          switch error {
          case .unreadType, .nonFiniteWeight: break
          default: Issue.record("\(error)")
          }
        }
      }
      return nil
    } catch {
      #expect(error.message.hasPrefix(path))
      #expect(!error.message.contains("\n") && error.message.count < 1200)
      return error
    }
  }
}
