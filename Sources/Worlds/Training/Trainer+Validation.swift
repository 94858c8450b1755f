import Execution
import ModelGraph
import Tensors

extension Trainer {
  /// Mean cross-entropy over the validation documents, in nats, and the scores of the tasks.
  ///
  /// Groups of documents are measured in parallel and added in order: like the weights, the measurements do not depend
  /// on the number of threads.
  /// - Throws: whatever the source throws; `TrainingError.notFinite`; `CancellationError`.
  public func validate(_ state: TrainingState) throws -> (loss: Double, tasks: [TaskScore]) {
    let model = model(state)
    let (loss, moves) = try loss(model)
    guard loss.isFinite else { throw TrainingError.notFinite(step: state.step, what: "validation loss") }
    let scores = try tasks.map { task in
      try Task.checkCancellation()
      return try score(task.name, task.examples, model)
    }
    return (loss, moves + scores)
  }

  /// Tokens of one group, such that its scores over the vocabulary take some tens of megabytes at most.
  private var groupTokens: Int { max(64, min(1024, (8 << 20) / max(1, graph[graph.logits].layout.width))) }

  private func loss(_ model: Model) throws -> (loss: Double, scores: [TaskScore]) {
    switch data {
    case .documents(_, let validation): (try loss(model, validation), [])
    case .pictures(_, let validation): try labelLoss(model, validation)
    }
  }

  /// The mean loss over the first pictures of a source, and how often the label has the highest score.
  private func labelLoss(_ model: Model, _ validation: PictureSource) throws -> (loss: Double, scores: [TaskScore]) {
    let (count, groupSize) = (recipe.validation.documents, 64)
    let groups = try WorkerPool.map(count: (count + groupSize - 1) / groupSize, threads: threads) { group in
      let shard = validation.shard(group * groupSize..<min(count, (group + 1) * groupSize))
      let logits = try Oracle(model).lastLogits(try shard.batch()).logits
      let width = logits.count / shard.targets.count
      let margins = logits.withValues { all in
        shard.targets.enumerated().map { row, label -> Double in
          let own = all[row * width..<(row + 1) * width]
          let others = own.indices.filter { $0 != row * width + Int(label) }.map { own[$0] }
          return Double(own[row * width + Int(label)]) - Double(others.max() ?? 0)
        }
      }
      return (loss: logits.crossEntropy(shard.targets, scale: 1).sum, margins: margins)
    }
    let margins = groups.flatMap(\.margins)
    let right = Double(margins.count { $0 > 0 }) / Double(count)
    let score = TaskScore(
      name: "labels", accuracy: right, logitDifference: margins.reduce(0, +) / Double(count), top: right)
    return (groups.reduce(0) { $0 + $1.loss } / Double(count), [score])
  }

  private func loss(_ model: Model, _ validation: TokenSource) throws -> Double {
    let rows = try (0..<min(recipe.validation.documents, validation.count ?? .max)).flatMap {
      Shard.rows(of: try validation.unshuffled($0), context: context)
    }
    guard !rows.isEmpty else { throw TrainingError.nothingToValidate }
    let groups = try Batch(prompts: rows).groups(ofEntries: groupTokens)
    let sums = try WorkerPool.map(count: groups.count, threads: threads) { index in
      let shard = Shard(rows[groups[index]])
      let logits = model.graph.logits
      let run = try Oracle(model).run(try shard.batch(), keeping: [logits])
      guard let scores = run[logits] else { preconditionFailure("the logits were requested") }
      return scores.gatheringRows(shard.entries).crossEntropy(shard.targets, scale: 1).sum
    }
    return sums.reduce(0, +) / Double(rows.reduce(0) { $0 + $1.count - 1 })
  }

  private func score(_ name: String, _ examples: [TaskExample], _ model: Model) throws -> TaskScore {
    let groups = try Batch(prompts: examples.map(\.prompt)).groups(ofEntries: 1024)
    let groupScores = try WorkerPool.map(count: groups.count, threads: threads) { index in
      let own = Array(examples[groups[index]])
      let logits = try Oracle(model).lastLogits(try Batch(prompts: own.map(\.prompt))).logits
      let width = logits.count / own.count
      return logits.withValues { all in
        own.enumerated().map { row, example in
          ExampleScore(example, UnsafeBufferPointer(rebasing: all[row * width..<(row + 1) * width]))
        }
      }
    }
    let scores = groupScores.flatMap { $0 }
    func mean(_ value: (ExampleScore) -> Double) -> Double {
      scores.reduce(0) { $0 + value($1) } / Double(scores.count)
    }
    return TaskScore(
      name: name, accuracy: mean { $0.difference > 0 ? 1 : 0 }, logitDifference: mean(\.difference),
      top: mean { $0.isTop ? 1 : 0 })
  }
}

/// A model's score on one example.
private struct ExampleScore: Sendable {
  /// The answers' mean logit minus that of the wrong tokens.
  let difference: Double
  /// Whether the highest logit of all is an answer's.
  let isTop: Bool

  /// - Parameter logits: at the prompt's last token, over the vocabulary.
  init(_ example: TaskExample, _ logits: UnsafeBufferPointer<Float>) {
    func mean(_ tokens: [Int32]) -> Double {
      tokens.reduce(0) { $0 + Double(logits[Int($1)]) } / Double(tokens.count)
    }
    difference = mean(example.answers) - mean(example.wrongs)
    let highest = logits.max() ?? 0
    isTop = example.answers.contains { logits[Int($0)] == highest }
  }
}
