import Analysis
import Checkpoints
import Execution
import ModelGraph
import TestSupport
import Testing

@Suite struct DetectorTests {
  /// Destinations and their sources on a prompt with a token three times and one twice in a row.
  @Test(arguments: [
    (HeadDetector.previousToken, [[2, 1], [3, 2], [4, 3], [5, 4]]),
    (.currentToken, [[1, 1], [2, 2], [3, 3], [4, 4], [5, 5]]),
    (.firstPosition, [[2, 0], [3, 0], [4, 0], [5, 0]]),
    (.duplicateToken, [[2, 0], [3, 0, 2], [5, 4]]),
    // Position 0 was followed by 1. 2 was followed by 3, to which only 3 itself attends; 4 was followed by 5 itself.
    (.induction, [[2, 1], [3, 1]]),
  ])
  func targets(detector: HeadDetector, expected: [[Int]]) {
    #expect(detector.targets(in: [7, 3, 7, 7, 9, 9]).map { [$0.destination] + $0.sources } == expected)
  }

  @Test func nothingToSeeInShortPrompts() {
    for detector in HeadDetector.allCases {
      #expect(detector.targets(in: [1]).isEmpty)
      #expect(detector.targets(in: [1, 2]).map(\.destination) == (detector == .currentToken ? [1] : []))
    }
  }

  /// Every family of flags, compared with the patterns of the plain executor, for all groupings and however few layers
  /// at a time.
  @Test(arguments: SmallSpec.all)
  func againstPatterns(small: SmallSpec) throws {
    let model = randomModel(small.spec)
    guard small.spec.layers > 0 else {
      #expect(throws: HeadsError.noHeads(family: "patchbay")) { try HeadDetection(model) }
      return
    }
    let prompts: [[Int32]] = [[1, 2, 1, 2, 3, 1], [4, 4, 4], [5], [6, 7, 8, 9, 6, 7, 8, 9]]
    let found = try [1, 200, HeadDetection.defaultBudget].map { budget in
      var detection = try HeadDetection(model, budget: budget)
      try detection.add(Array(prompts[0..<2]))
      try detection.add(Array(prompts[2...]))
      return detection
    }
    for layer in 0..<small.spec.layers {
      let node = try #require(model.graph.node(hook: HookName(layer: layer, "attn.hook_pattern")))
      let run = try Oracle(model).run(try Batch(prompts: prompts), keeping: [node.id])
      for head in 0..<small.spec.heads {
        for detector in HeadDetector.allCases {
          var means: [Double] = []
          for (row, prompt) in prompts.enumerated() {
            let shares = detector.targets(in: prompt).map { destination, sources in
              run.withExample(row, of: node) { pattern in
                sources.map { Double(pattern[(head * prompt.count + destination) * prompt.count + $0]) }.reduce(0, +)
              }
            }
            if !shares.isEmpty { means.append(shares.reduce(0, +) / Double(shares.count)) }
          }
          let expected = means.reduce(0, +) / Double(means.count)
          for detection in found {
            #expect(detection.counts[detector] == means.count)
            #expect(abs(try #require(detection.scores[detector])[layer, head] - expected) < 1e-5, "\(detector)")
          }
        }
      }
    }
  }

  @Test func withoutDestinationsThereIsNoScore() throws {
    var detection = try HeadDetection(InductionModel.make())
    try detection.add([[1, 2, 3]])
    #expect(try #require(detection.scores[.induction]).values.allSatisfy(\.isNaN))
    #expect(detection.counts[.induction] == 0 && detection.counts[.previousToken] == 1)
    #expect(try #require(detection.scores[.induction]).strongest(3).isEmpty)
  }

  @Test func sequencesDependOnSeedAndNumberAlone() throws {
    let graph = InductionModel.make().graph
    let (few, many) = (
      try RepeatedSequences(for: graph, count: 3, length: 5, seed: 4, first: 2),
      try RepeatedSequences(for: graph, count: 30, length: 5, seed: 4, first: 2)
    )
    var seen: Set<[Int32]> = []
    for index in 0..<3 {
      let tokens = few.tokens(index)
      #expect(tokens == many.tokens(index))
      #expect(tokens.count == 11 && tokens[0] == 2)
      #expect(tokens[1...5] == tokens[6...10] && Set(tokens).count == 6)
      seen.insert(tokens)
    }
    #expect(seen.count == 3)
    #expect(try RepeatedSequences(for: graph, length: 5, seed: 5, first: 2).tokens(0) != few.tokens(0))
    let free = try RepeatedSequences(for: graph, length: 7).tokens(0)
    #expect(Set(free).count == 8 && free.count == 15)
  }
}
