import Checkpoints
import Diagnostics
import Execution
import Foundation
import Tensors
import TestSupport
import Testing
import Training

/// A conv policy trained on labelled pictures.
@Suite struct PictureTrainingTests {
  /// Pictures of 8 x 8 with light in one of the four corners; the label says which.
  private static func source(_ seed: UInt64) -> PictureSource {
    PictureSource(shape: [1, 8, 8]) { numbers, pictures in
      numbers.enumerated().map { index, number in
        var generator = SplitMix64(seed: seed &+ UInt64(number) &* 7919)
        let label = Int.random(in: 0..<4, using: &generator)
        for row in 0..<8 {
          for column in 0..<8 {
            let isLit = row / 4 == label / 2 && column / 4 == label % 2
            pictures[index * 64 + row * 8 + column] = (isLit ? 0.7 : 0) + .random(in: 0...0.3, using: &generator)
          }
        }
        return Int32(label)
      }
    }
  }

  private static func trainer(steps: Int, shards: Int = 3, threads: Int = 2) throws -> Trainer {
    let recipe = Recipe(
      model: JSONObject(), spec: ImpalaSpec(channels: 1, size: 8, actions: 5), data: "corners", steps: steps,
      batchTokens: 16, shards: shards, seed: 3, optimizer: OptimizerSpec(learningRate: 0.003, warmUp: 2),
      validation: .init(every: 100, documents: 100))
    return Trainer(recipe, data: .pictures(source(1), validation: source(2)), threads: threads)
  }

  @Test func itLearns() throws {
    let trainer = try Self.trainer(steps: 40)
    var state = trainer.start()
    let before = try trainer.validate(state)
    // Five actions, about equally likely.
    #expect(abs(before.loss - log(5)) < 0.3 && before.tasks[0].accuracy < 0.6)
    for _ in 0..<40 { _ = try trainer.step(&state) }
    let after = try trainer.validate(state)
    #expect(after.loss < 0.1 && after.tasks.map(\.name) == ["labels"] && after.tasks[0].accuracy > 0.95)
    #expect(state.tokens == 40 * 16)
  }

  /// The share of right answers and the loss, counted by hand.
  @Test func validationCountsRight() throws {
    let trainer = try Self.trainer(steps: 1)
    var state = trainer.start()
    _ = try trainer.step(&state)
    let measured = try trainer.validate(state)
    var pictures = [Float](repeating: 0, count: 100 * 64)
    var labels: [Int32] = []
    let shard = Shard(pictures: Tensor(shape: [1, 1, 8, 8]), labels: [0])
    #expect(shard.entries == [0] && shard.targets == [0])
    pictures.withUnsafeMutableBufferPointer { labels = Self.fill(2, 0..<100, $0) }
    let batch = try Batch(observations: Tensor(shape: [100, 1, 8, 8], pictures))
    let logits = try Oracle(trainer.model(state)).lastLogits(batch).logits.values
    var (loss, right) = (0.0, 0)
    for (row, label) in labels.enumerated() {
      let own = logits[row * 5..<row * 5 + 5].map(Double.init)
      loss += log(own.reduce(0) { $0 + exp($1) }) - own[Int(label)]
      right += own.indices.filter { $0 != Int(label) }.allSatisfy { own[$0] < own[Int(label)] } ? 1 : 0
    }
    #expect(abs(measured.loss - loss / 100) < 1e-5)
    #expect(measured.tasks[0].accuracy == Double(right) / 100)
  }

  private static func fill(
    _ seed: UInt64, _ numbers: Range<Int>, _ pictures: UnsafeMutableBufferPointer<Float>
  ) -> [Int32] {
    source(seed).labels(numbers, into: pictures)
  }

  @Test func threadsChangeNoBit() throws {
    func trained(_ threads: Int) throws -> [[UInt32]] {
      let trainer = try Self.trainer(steps: 3, threads: threads)
      var state = trainer.start()
      for _ in 0..<3 { _ = try trainer.step(&state) }
      return state.weights.map { $0.values.map(\.bitPattern) }
    }
    let alone = try trained(1)
    for threads in [2, 4, 2] {
      let isSame = try trained(threads) == alone
      #expect(isSame, "\(threads) threads")
    }
  }

  /// The finished folder is a conv policy that gives the same scores.
  @Test func theFolderIsAModel() throws {
    let scratch = try TemporaryFolder()
    let trainer = try Self.trainer(steps: 3)
    let run = TrainingRun(trainer, folder: scratch.path)
    let state = try run.run(resumes: false)
    #expect(try scratch.text("config.json").contains(#""model_type": "impala_policy""#))
    #expect(throws: CheckpointError.self) { try LoadedModel(folder: scratch.path) }
    var config = JSONObject()
    for (key, value) in [("model_type", "impala_policy")] { config.append(key: key, value: .string(value)) }
    for (key, value) in [("in_channels", 1), ("observation_size", 8), ("num_actions", 5)] {
      config.append(key: key, value: .integer(value))
    }
    try scratch.write("config.json", Data(JSONValue.object(config).text.utf8))
    let loaded = try LoadedModel(folder: scratch.path).model
    var pictures = [Float](repeating: 0, count: 2 * 64)
    _ = pictures.withUnsafeMutableBufferPointer { Self.fill(2, 0..<2, $0) }
    let batch = try Batch(observations: Tensor(shape: [2, 1, 8, 8], pictures))
    let scores = try Oracle(loaded).lastLogits(batch).logits
    #expect(try scores == Oracle(trainer.model(state)).lastLogits(batch).logits)
    #expect(loaded.graph.family == "impala_policy")
  }
}
