import Analysis
import Execution
import ModelGraph
import Testing

/// The heads of a hand-made model are found, with exact numbers.
@Suite struct InductionModelTests {
  private static let model = InductionModel.make()

  private func detected() throws -> [HeadDetector: HeadScores] {
    let sequences = try RepeatedSequences(for: Self.model.graph, count: 6, first: 0)
    #expect(sequences.length == 7)
    var detection = try HeadDetection(Self.model)
    try detection.add((0..<sequences.count).map(sequences.tokens))
    #expect(Set(detection.counts.values) == [6])
    return detection.scores
  }

  @Test func everyDetectorFindsItsHead() throws {
    let scores = try detected()
    let heads: [(HeadDetector, Int, Int)] = [
      (.previousToken, 0, 0), (.currentToken, 0, 1), (.firstPosition, 0, 2), (.induction, 1, 0),
      (.duplicateToken, 1, 1),
    ]
    for (detector, layer, head) in heads {
      let found = try #require(scores[detector])
      let strongest = try #require(found.strongest(1).first)
      #expect(strongest.head == Head(layer: layer, head: head), "\(detector)")
      // 1.1 attends to itself too.
      #expect(abs(strongest.value - (detector == .duplicateToken ? 0.5 : 1)) < 1e-6, "\(detector): \(strongest.value)")
      for other in found.strongest(6).dropFirst() { #expect(other.value < strongest.value - 0.1, "\(detector)") }
    }
  }

  @Test func whatAHeadSeesOfOthers() throws {
    let scores = try detected()
    #expect(abs(try #require(scores[.previousToken])[0, 1]) < 1e-6)
    #expect(abs(try #require(scores[.induction])[0, 0]) < 1e-6)
    // 1.2 attends evenly to d + 1 sources: to the previous one from 2 to 14, to the repeated one from 8 to 14.
    let even = (2...14).map { 1 / Double($0 + 1) }.reduce(0, +) / 13
    #expect(abs(try #require(scores[.previousToken])[1, 2] - even) < 1e-6)
    let late = (8...14).map { 1 / Double($0 + 1) }.reduce(0, +) / 7
    #expect(abs(try #require(scores[.induction])[1, 2] - late) < 1e-6)
    #expect(abs(try #require(scores[.duplicateToken])[1, 2] - late) < 1e-6)
  }

  @Test func theKeyOfTheInductionHeadComposes() throws {
    let scores = try CompositionScores(of: Self.model)
    let strongest = scores.strongest(4, .key)
    #expect(
      strongest[0].sender == Head(layer: 0, head: 0) && strongest[0].receiver == Head(layer: 1, head: 0))
    // Two partial identities of rank 8 in sequence: sqrt 8 / (sqrt 8 sqrt 8).
    #expect(abs(strongest[0].score - 1 / 8.0.squareRoot()) < 1e-6)
    for pair in strongest.dropFirst() { #expect(pair.score < 1e-6) }
    #expect(scores.strongest(1, .query).allSatisfy { $0.score < 1e-6 })
    #expect(scores.strongest(1, .value).allSatisfy { $0.score < 1e-6 })
    // 0.1 writes nothing, 1.2 has no query, and 1.0 does not come before 0.0.
    #expect(scores.score(.key, from: Head(layer: 0, head: 1), to: Head(layer: 1, head: 0)).isNaN)
    #expect(scores.score(.query, from: Head(layer: 0, head: 0), to: Head(layer: 1, head: 2)).isNaN)
    #expect(scores.score(.key, from: Head(layer: 1, head: 0), to: Head(layer: 0, head: 0)).isNaN)
    #expect(abs(scores.baseline - 1 / 31.0.squareRoot()) < 1e-12)
  }

  @Test func copyingAndItsOpposite() async throws {
    let scores = try await CopyingScores.measured(on: Self.model)
    #expect(abs(scores.ov[1, 0] - 1) < 1e-9)
    #expect(abs(scores.ov[1, 1] + 1) < 1e-9)
    #expect(abs(scores.qk[1, 1] - 1) < 1e-9)
    // The unembedding does not read what 0.0 writes, and its keys read no tokens.
    #expect(scores.ov[0, 0].isNaN && scores.qk[0, 0].isNaN && scores.qk[1, 2].isNaN)
  }
}
