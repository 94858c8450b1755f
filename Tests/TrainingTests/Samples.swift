import Checkpoints
import Diagnostics
import Foundation
import Tensors
import Training

/// Small recipes and texts to train on.
enum Samples {
  /// A model's config from its keys.
  static func config(_ keys: KeyValuePairs<String, JSONValue>) -> JSONObject {
    var json = JSONObject()
    for (key, value) in keys { json.append(key: key, value: value) }
    return json
  }

  /// One layer of 8 features over 11 tokens.
  static let tiny = config([
    "n_layers": .integer(1), "n_heads": .integer(2), "d_model": .integer(8), "vocab_size": .integer(11),
    "n_ctx": .integer(9),
  ])

  static func recipe(
    _ model: JSONObject = tiny, steps: Int = 8, batchTokens: Int = 40, shards: Int = 2,
    optimizer: OptimizerSpec = OptimizerSpec(learningRate: 0.01, warmUp: 2),
    validation: Recipe.Validation = .init(every: 3, documents: 10), checkpointEvery: Int = 2
  ) throws -> Recipe {
    Recipe(
      model: model, spec: try PatchbayFamily.spec(Config(model, file: "model")), data: "random tokens", steps: steps,
      batchTokens: batchTokens, shards: shards, seed: 5, optimizer: optimizer, validation: validation,
      checkpointEvery: checkpointEvery)
  }

  /// Documents of 1 to 14 random tokens below a vocabulary's size.
  static func source(_ seed: UInt64 = 1, vocabulary: Int = 11, count: Int? = nil) -> TokenSource {
    TokenSource(count: count) { index in
      var generator = SplitMix64(seed: seed &+ UInt64(index) &* 977)
      let length = Int.random(in: 1...14, using: &generator)
      return (0..<length).map { _ in Int32.random(in: 0..<Int32(vocabulary), using: &generator) }
    }
  }

  static func trainer(
    _ recipe: Recipe, source: TokenSource? = nil, tasks: [(name: String, examples: [TaskExample])] = [],
    threads: Int? = nil
  ) -> Trainer {
    Trainer(
      recipe, data: .documents(source ?? Self.source(), validation: Self.source(2)), tasks: tasks, threads: threads)
  }
}
