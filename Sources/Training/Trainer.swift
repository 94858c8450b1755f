import Checkpoints
import Dispatch
import Execution
import Foundation
import ModelGraph
import Tensors

/// Trains a model by a recipe: each step runs a batch forward and backward in parts side by side, adds their gradients in order and lets AdamW
/// change the weights.
public struct Trainer: Sendable {
  public let recipe: Recipe
  public let graph: ModelGraph
  let source: TokenSource
  let validation: TokenSource
  /// The tasks scored at each validation.
  let tasks: [(name: String, examples: [TaskExample])]
  private let threads: Int

  /// - Parameters:
  ///   - source: what is trained on; documents longer than the context are cut into several.
  ///   - validation: what the validation loss is measured on: its first documents.
  ///   - threads: how many parts are computed side by side; has no influence on the numbers.
  public init(
    _ recipe: Recipe, source: TokenSource, validation: TokenSource,
    tasks: [(name: String, examples: [TaskExample])] = [], threads: Int? = nil
  ) {
    self.recipe = recipe
    graph = recipe.spec.graph()
    self.source = source
    self.validation = validation
    self.tasks = tasks
    self.threads = max(1, threads ?? ProcessInfo.processInfo.activeProcessorCount)
  }

  /// Before the first step.
  public func start() -> TrainingState {
    TrainingState(weights: Initialization.weights(of: graph, recipe.spec, seed: recipe.seed))
  }

  /// One step.
  /// - Returns: the mean cross-entropy of the batch's tokens before the step, in nats, and how many they are.
  /// - Throws: `TrainingError.notFinite`, the state being what it was; whatever the source throws.
  public func step(_ state: inout TrainingState) throws -> (loss: Double, tokens: Int) {
    let (shards, next) = try batch(from: state.document)
    let predicted = shards.reduce(0) { $0 + $1.targets.count }
    var (loss, gradients) = try gradients(state.weights, shards, predicted: predicted)
    loss /= Double(predicted)
    let norm = gradients.reduce(0) { $0 + $1.squaredSum }.squareRoot()
    guard loss.isFinite, norm.isFinite else {
      throw TrainingError.notFinite(step: state.step + 1, what: loss.isFinite ? "gradient" : "loss")
    }
    let optimizer = recipe.optimizer
    let shrink = optimizer.clip.map { norm > Double($0) ? Float(Double($0) / norm) : 1 } ?? 1
    let rate = optimizer.rate(step: state.step, of: recipe.steps)
    let count = Double(state.step + 1)
    let corrections = (
      Float(1 / (1 - pow(Double(optimizer.beta1), count))), Float(1 / (1 - pow(Double(optimizer.beta2), count)))
    )
    for index in state.weights.indices {
      state.weights[index].stepAdamW(
        first: &state.first[index], second: &state.second[index], gradient: gradients[index], gradientScale: shrink,
        rate: rate, betas: (optimizer.beta1, optimizer.beta2), epsilon: optimizer.epsilon,
        decay: graph.weights[index].shape.count > 1 ? optimizer.weightDecay : 0, corrections: corrections)
    }
    state.step += 1
    state.document = next
    state.tokens += predicted
    return (loss, predicted)
  }

  // MARK: Batches

  /// Part of a batch: rows of tokens, the packed entries that predict, and what each should.
  struct Shard {
    var rows: [[Int32]] = []
    var entries: [Int] = []
    var targets: [Int32] = []
    private var packed = 0

    mutating func append(_ row: [Int32]) {
      rows.append(row)
      entries += packed..<packed + row.count - 1
      targets += row.dropFirst()
      packed += row.count
    }
  }

  /// The next documents, cut into shards of about as many tokens.
  private func batch(from first: Int) throws -> (shards: [Shard], next: Int) {
    var rows: [[Int32]] = []
    var (count, next) = (0, first)
    while count < recipe.batchTokens {
      for row in rowsOf(try source.document(next, seed: recipe.seed)) {
        rows.append(row)
        count += row.count
      }
      next += 1
      if rows.isEmpty, next - first > 100_000 { throw TrainingError.nothingToPredict }
    }
    var shards = [Shard](repeating: Shard(), count: recipe.shards)
    var done = 0
    for row in rows {
      shards[min(recipe.shards - 1, done * recipe.shards / count)].append(row)
      done += row.count
    }
    return (shards.filter { !$0.rows.isEmpty }, next)
  }

  /// A document as rows that the model can take; a row of one token predicts nothing and is dropped.
  private func rowsOf(_ document: [Int32]) -> [[Int32]] {
    let width = recipe.spec.context ?? max(2, document.count)
    return stride(from: 0, to: document.count, by: width).map {
      Array(document[$0..<min($0 + width, document.count)])
    }.filter { $0.count > 1 }
  }

  // MARK: Gradients

  /// The summed loss of all shards and its mean's derivative by every weight.
  private func gradients(
    _ weights: [Tensor], _ shards: [Shard], predicted: Int
  ) throws -> (loss: Double, gradients: [Tensor]) {
    let model = Model(graph: graph, weights: Weights(zip(weights, graph.weights).map { $0.asMatrix($1) }))
    let results = ShardResults(count: shards.count)
    let workers = min(threads, shards.count)
    let scale = 1 / Float(predicted)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      ProductThreads.set(workers > 1 ? 1 : threads)
      defer { ProductThreads.set(threads) }
      for index in stride(from: worker, to: shards.count, by: workers) {
        let shard = shards[index]
        results.set(
          index,
          Result {
            var loss = 0.0
            let gradients = try Differentiator(model).gradients(
              try Batch(prompts: shard.rows), weights: true, at: shard.entries
            ) { logits in
              let (sum, derivative) = logits.crossEntropy(shard.targets, scale: scale)
              loss = sum
              return derivative
            }
            return (loss, gradients.weights)
          })
      }
    }
    var (loss, sums) = try results.get(0)
    for index in 1..<shards.count {
      let (part, gradients) = try results.get(index)
      loss += part
      for weight in sums.indices { sums[weight].accumulate(gradients[weight]) }
    }
    return (loss, sums)
  }
}

/// What workers leave behind, by shard. `@unchecked Sendable`: the lock guards it.
private final class ShardResults: @unchecked Sendable {
  typealias Outcome = Result<(loss: Double, gradients: [Tensor]), any Error>

  private let lock = NSLock()
  private var outcomes: [Outcome?]

  init(count: Int) { outcomes = [Outcome?](repeating: nil, count: count) }

  func set(_ index: Int, _ outcome: Outcome) { lock.withLock { outcomes[index] = outcome } }

  /// The outcome of a shard, which is taken away.
  func get(_ index: Int) throws -> (loss: Double, gradients: [Tensor]) {
    let outcome = lock.withLock { () -> Outcome? in
      defer { outcomes[index] = nil }
      return outcomes[index]
    }
    guard let outcome else { preconditionFailure("every shard is computed, and taken once") }
    return try outcome.get()
  }
}

extension Tensor {
  /// As a model's weight: a vector is one row.
  func asMatrix(_ declaration: WeightDeclaration) -> Matrix {
    declaration.shape.count == 1 ? reshaped([1, declaration.shape[0]]).matrix : matrix
  }
}
