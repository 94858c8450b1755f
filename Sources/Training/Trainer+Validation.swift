import Execution
import Foundation
import ModelGraph
import Tensors

extension Trainer {
  /// Mean cross-entropy over the validation documents, in nats, and the scores of the tasks.
  /// - Throws: whatever the source throws.
  public func validate(_ state: TrainingState) throws -> (loss: Double, tasks: [TaskScore]) {
    let model = model(state)
    return (try loss(model), try tasks.map { try score($0.name, $0.examples, model) })
  }

  /// The model as it stands.
  public func model(_ state: TrainingState) -> Model {
    Model(graph: graph, weights: Weights(zip(state.weights, graph.weights).map { $0.asMatrix($1) }))
  }

  private func loss(_ model: Model) throws -> Double {
    let width = recipe.spec.context ?? .max
    let rows = try (0..<min(recipe.validation.documents, validation.count ?? .max)).map {
      Array(try validation.unshuffled($0).prefix(width))
    }.filter { $0.count > 1 }
    guard !rows.isEmpty else { return .nan }
    let batch = try Batch(prompts: rows)
    var (sum, count) = (0.0, 0)
    for group in batch.groups(ofEntries: 2048) {
      let part = batch.gathering(rows: Array(group))
      let run = try Oracle(model).run(part, keeping: [model.graph.logits])
      for row in 0..<group.count {
        let tokens = rows[group.lowerBound + row]
        run.withExample(row, of: model.graph[model.graph.logits]) { logits in
          let vocabulary = logits.count / tokens.count
          for position in 0..<tokens.count - 1 {
            let own = logits[position * vocabulary..<(position + 1) * vocabulary]
            let most = own.max() ?? 0
            let total = own.reduce(0.0) { $0 + exp(Double($1 - most)) }
            sum += log(total) + Double(most - own[own.startIndex + Int(tokens[position + 1])])
          }
        }
        count += tokens.count - 1
      }
    }
    return sum / Double(count)
  }

  private func score(_ name: String, _ examples: [TaskExample], _ model: Model) throws -> TaskScore {
    let batch = try Batch(prompts: examples.map(\.prompt))
    var (right, difference, top) = (0, 0.0, 0)
    for group in batch.groups(ofEntries: 2048) {
      let part = batch.gathering(rows: Array(group))
      let run = try Oracle(model).run(part, keeping: [model.graph.logits])
      for row in 0..<group.count {
        let example = examples[group.lowerBound + row]
        run.withExample(row, of: model.graph[model.graph.logits]) { all in
          let logits = all.suffix(all.count / example.prompt.count)
          func mean(_ tokens: [Int32]) -> Double {
            tokens.reduce(0) { $0 + Double(logits[logits.startIndex + Int($1)]) } / Double(tokens.count)
          }
          let own = mean(example.answers) - mean(example.wrongs)
          right += own > 0 ? 1 : 0
          difference += own
          let highest = logits.max() ?? 0
          top += example.answers.contains { logits[logits.startIndex + Int($0)] == highest } ? 1 : 0
        }
      }
    }
    let count = Double(examples.count)
    return TaskScore(
      name: name, accuracy: Double(right) / count, logitDifference: difference / count, top: Double(top) / count)
  }
}
