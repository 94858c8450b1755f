import Checkpoints
import Diagnostics
import Execution
import Foundation
import ModelGraph
import Tensors
import Testing
import Training

/// Steps: what they depend on, what they train on, and that they teach.
@Suite struct TrainerTests {
  /// Numbers equal bit by bit.
  private static func bits(_ state: TrainingState) -> [[UInt32]] { state.weights.map { $0.values.map(\.bitPattern) } }

  private static func trained(_ recipe: Recipe, threads: Int) throws -> (state: TrainingState, losses: [Double]) {
    let trainer = Samples.trainer(recipe, threads: threads)
    var state = trainer.start()
    let losses = try (0..<recipe.steps).map { _ in try trainer.step(&state).loss }
    return (state, losses)
  }

  /// Repeated, since the position of arrays in memory varies from time to time.
  @Test(arguments: 1...5) func threadsChangeNoBit(shards: Int) throws {
    let recipe = try Samples.recipe(steps: 4, shards: shards)
    let alone = try Self.trained(recipe, threads: 1)
    for threads in [2, 3, 8, 1, 2, 3, 2, 1] {
      let together = try Self.trained(recipe, threads: threads)
      let isSame = Self.bits(together.state) == Self.bits(alone.state)
      #expect(isSame, "\(threads) threads")
      #expect(together.losses == alone.losses)
    }
  }

  /// Wide enough that one of its products would be shared between threads.
  @Test func threadsChangeNoBitOfLargerProducts() throws {
    let model = Samples.config([
      "n_layers": .integer(1), "n_heads": .integer(4), "d_model": .integer(128), "vocab_size": .integer(500),
      "n_ctx": .integer(14),
    ])
    for shards in [1, 3] {
      let recipe = try Samples.recipe(model, steps: 2, batchTokens: 600, shards: shards)
      let alone = try Self.trained(recipe, threads: 1)
      let together = try Self.trained(recipe, threads: 2)
      let isSame = Self.bits(together.state) == Self.bits(alone.state)
      #expect(isSame, "\(shards) shards")
      #expect(together.losses == alone.losses)
    }
  }

  @Test func shardsChangeRoundingOnly() throws {
    let one = try Self.trained(try Samples.recipe(steps: 3, shards: 1), threads: 1)
    for shards in 2...6 {
      let several = try Self.trained(try Samples.recipe(steps: 3, shards: shards), threads: 2)
      for (a, b) in zip(one.losses, several.losses) { #expect(abs(a - b) < 1e-5) }
      for (a, b) in zip(one.state.weights, several.state.weights) {
        let worst = zip(a.values, b.values).map { abs($0 - $1) }.max() ?? 0
        // If a gradient is nearly 0, Adam's step is a quotient of two small numbers.
        #expect(worst < 2e-3, "\(shards) shards")
      }
    }
  }

  /// The loss by its definition: every next token's surprisal in a run of the plain executor, in double precision.
  @Test func theLossIsTheMeanOverAllNextTokens() throws {
    let recipe = try Samples.recipe(batchTokens: 60, shards: 3)
    let trainer = Samples.trainer(recipe)
    var state = trainer.start()
    let model = trainer.model(state)
    var (rows, count, index) = ([[Int32]](), 0, 0)
    while count < 60 {
      let document = try Samples.source().document(index, seed: 0)
      for start in stride(from: 0, to: document.count, by: 9) {
        let row = Array(document[start..<min(start + 9, document.count)])
        guard row.count > 1 else { continue }
        rows.append(row)
        count += row.count
      }
      index += 1
    }
    let logits = trainer.graph[trainer.graph.logits]
    let run = try Oracle(model).run(try Batch(prompts: rows), keeping: [logits.id])
    var (sum, tokens) = (0.0, 0)
    for (number, row) in rows.enumerated() {
      run.withExample(number, of: logits) { scores in
        for position in 0..<row.count - 1 {
          let own = scores[position * 11..<(position + 1) * 11].map { Double($0) }
          sum += log(own.reduce(0) { $0 + exp($1) }) - own[Int(row[position + 1])]
          tokens += 1
        }
      }
    }
    let step = try trainer.step(&state)
    #expect(step.tokens == tokens)
    #expect(abs(step.loss - sum / Double(tokens)) < 1e-6)
    #expect(state.step == 1 && state.document == index && state.tokens == tokens)
    #expect(abs(step.loss - log(11.0)) < 0.1, "an untrained model knows nothing")
  }

  @Test func firstWeightsAreThoseOfGPT2() throws {
    let model = Samples.config([
      "n_layers": .integer(8), "n_heads": .integer(4), "d_model": .integer(64), "vocab_size": .integer(300),
      "n_ctx": .integer(50),
    ])
    let trainer = Samples.trainer(try Samples.recipe(model))
    let state = trainer.start()
    for (declaration, weight) in zip(trainer.graph.weights, state.weights) {
      let values = weight.values.map(Double.init)
      if declaration.shape.count == 1 {
        let expected: Float = declaration.name.hasSuffix(".weight") ? 1 : 0
        #expect(weight.values.allSatisfy { $0 == expected }, "\(declaration.name)")
        continue
      }
      let writes = declaration.name.hasSuffix("attn.o.weight") || declaration.name.hasSuffix("mlp.out.weight")
      let deviation = writes ? 0.02 / 4 : 0.02
      let mean = values.reduce(0, +) / Double(values.count)
      let square = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
      #expect(abs(mean) < 5 * deviation / Double(values.count).squareRoot(), "\(declaration.name)")
      #expect(abs(square.squareRoot() / deviation - 1) < 0.05, "\(declaration.name)")
      // In a normal distribution 4.6% are beyond two standard deviations.
      let beyond = Double(values.count { abs($0) > 2 * deviation }) / Double(values.count)
      #expect(abs(beyond - 0.0455) < 0.015, "\(declaration.name): \(beyond)")
    }
    let names = trainer.graph.weights.map(\.name)
    let (q, k) = (names.firstIndex(of: "blocks.0.attn.q.weight"), names.firstIndex(of: "blocks.0.attn.k.weight"))
    #expect(state.weights[try #require(q)] != state.weights[try #require(k)])
    #expect(Samples.trainer(try Samples.recipe(model)).start().weights == state.weights)
    var other = try Samples.recipe(model)
    other.seed = 6
    #expect(Samples.trainer(other).start().weights != state.weights)
  }

  /// A repeating sequence of tokens: one attention layer can learn it without error.
  @Test func aCycleIsLearned() throws {
    let model = Samples.config([
      "n_layers": .integer(1), "n_heads": .integer(2), "d_model": .integer(16), "vocab_size": .integer(7),
      "n_ctx": .integer(12),
    ])
    let source = TokenSource { index in (0..<12).map { Int32(($0 + index) % 7) } }
    let recipe = try Samples.recipe(
      model, steps: 150, batchTokens: 96, optimizer: OptimizerSpec(learningRate: 0.02, warmUp: 10, weightDecay: 0.01))
    let examples = (0..<7).map { first -> TaskExample in
      let cycle: [Int32] = (0..<6).map { Int32((first + $0) % 7) }
      return TaskExample(prompt: Array(cycle[..<5]), answers: [cycle[5]], wrongs: [cycle[4]])
    }
    let trainer = Trainer(recipe, data: .documents(source, validation: source), tasks: [("cycle", examples)])
    var state = trainer.start()
    let before = try trainer.validate(state)
    var loss = 0.0
    for _ in 0..<recipe.steps { loss = try trainer.step(&state).loss }
    let after = try trainer.validate(state)
    #expect(before.loss > 1.5 && before.tasks[0].top < 1)
    #expect(loss < 0.05 && after.loss < 0.05, "\(loss), \(after.loss)")
    #expect(after.tasks[0].accuracy == 1 && after.tasks[0].top == 1 && after.tasks[0].logitDifference > 3)
    #expect(after.tasks[0].name == "cycle")
  }

  @Test func everyKindOfModelLearns() throws {
    for keys: KeyValuePairs<String, JSONValue> in [
      ["norm": .string("rms"), "positions": .string("rotary"), "gated": .bool(true), "activation": .string("silu")],
      ["norm": .string("none"), "positions": .string("none"), "d_mlp": .integer(0)],
      ["parallel": .bool(true), "tie_word_embeddings": .bool(false), "unembed_bias": .bool(true)],
      ["n_key_value_heads": .integer(1), "activation": .string("relu"), "attention_bias": .bool(false)],
    ] {
      var model = Samples.config([
        "n_layers": .integer(2), "n_heads": .integer(2), "d_model": .integer(16), "vocab_size": .integer(7),
        "n_ctx": .integer(12),
      ])
      for (key, value) in keys { model.append(key: key, value: value) }
      let source = TokenSource { index in (0..<12).map { Int32(($0 + index) % 7) } }
      let trainer = Samples.trainer(
        try Samples.recipe(model, optimizer: OptimizerSpec(learningRate: 0.01, warmUp: 0, decay: .constant)),
        source: source)
      var state = trainer.start()
      let first = try trainer.step(&state).loss
      var last = first
      for _ in 0..<40 { last = try trainer.step(&state).loss }
      #expect(last < 0.7 * first, "\(keys.map(\.key)): \(first) to \(last)")
    }
  }

  @Test func validationDoesNotDependOnThreads() throws {
    let recipe = try Samples.recipe(validation: .init(every: 3, documents: 400))
    let examples = (0..<300).map { TaskExample(prompt: [Int32($0 % 11), 3], answers: [1], wrongs: [2, 4]) }
    let results = try [1, 2, 5].map { threads in
      let trainer = Samples.trainer(recipe, tasks: [("a", examples)], threads: threads)
      return try trainer.validate(trainer.start())
    }
    for result in results {
      #expect(result.loss == results[0].loss)
      #expect(result.tasks == results[0].tasks)
    }
  }

  @Test func whatIsNoNumberStopsTheStep() throws {
    let trainer = Samples.trainer(
      try Samples.recipe(optimizer: OptimizerSpec(learningRate: 1e38, warmUp: 0, clip: nil)))
    var state = trainer.start()
    var steps = 0
    let error = try #require(throws: TrainingError.self) {
      while steps < 10 {
        let before = (Self.bits(state), state.step)
        do {
          _ = try trainer.step(&state)
        } catch {
          #expect(Self.bits(state) == before.0 && state.step == before.1)
          throw error
        }
        steps += 1
      }
    }
    guard case .notFinite(let step, _) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(step == steps + 1 && steps > 0)
  }

  @Test func aTextWithoutPairsOfTokensIsRefused() throws {
    let source = TokenSource { _ in [3] }
    let trainer = Trainer(try Samples.recipe(), data: .documents(source, validation: source))
    var state = trainer.start()
    #expect(throws: TrainingError.nothingToPredict) { try trainer.step(&state) }
    #expect(throws: TrainingError.nothingToValidate) { try trainer.validate(state) }
  }
}
