import Testing
import Tokenization

/// The heap compared with the plain scan.
@Suite struct MergingTests {
  /// Merges over letters 0, 1, 2 and their compounds, generated from a seed.
  private func table(seed: UInt64) -> MergeTable {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func next(below bound: Int32) -> Int32 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int32(truncatingIfNeeded: state >> 33) % bound
    }
    var table = MergeTable(capacity: 12)
    for rank in 0..<12 {
      let result = Int32(3 + rank)
      table.insert(left: next(below: result), right: next(below: result), Merge(rank: Int32(rank), result: result))
    }
    return table
  }

  @Test func agreeOnAllShortWordsOfThreeLetters() {
    for seed in 0..<20 {
      let table = table(seed: UInt64(seed))
      for length in 0...7 {
        var count = 1
        for _ in 0..<length { count *= 3 }
        for code in 0..<count {
          var rest = code
          let word = (0..<length).map { _ in
            defer { rest /= 3 }
            return Int32(rest % 3)
          }
          check(word, table)
        }
      }
    }
  }

  @Test func agreeOnLongWords() {
    for seed in 0..<200 {
      let table = table(seed: UInt64(seed))
      var state = UInt32(seed)
      check(
        (0..<300).map { _ in
          state = state &* 1_664_525 &+ 1_013_904_223
          return Int32(state >> 30 % 3)
        }, table)
    }
  }

  private func check(_ word: [Int32], _ table: MergeTable) {
    // What comes before the word must not change.
    var scanned: [Int32] = [7] + word
    var heaped = scanned
    table.mergeByScanning(&scanned, from: 1)
    table.mergeByHeap(&heaped, from: 1)
    if scanned != heaped { Issue.record("\(word): scanned \(scanned), by heap \(heaped)") }
  }

  @Test(.timeLimit(.minutes(1)))
  func longTextsDoNotExplode() throws {
    let tokenizer = try #require(try Tokenizer.load(folder: SharedFiles.gpt2))
    // 100 KB without a space, and a megabyte of one letter: this would take hours if each merge scanned the whole word.
    let word = String(repeating: "abcdefghijklmnopqrstuvwxyz", count: 4000)
    #expect(try tokenizer.decode(tokenizer.encode(word)) == word)
    let letters = String(repeating: "a", count: 1_000_000)
    #expect(try tokenizer.decode(tokenizer.encode(letters)) == letters)
  }
}
