import Foundation
import Hashing
import Testing

/// Compared with the examples of FIPS 180-4 and NIST's test vectors (CAVP, SHA256ShortMsg and SHA256LongMsg), cut in
/// every way.
@Suite struct SHA256Tests {
  static let vectors: [(message: [UInt8], digest: String)] = [
    ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    (Array("abc".utf8), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      Array(
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"
          .utf8), "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
    ([0xBD], "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b"),
    ([0xC9, 0x8C, 0x8E, 0x55], "7abc22c0ae5af26ce93dbb94433a0e0b2e119d014f8e7f65bd56c61ccccd9504"),
    ([UInt8](repeating: 0, count: 55), "02779466cdec163811d078815c633f21901413081449002f24aa3e80f0b88ef7"),
    ([UInt8](repeating: 0, count: 56), "d4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb"),
    ([UInt8](repeating: 0, count: 57), "65a16cb7861335d5ace3c60718b5052e44660726da4cd13bb745381b235a1785"),
    ([UInt8](repeating: 0, count: 64), "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b"),
    ([UInt8](repeating: 0, count: 1000), "541b3e9daa09b20bf85fa273e5cbd3e80185aa4ec298e765db87742b70138a53"),
    ([UInt8](repeating: 0x41, count: 1000), "c2e686823489ced2017f6059b8b239318b6364f6dcd835d0a519105a1eadd6e4"),
    ([UInt8](repeating: 0x61, count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
  ]

  private func digest(_ pieces: [[UInt8]]) -> String {
    var hash = SHA256()
    for piece in pieces { hash.update(bytesOf: piece) }
    return hash.hexadecimal()
  }

  @Test(arguments: vectors)
  func digestsAreThePublishedOnes(message: [UInt8], published: String) {
    let own = digest([message])
    #expect(own == published)
  }

  /// It does not matter where the bytes are cut, nor whether a piece is empty.
  @Test(arguments: vectors.filter { $0.message.count <= 1000 })
  func piecesGiveTheSame(message: [UInt8], published: String) {
    for size in [1, 3, 55, 63, 64, 65] {
      let pieces = stride(from: 0, to: message.count, by: size).map {
        Array(message[$0..<min($0 + size, message.count)])
      }
      let own = digest([[]] + pieces.flatMap { [$0, []] })
      #expect(own == published, "in pieces of \(size)")
    }
  }

  @Test func numbersAreTheirBytesInMemory() {
    var numbers = SHA256()
    numbers.update(bytesOf: [Int32(1), -2])
    let own = numbers.hexadecimal()
    let bytes = digest([[1, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF]])
    #expect(own == bytes)
  }

  /// Many at once do not interfere, and one that is discarded unread does no harm.
  @Test func manyAtOnce() async {
    let thousand = [UInt8](repeating: 0x61, count: 1000)
    await withTaskGroup(of: String.self) { group in
      for number in 0..<64 {
        group.addTask {
          var dropped = SHA256()
          dropped.update(bytesOf: [UInt8(number)])
          return digest([[UInt8]](repeating: thousand, count: 1000))
        }
      }
      for await own in group { #expect(own == Self.vectors[Self.vectors.count - 1].digest) }
    }
  }
}
