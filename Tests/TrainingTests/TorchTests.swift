import Checkpoints
import Diagnostics
import Foundation
import Tensors
import TestSupport
import Testing
import Training

/// Whole training steps compared with PyTorch's, if PATCHBAY_PYTHON has it.
@Suite struct TorchTests {
  private static let models: [(name: String, keys: [(String, JSONValue)])] = [
    ("like GPT-2", []),
    (
      "like LLaMA",
      [
        ("norm", .string("rms")), ("positions", .string("rotary")), ("gated", .bool(true)),
        ("activation", .string("silu")), ("attention_bias", .bool(false)), ("mlp_bias", .bool(false)),
        ("n_key_value_heads", .integer(2)), ("tie_word_embeddings", .bool(false)),
      ]
    ),
    (
      "parallel, exact gelu, a bias of the unembedding",
      [
        ("parallel", .bool(true)), ("activation", .string("gelu")), ("positions", .string("none")),
        ("tie_word_embeddings", .bool(false)), ("unembed_bias", .bool(true)),
      ]
    ),
  ]

  @Test(
    .enabled(if: Python.has("torch, numpy"), "PATCHBAY_PYTHON names no interpreter that has torch and numpy"),
    arguments: Self.models.indices, [nil, 0.3] as [Float?])
  func fiveSteps(model index: Int, clip: Float?) throws {
    var config = Samples.config([
      "n_layers": .integer(2), "n_heads": .integer(4), "d_model": .integer(16), "vocab_size": .integer(11),
      "n_ctx": .integer(9),
    ])
    for (key, value) in Self.models[index].keys { config.append(key: key, value: value) }
    let optimizer = OptimizerSpec(learningRate: 0.02, warmUp: 2, epsilon: 1e-4, weightDecay: 0.1, clip: clip)
    let recipe = try Samples.recipe(config, steps: 5, batchTokens: 60, shards: 3, optimizer: optimizer)
    let trainer = Samples.trainer(recipe)
    let scratch = try TemporaryFolder()
    func write(_ state: TrainingState, _ name: String) throws {
      var writer = SafetensorsWriter()
      for (declaration, weight) in zip(trainer.graph.weights, state.weights) {
        try writer.add(declaration.name, weight)
      }
      try writer.write(to: "\(scratch.path)/\(name).safetensors")
    }
    var state = trainer.start()
    try write(state, "start")
    var losses: [Double] = []
    var steps: [[[Int32]]] = []
    for _ in 0..<5 {
      let first = state.document
      losses.append(try trainer.step(&state).loss)
      steps.append(
        try (first..<state.document).flatMap { index in
          let document = try Samples.source().document(index, seed: 0)
          return stride(from: 0, to: document.count, by: 9).map { Array(document[$0..<min($0 + 9, document.count)]) }
            .filter { $0.count > 1 }
        })
    }
    try write(state, "end")
    let keys = config.members.map { member -> String in
      switch member.value {
      case .string(let text): "\"\(member.key)\": \"\(text)\""
      case .bool(let flag): "\"\(member.key)\": \(flag)"
      case .integer(let number): "\"\(member.key)\": \(number)"
      default: "\"\(member.key)\": null"
      }
    }
    let json = """
      {"config": {\(keys.joined(separator: ", "))}, "of": \(recipe.steps), "losses": \(losses), "steps": \(steps),
       "optimizer": {"learning_rate": \(optimizer.learningRate), "warm_up": \(optimizer.warmUp), "final": \(optimizer.finalShare),
         "betas": [\(optimizer.beta1), \(optimizer.beta2)], "epsilon": \(optimizer.epsilon),
         "weight_decay": \(optimizer.weightDecay), "clip": \(clip.map { "\($0)" } ?? "null")}}
      """
    try scratch.write("run.json", Data(json.utf8))
    let (status, output) = try Python.run("check_training.py", [scratch.path])
    #expect(status == 0, "\(Self.models[index].name): \(output)")
  }
}
