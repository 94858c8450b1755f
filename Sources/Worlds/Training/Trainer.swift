import Checkpoints
import Execution
import Foundation
import ModelGraph
import Tensors

/// Trains a model by a recipe. Each step runs a batch forward and backward in parallel parts, adds their gradients in
/// order and lets AdamW update the weights.
public struct Trainer: Sendable {
  public let recipe: Recipe
  public let graph: ModelGraph
  let data: TrainingData
  /// The tasks scored at each validation.
  let tasks: [(name: String, examples: [TaskExample])]
  let threads: Int

  /// - Parameters:
  ///   - data: the training data, in which documents longer than the context are cut into several; and the validation
  ///     data, whose first documents or pictures give the validation loss.
  ///   - tasks: for a language model.
  ///   - threads: how many parts are computed in parallel; does not affect the numbers.
  public init(
    _ recipe: Recipe, data: TrainingData,
    tasks: [(name: String, examples: [TaskExample])] = [], threads: Int? = nil
  ) {
    self.recipe = recipe
    graph = recipe.spec.graph()
    self.data = data
    self.tasks = tasks
    self.threads = max(1, threads ?? ProcessInfo.processInfo.activeProcessorCount)
  }

  /// The state before the first step.
  public func start() -> TrainingState {
    TrainingState(weights: Initialization.weights(of: graph, recipe.spec, seed: recipe.seed))
  }

  /// The current model.
  public func model(_ state: TrainingState) -> Model { model(state.weights) }

  private func model(_ weights: [Tensor]) -> Model {
    Model(graph: graph, weights: Weights(zip(weights, graph.weights).map { $0.asMatrix($1) }))
  }

  /// One step.
  /// - Returns: the mean cross-entropy of the batch's tokens before the step, in nats, and the number of tokens.
  /// - Throws: `TrainingError.notFinite`, leaving the state unchanged; whatever the source throws.
  public func step(_ state: inout TrainingState) throws -> (loss: Double, tokens: Int) {
    let (shards, next) = try batch(from: state.document)
    let predicted = shards.reduce(0) { $0 + $1.targets.count }
    let (loss, gradients) = try gradients(model(state.weights), shards, predicted: predicted)
    let norm = gradients.norm
    guard loss.isFinite, norm.isFinite else {
      throw TrainingError.notFinite(step: state.step + 1, what: loss.isFinite ? "gradient" : "loss")
    }
    recipe.optimizer.apply(gradients, to: &state, of: recipe.steps, threads: threads)
    state.step += 1
    state.document = next
    state.tokens += predicted
    state.lossSum += loss * Double(predicted)
    state.lossTokens += predicted
    return (loss, predicted)
  }

  /// The longest row of tokens that the model takes; nil if there is no limit.
  var context: Int? {
    if case .tokens(_, let context) = graph.input { context } else { nil }
  }

  /// The next documents or pictures, cut into shards, and the place after them.
  func batch(from first: Int) throws -> (shards: [Shard], next: Int) {
    switch data {
    case .documents(let source, _): return try batch(of: source, from: first)
    case .pictures(let source, _):
      let next = first + recipe.batchTokens
      // Drawing pictures takes a while, too.
      let shards = WorkerPool.map(count: recipe.shards, threads: threads) { part -> Shard? in
        let numbers =
          first + part * recipe.batchTokens / recipe.shards..<first + (part + 1) * recipe.batchTokens / recipe.shards
        return numbers.isEmpty ? nil : source.shard(numbers)
      }
      return (shards.compactMap { $0 }, next)
    }
  }

  private func batch(of source: TokenSource, from first: Int) throws -> (shards: [Shard], next: Int) {
    var rows: [[Int32]] = []
    var (count, next) = (0, first)
    while count < recipe.batchTokens {
      for row in Shard.rows(of: try source.document(next, seed: recipe.seed), context: context) {
        rows.append(row)
        count += row.count
      }
      next += 1
      if rows.isEmpty, next - first > 100_000 { throw TrainingError.nothingToPredict }
    }
    return (Shard.cut(rows, into: recipe.shards), next)
  }

  /// The mean loss over all shards, and its derivative with respect to every weight.
  private func gradients(
    _ model: Model, _ shards: [Shard], predicted: Int
  ) throws -> (loss: Double, gradients: GradientSum) {
    let scale = 1 / Float(predicted)
    let parts = try WorkerPool.map(count: shards.count, threads: threads) { index in
      let shard = shards[index]
      var loss = 0.0
      let gradients = try Differentiator(model).gradients(
        try shard.batch(), weights: true, at: shard.entries
      ) { logits in
        let (sum, derivative) = logits.crossEntropy(shard.targets, scale: scale)
        loss = sum
        return derivative
      }
      return (loss: loss, gradients: gradients.weights)
    }
    let loss = parts.reduce(0) { $0 + $1.loss } / Double(predicted)
    return (loss, GradientSum(of: parts.map(\.gradients), threads: threads))
  }
}

extension Tensor {
  /// The tensor as a model's weight; a vector is one row.
  func asMatrix(_ declaration: WeightDeclaration) -> Matrix {
    let rows = declaration.shape.count == 1 ? 1 : declaration.shape[0]
    return reshaped([rows, count / rows]).matrix
  }
}
