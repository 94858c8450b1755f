import Testing
import Training

/// How documents become rows, and rows parts of a batch.
@Suite struct ShardTests {
  @Test func longDocumentsAreCut() {
    for length in 0...12 {
      let document = (0..<Int32(length)).map { $0 }
      for context in 2...5 {
        let rows = Shard.rows(of: document, context: context)
        #expect(rows.allSatisfy { $0.count > 1 && $0.count <= context })
        let lost = length % context == 1 ? 1 : 0
        #expect(Array(rows.joined()) == Array(document.prefix(length - lost)), "\(length) tokens in rows of \(context)")
      }
      #expect(Shard.rows(of: document, context: nil) == (length > 1 ? [document] : []))
    }
  }

  private func rows(_ shard: Shard) -> [[Int32]] {
    guard case .tokens(let rows) = shard.content else { return [] }
    return rows
  }

  @Test func everyTokenButTheLastPredicts() {
    let shard = Shard([[1, 2, 3], [4, 5], [6, 7, 8, 9]])
    #expect(rows(shard) == [[1, 2, 3], [4, 5], [6, 7, 8, 9]])
    #expect(shard.entries == [0, 1, 3, 5, 6, 7])
    #expect(shard.targets == [2, 3, 5, 7, 8, 9])
  }

  @Test func partsKeepTheOrderAndAreAboutAlike() {
    for count in 1...9 {
      let rows = (0..<count).map { [Int32](repeating: Int32($0), count: 2 + $0 * 7 % 5) }
      let tokens = rows.reduce(0) { $0 + $1.count }
      for parts in 1...6 {
        let shards = Shard.cut(rows, into: parts)
        #expect(shards.flatMap(self.rows) == rows)
        #expect(shards.count <= parts && shards.allSatisfy { !self.rows($0).isEmpty })
        // A part begins where its share does, so it exceeds its share by less than one row.
        for shard in shards { #expect(self.rows(shard).reduce(0) { $0 + $1.count } < tokens / parts + 1 + 6) }
      }
    }
  }

  @Test func everyDocumentOnceARound() throws {
    for count in 1...40 {
      let source = TokenSource(count: count) { [Int32($0)] }
      for seed: UInt64 in [0, 1, 99] {
        for round in 0..<3 {
          let seen = try (0..<count).map { try source.document(round * count + $0, seed: seed)[0] }
          #expect(seen.sorted() == (0..<Int32(count)).map { $0 })
        }
      }
    }
  }

  @Test func theOrderDependsOnTheSeedAndTheRound() throws {
    let source = TokenSource(count: 200) { [Int32($0)] }
    func order(round: Int, seed: UInt64) throws -> [Int32] {
      try (0..<200).flatMap { try source.document(round * 200 + $0, seed: seed) }
    }
    let first = try order(round: 0, seed: 1)
    #expect(try first == order(round: 0, seed: 1))
    #expect(try first != order(round: 1, seed: 1))
    #expect(try first != order(round: 0, seed: 2))
    // Neighbours are separated: a shuffled order has few pairs of successors.
    #expect(zip(first, first.dropFirst()).count { $1 == $0 + 1 } < 10)
  }
}
