import ArgumentParser
import Checkpoints
import Diagnostics
import Foundation
import Tensors
import Training

/// Training steps on random tokens.
struct TrainingBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract:
      "Time training steps of a GPT-2-like model, after checking that they do not depend on the number of threads.",
    discussion: "Example: patchbay-bench train --layers 4 --d-model 256")

  @Option(help: "Blocks.") var layers = 4
  @Option(help: "Width of the residual stream.") var dModel = 256
  @Option(help: "Heads in each block.") var heads = 8
  @Option(help: "Size of the vocabulary.") var vocabulary = 2000
  @Option(help: "Tokens in a document.") var tokens = 64
  @Option(help: "Tokens in a batch.") var batchTokens = 4096
  @Option(help: "Shards of a batch.") var shards = 4
  @Option(help: "Steps to time.") var steps = 20
  @Option(help: "Threads; one per core by default.") var threads: Int?

  func run() throws {
    let recipe = try recipe()
    let (vocabulary, tokens) = (vocabulary, tokens)
    let source = TokenSource { index in
      var generator = SplitMix64(seed: UInt64(index))
      return (0..<tokens).map { _ in Int32.random(in: 0..<Int32(vocabulary), using: &generator) }
    }
    let workers = threads ?? ProcessInfo.processInfo.activeProcessorCount
    let trainer = Trainer(recipe, data: .documents(source, validation: source), threads: workers)
    try verify(trainer, Trainer(recipe, data: .documents(source, validation: source), threads: 1))

    try Tensor.keepingMemory(Int(clamping: ProcessInfo.processInfo.physicalMemory / 4)) {
      try time(trainer, workers: workers)
    }
  }

  private func time(_ trainer: Trainer, workers: Int) throws {
    var state = trainer.start()
    for _ in 0..<3 { _ = try trainer.step(&state) }
    let first = PeakProduct.rates(workers: workers)
    let (wall, processor) = (ContinuousClock.now, ProcessClock.processorSeconds)
    let before = state.tokens
    var stepSeconds = Double.infinity
    for _ in 0..<steps {
      let start = ContinuousClock.now
      _ = try trainer.step(&state)
      stepSeconds = min(stepSeconds, (ContinuousClock.now - start) / .seconds(1))
    }
    let seconds = (ContinuousClock.now - wall) / .seconds(1)
    let processorSeconds = ProcessClock.processorSeconds - processor
    let last = PeakProduct.rates(workers: workers)
    let peak = max(first.best, last.best)
    let peakByProcessorTime = (first.byProcessorTime + last.byProcessorTime) / 2
    let done = Double(state.tokens - before)
    // Every token predicts except a document's last one; all are computed.
    let operations = done * Double(tokens) / Double(tokens - 1) * operationsPerToken(trainer)
    let parameters = trainer.graph.weights.reduce(0) { $0 + $1.shape.reduce(1, *) }
    print(
      String(
        format: "%d parameters, %d tokens in %d steps, %d shards, %d threads", parameters, Int(done), steps, shards,
        workers))
    print(
      String(
        format: "matrix products: %.0f GFLOP/s at best, %.0f by processor time", peak / 1e9, peakByProcessorTime / 1e9))
    func line(_ name: String, _ seconds: Double, of steps: Int, against peak: Double) {
      let share = Double(steps) / Double(self.steps)
      print(
        String(
          format: "%@ %7.0f tokens/s  %5.0f GFLOP/s  %3.0f %% of the products'",
          name.padding(toLength: 20, withPad: " ", startingAt: 0), done * share / seconds,
          operations * share / seconds / 1e9, 100 * operations * share / seconds / peak))
    }
    line("all steps", seconds, of: steps, against: peak)
    line("the fastest step", stepSeconds, of: 1, against: peak)
    // What other programs take of the processors does not count here.
    line("by processor time", processorSeconds / Double(workers), of: steps, against: peakByProcessorTime)
    print(String(format: "peak memory %.0f MB", ProcessClock.peakMegabytes))
  }

  private func recipe() throws -> Recipe {
    var json = JSONObject()
    for (key, value) in [
      ("n_layers", layers), ("d_model", dModel), ("n_heads", heads), ("n_ctx", tokens), ("vocab_size", vocabulary),
    ] { json.append(key: key, value: .integer(value)) }
    return Recipe(
      model: json, spec: try PatchbayFamily.spec(Config(json, file: "arguments")), data: "random tokens", steps: 1000,
      batchTokens: batchTokens, shards: shards)
  }

  /// Checks that one step with all threads and one with a single thread give the same bits.
  private func verify(_ trainer: Trainer, _ alone: Trainer) throws {
    var (a, b) = (trainer.start(), alone.start())
    let (x, y) = (try trainer.step(&a), try alone.step(&b))
    guard x.loss == y.loss, a.weights == b.weights else {
      throw ValidationError("a step depends on the number of threads")
    }
  }

  /// Two for each number of a matrix in the forward pass and four in the backward pass, plus attention's, of which a
  /// causal mask leaves half.
  private func operationsPerToken(_ trainer: Trainer) -> Double {
    let matrices = trainer.graph.weights.filter { $0.shape.count == 2 && $0.name != "pos_embed.weight" }
    let numbers = matrices.reduce(0) { $0 + $1.shape.reduce(1, *) }
    return 6 * Double(numbers) + 3 * Double(layers) * 4 * Double(tokens) * Double(dModel) / 2
  }
}
