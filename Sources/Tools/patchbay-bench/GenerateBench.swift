import ArgumentParser
import Checkpoints
import Diagnostics
import Execution
import Foundation
import ModelGraph
import Tensors

/// Text generation, token by token.
struct GenerateBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Time text generation, after checking it against the plain executor.",
    discussion: "Example: patchbay-bench generate WEIGHTS --prompt 15 --tokens 100")

  @Argument(help: "A folder with config.json and model.safetensors.")
  var model: String
  @Option(help: "How many tokens the prompt has.")
  var prompt = 15
  @Option(help: "How many tokens to generate.")
  var tokens = 100
  @Option(help: "How many rows; the first is steered.")
  var rows = [1, 2]
  @Option(help: "How often to time.")
  var repetitions = 3

  func run() throws {
    let model = try LoadedModel(folder: model).model
    guard case .tokens(let vocabulary, _) = model.graph.input else {
      throw ValidationError("a language model is needed")
    }
    var generator = SplitMix64(seed: 0)
    let prompt = (0..<prompt).map { _ in Int32.random(in: 0..<Int32(vocabulary), using: &generator) }
    print("prompt \(prompt.map(String.init).joined(separator: ","))")
    let bytes = bytesPerToken(model)
    let bandwidth = streamBandwidth()
    print(
      String(
        format: "weights read for a token %.0f MB; memory is read at %.1f GB/s: at most %.0f tokens/s", bytes / 1e6,
        bandwidth / 1e9, bandwidth / bytes))
    for count in rows {
      let edits = steering(model, from: prompt.count)
      let prompts = [[Int32]](repeating: prompt, count: count)
      try verify(model, prompts, edits)
      var seconds = Double.infinity
      var rows: [GeneratedTokens] = []
      for _ in 0..<repetitions {
        let start = DispatchTime.now().uptimeNanoseconds
        var continuation = try Continuation(model, prompts: prompts, edits: edits)
        rows = try continuation.generate(tokens, .greedy)
        seconds = min(seconds, Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9)
      }
      let rate = Double(tokens) / seconds
      print(
        String(
          format: "%d row%@: %d tokens in %.3f s, prompt included: %.1f tokens/s each, %.1f GB/s of weights", count,
          count == 1 ? "" : "s", tokens, seconds, rate, rate * bytes / 1e9))
      if count == 1 { print("tokens \(rows[0].tokens.map { "\($0)" }.joined(separator: ","))") }
    }
  }

  /// A vector added to the middle of the stream at every token after the prompt of row 0; too short to change the text,
  /// so that other programs can repeat it.
  private func steering(_ model: Model, from first: Int) -> [PlacedEdit] {
    let layer = model.graph.dimensions.layers / 2
    guard let node = model.graph.node(hook: HookName(layer: layer, "hook_resid_pre")) else { return [] }
    let vector = (0..<node.layout.width).map { Float($0 % 7) * 1e-8 }
    return [
      PlacedEdit(
        node: node.id, row: 0, positions: first..<Int.max, features: 0..<vector.count, action: .add(vector, times: 1))
    ]
  }

  private func verify(_ model: Model, _ prompts: [[Int32]], _ edits: [PlacedEdit]) throws {
    var continuation = try Continuation(model, prompts: prompts, edits: edits)
    _ = try continuation.generate(4, .greedy)
    let whole = continuation.tokens
    let placed = edits.map { edit in
      PlacedEdit(
        node: edit.node, row: edit.row, positions: edit.positions.clamped(to: 0..<whole[0].count),
        features: edit.features, action: edit.action)
    }
    let expected = try Oracle(model).lastLogits(try Batch(prompts: whole), edits: placed).logits.values
    let worst = zip(continuation.logits.values, expected).reduce(Float(0)) {
      max($0, abs($1.0 - $1.1) / max(1, abs($1.1)))
    }
    guard worst < 1e-4 else { throw ValidationError("the plain executor deviates by \(worst)") }
    print(
      String(format: "%d row%@: the plain executor agrees to %.1e", prompts.count, prompts.count == 1 ? "" : "s", worst)
    )
  }

  /// The size of all matrices that one token is multiplied with.
  private func bytesPerToken(_ model: Model) -> Double {
    let needed = model.graph.ancestors(of: [model.graph.logits])
    return model.graph.nodes.reduce(0) { sum, node in
      guard needed[node.id.index], case .linear(let map) = node.operation else { return sum }
      return sum + 4 * Double(map.inputs) * Double(map.outputs)
    }
  }

  /// How many bytes per second all cores together can read from memory.
  private func streamBandwidth() -> Double {
    let workers = ProcessInfo.processInfo.activeProcessorCount
    let parts = (0..<workers).map { _ in Tensor(shape: [64, 1 << 20], repeating: 1) }
    let one = Tensor(shape: [1, 1 << 20], repeating: 1)
    let seconds = bestSeconds(of: 5) {
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        ProductThreads.set(1)
        defer { ProductThreads.set(workers) }
        _ = one.linear(parts[worker].matrix, transposed: true)
      }
    }
    return Double(workers) * 64 * Double(1 << 20) * 4 / seconds
  }
}
