import Checkpoints
import Execution
import ModelGraph
import Tensors
import TestSupport
import Testing

/// Choosing tokens, and when to stop.
@Suite struct GenerationTests {
  private static func chosen(_ sampling: Sampling, _ scores: [Float], count: Int) -> [Int32] {
    var chooser = TokenChooser(sampling)
    return (0..<count).map { _ in scores.withUnsafeBufferPointer { chooser.next($0) } }
  }

  @Test func greedyTakesTheFirstOfTheHighest() {
    #expect(Self.chosen(.greedy, [1, 3, 2, 3], count: 2) == [1, 1])
    #expect(Self.chosen(.greedy, [-5], count: 1) == [0])
  }

  /// The frequencies of many draws are the softmax's, within four standard errors.
  @Test(arguments: [(0.5, nil), (1, nil), (2, nil), (1, 2), (1, 1)] as [(Double, Int?)])
  func drawsFollowTheSoftmax(temperature: Double, topK: Int?) {
    let scores: [Float] = [0, 1, -1, 1.5, 0.25]
    let draws = Self.chosen(.drawn(temperature: temperature, topK: topK, seed: 4), scores, count: 20_000)
    let kept = topK == 1 ? [3] : topK == 2 ? [1, 3] : Array(scores.indices)
    var weights = [Double](repeating: 0, count: scores.count)
    for index in kept { weights[index] = _exp(Double(scores[index]) / temperature) }
    let total = weights.reduce(0, +)
    for (index, weight) in weights.enumerated() {
      let share = weight / total
      let found = Double(draws.count { $0 == Int32(index) }) / 20_000
      #expect(abs(found - share) <= 4 * (share * (1 - share) / 20_000).squareRoot(), "\(index): \(found), not \(share)")
    }
  }

  private func _exp(_ x: Double) -> Double { (1..<60).reversed().reduce(1.0) { 1 + $0 * x / Double($1) } }

  @Test func theSameSeedDrawsTheSame() {
    let scores: [Float] = [0, 0.1, 0.2, 0.3]
    let first = Self.chosen(.drawn(temperature: 1, topK: nil, seed: 9), scores, count: 50)
    #expect(Self.chosen(.drawn(temperature: 1, topK: nil, seed: 9), scores, count: 50) == first)
    #expect(Self.chosen(.drawn(temperature: 1, topK: nil, seed: 10), scores, count: 50) != first)
    // Among equal scores, the lower ids are kept.
    let ties = Self.chosen(.drawn(temperature: 1, topK: 2, seed: 1), [1, 1, 1, 0], count: 200)
    #expect(Set(ties) == [0, 1])
  }

  /// Greedy text is the same as running the whole text again for each token.
  @Test func greedyTextIsTheOracles() throws {
    for small in SmallSpec.all where small.spec.isCausal {
      let model = randomModel(small.spec)
      var continuation = try Continuation(model, prompts: [[1, 2, 3], [4]])
      let rows = try continuation.generate(8, .greedy)
      for (prompt, row) in zip([[1, 2, 3], [4]] as [[Int32]], rows) {
        var text = prompt
        for _ in 0..<8 {
          let logits = try Oracle(model).lastLogits(try Batch(prompts: [text])).logits.values
          text.append(Int32(logits.firstIndex(of: logits.max() ?? 0) ?? 0))
        }
        #expect(row.tokens == Array(text.dropFirst(prompt.count)), "\(small.name)")
        #expect(row.stop == .length)
      }
    }
  }

  @Test func rowsStopByThemselves() throws {
    let model = randomModel(try #require(SmallSpec.all.first).spec)
    var free = try Continuation(model, prompts: [[1, 2, 3], [4]])
    let sampling = Sampling.drawn(temperature: 3, topK: nil, seed: 2)
    let whole = try free.generate(12, sampling)
    // A token of the first row that the second has later or never ends the first row; of several, the first to come
    // does.
    for ends in [
      [whole[0].tokens[2]], [whole[0].tokens[5], whole[0].tokens[2]], [whole[1].tokens[4], whole[0].tokens[3]],
    ] {
      let ends = Set(ends)
      var stopped = try Continuation(model, prompts: [[1, 2, 3], [4]])
      let rows = try stopped.generate(12, sampling, ends: ends)
      for (row, other) in zip(rows, whole) {
        let expected = other.tokens.firstIndex(where: ends.contains).map { Array(other.tokens[...$0]) } ?? other.tokens
        #expect(row.tokens == expected)
        #expect(row.stop == (expected.last.map(ends.contains) ?? false ? .endOfText : .length))
      }
      #expect(rows[0].stop == .endOfText)
    }
  }

  @Test func textStopsWhereTheModelSeesNoMore() throws {
    var spec = try #require(SmallSpec.all.first).spec
    spec.context = 5
    var continuation = try Continuation(randomModel(spec), prompts: [[1, 2, 3]])
    let rows = try continuation.generate(10, .greedy)
    // Two more fit, and one is chosen at the last of them.
    #expect(rows[0].tokens.count == 3 && rows[0].stop == .context)
    var exact = try Continuation(randomModel(spec), prompts: [[1, 2, 3]])
    #expect(try exact.generate(3, .greedy)[0].stop == .length)
  }
}
