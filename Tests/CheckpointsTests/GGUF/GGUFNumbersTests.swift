import Checkpoints
import Foundation
import TestSupport
import Testing

/// Numbers of every type equal those that gguf-py computes, bit for bit.
@Suite struct GGUFNumbersTests {
  static let types = GGUFType.allCases.filter { $0.isRead && $0 != .f32 }

  @Test(arguments: types)
  func numbersAreTheReferencesToTheBit(type: GGUFType) throws {
    let file = try GGUFFile(path: SharedFolder.path("gguf/blocks.gguf"))
    let (own, reference) = (
      try file.storage(named: type.name).values, try file.storage(named: "\(type.name).expected").values
    )
    #expect(own.count > 1000 && own.map(\.bitPattern) == reference.map(\.bitPattern))
  }

  /// Several chunks of work, the last one not full.
  @Test(arguments: [GGUFType.q80, .q6K])
  func manyBlocksAreThoseThatOneIs(type: GGUFType) throws {
    let small = try GGUFFile(path: SharedFolder.path("gguf/blocks.gguf"))
    let tensor = try #require(small.tensor(named: type.name))
    let block = [UInt8](try Data(contentsOf: URL(fileURLWithPath: small.path)))[tensor.bytes]
    let times = 70
    let many = GGUFBytes(
      tensors: [.init(sizes: [UInt64(times * tensor.shape.reduce(1, *))], type: type.rawValue)],
      data: (0..<times).flatMap { _ in block })
    try withTemporaryFolder { folder in
      try write(many.bytes, to: folder + "/x.gguf")
      let one = try small.storage(named: type.name).values
      let all = try GGUFFile(path: folder + "/x.gguf").storage(named: "w").values
      #expect(all.count > 1 << 16 && all == (0..<times).flatMap { _ in one })
    }
  }
}
