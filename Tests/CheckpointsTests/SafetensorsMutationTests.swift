import Checkpoints
import Diagnostics
import Foundation
import TestSupport
import Testing

/// Damaged copies of one valid file. Whatever is done to it, reading it soon gives a typed error or a value.
@Suite struct SafetensorsMutationTests {
  private let header = """
    {"__metadata__":{"format":"pt"},"a.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},\
    "b":{"dtype":"F16","shape":[5],"data_offsets":[24,34]},"c":{"dtype":"BF16","shape":[1,1],"data_offsets":[34,36]},\
    "d":{"dtype":"I64","shape":[1],"data_offsets":[36,44]},"e":{"dtype":"F32","shape":[0],"data_offsets":[44,44]}}
    """
  private var whole: [UInt8] { safetensors(header, data: (0..<44).map { UInt8($0) }) }

  @Test func theWholeFileIsRight() throws {
    try withTemporaryFolder { folder in
      let error = try outcome(of: whole, at: folder + "/x")
      #expect(error == nil)
    }
  }

  @Test func everyTruncationIsAnError() throws {
    try withTemporaryFolder { folder in
      for count in whole.indices {
        let error = try #require(try outcome(of: Array(whole[..<count]), at: folder + "/x"))
        guard case .badSafetensors = error else {
          Issue.record("\(count) bytes: \(error)")
          continue
        }
      }
    }
  }

  @Test func everyOtherHeaderLengthIsAnError() throws {
    try withTemporaryFolder { folder in
      for length in 0..<whole.count + 16 where length != header.utf8.count {
        let bytes = littleEndian(UInt64(length)) + whole[8...]
        let error = try outcome(of: bytes, at: folder + "/x")
        #expect(error != nil, "header length \(length)")
      }
    }
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
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

  @Test(arguments: [
    "-1", "9223372036854775807", "9223372036854775808", "1e308", "1e999", "0.5", "null", "[]", "{}", "\"\"",
  ])
  func anyNumberReplacedIsAnErrorOrAValue(replacement: String) throws {
    try withTemporaryFolder { folder in
      var rest = Substring(header)
      while let digits = rest.firstRange(of: #/[0-9]+/#) {
        let changed = header.replacingCharacters(in: digits, with: replacement)
        _ = try outcome(of: safetensors(changed, data: Array(whole.suffix(44))), at: folder + "/x")
        rest = rest[digits.upperBound...]
      }
    }
  }

  /// Reads everything there is to read; returns the error from opening the file.
  private func outcome(of bytes: [UInt8], at path: String) throws -> CheckpointError? {
    try write(bytes, to: path)
    do throws(CheckpointError) {
      let file = try SafetensorsFile(path: path)
      _ = file.firstNonFinite()
      for entry in file.entries {
        do throws(CheckpointError) {
          let storage = try file.storage(named: entry.name)
          #expect(storage.count == entry.shape.reduce(1, *))
          #expect(storage.values.count == storage.count)
        } catch {
          guard case .wrongDtype = error else {
            Issue.record("\(error)")
            continue
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
