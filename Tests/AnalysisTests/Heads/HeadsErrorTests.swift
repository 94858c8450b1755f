import Analysis
import Checkpoints
import Diagnostics
import ModelGraph
import TestSupport
import Testing

@Suite struct HeadsErrorTests {
  static let all: [(HeadsError, FailureKind, String)] = [
    (.noHeads(family: "impala"), .badData, "this impala model has no attention heads to measure"),
    (.noSequences(0), .wrongUsage, "0 random sequences: at least 1 is needed"),
    (
      .lengthOutsideContext(length: 20, context: 24, largest: 11), .wrongUsage,
      "a first token and 20 random ones, twice, are more than the model's context of 24 tokens; at most 11, twice, fit"
    ),
    (
      .lengthOutsideContext(length: 2, context: 4, largest: nil), .wrongUsage,
      "a first token and 2 random ones, twice, are more than the model's context of 4 tokens; no sequence fits"
    ),
    (
      .lengthTooSmall(1), .wrongUsage,
      "1 random tokens before the repetition are too few to tell heads apart; at least 2 are needed"
    ),
    (
      .lengthOutsideVocabulary(length: 16, vocabulary: 16, largest: 15), .wrongUsage,
      "16 distinct random tokens besides the first are more than a vocabulary of 16 has; at most 15"
    ),
  ]

  @Test(arguments: all)
  func messages(error: HeadsError, kind: FailureKind, text: String) {
    #expect(error.message == text)
    #expect(error.kind == kind)
  }

  @Test func sequencesThatDoNotFit() throws {
    let graph = InductionModel.make().graph
    #expect(throws: HeadsError.noSequences(0)) { try RepeatedSequences(for: graph, count: 0) }
    #expect(throws: HeadsError.lengthTooSmall(1)) { try RepeatedSequences(for: graph, length: 1) }
    #expect(throws: HeadsError.lengthOutsideContext(length: 8, context: 15, largest: 7)) {
      try RepeatedSequences(for: graph, length: 8)
    }
    let boundless = try #require(SmallSpec.all.first).spec
    var spec = boundless
    spec.context = nil
    spec.positions = .none
    #expect(throws: HeadsError.lengthOutsideVocabulary(length: 11, vocabulary: 11, largest: 10)) {
      try RepeatedSequences(for: spec.graph(), length: 11)
    }
    spec.layers = 0
    let empty = randomModel(spec)
    #expect(throws: HeadsError.noHeads(family: "patchbay")) { try HeadDetection(empty) }
    #expect(throws: HeadsError.noHeads(family: "patchbay")) { try CompositionScores(of: empty) }
  }
}
