import Diagnostics
import Execution
import ModelGraph
import Patching
import Tensors
import TestSupport
import Testing

/// Compares derivatives with central differences of a run in double precision.
///
/// The objective is a random mixture of some entries' logits plus half the sum of their squares, so that its derivative
/// depends on the logits.
struct SlopeCheck {
  let model: Model
  let batch: Batch
  let edits: [PlacedEdit]
  let entries: [Int]
  private let mixture: [Double]
  private let run: DoubleRun
  private let gradients: Gradients
  private let nodes: [Node]

  /// - Parameter nodes: the nodes to differentiate with respect to, in addition to all weights.
  init(_ model: Model, _ batch: Batch, edits: [PlacedEdit] = [], at entries: [Int], nodes: [Node]) throws {
    self.model = model
    self.batch = batch
    self.edits = edits
    self.entries = entries
    self.nodes = nodes
    var generator = SplitMix64(seed: 3)
    let width = model.graph[model.graph.logits].layout.width
    let mixture = (0..<entries.count * width).map { _ in Double(Float.random(in: -1...1, using: &generator)) }
    self.mixture = mixture
    run = DoubleRun(model, batch, edits: edits)
    gradients = try Differentiator(model).gradients(
      batch, edits: edits, of: nodes.map(\.id), weights: true, at: entries
    ) { logits in
      Tensor(shape: logits.shape, zip(mixture, logits.values).map { Float($0) + $1 })
    }
  }

  private func slope(_ nudge: (Double) -> DoubleRun.Nudge) -> Double {
    run.slope(at: entries, nudge) { logits in
      zip(mixture, logits).reduce(0) { $0 + $1.0 * $1.1 + $1.1 * $1.1 / 2 }
    }
  }

  /// What was compared, and its error.
  struct Finding {
    let name: String
    /// The largest difference, relative to the Euclidean norm of the whole derivative (or to 0.1 if that is larger).
    let error: Double
  }

  /// Every node and weight.
  /// - Parameter sample: how many numbers of each to compare; nil for all.
  func findings(sample: Int? = nil, seed: UInt64 = 1) -> [Finding] {
    var generator = SplitMix64(seed: seed)
    func finding(_ name: String, _ gradient: Tensor, _ nudge: (Int, Double) -> DoubleRun.Nudge) -> Finding {
      let values = gradient.values
      let size = values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      let chosen = sample.map { count in
        (0..<min(count, values.count)).map { _ in Int.random(in: 0..<values.count, using: &generator) }
      }
      var worst = 0.0
      for index in chosen ?? Array(values.indices) {
        let difference = abs(slope { nudge(index, $0) } - Double(values[index]))
        worst = difference.isNaN ? .infinity : max(worst, difference)
      }
      return Finding(name: name, error: worst / max(size, 0.1))
    }
    let byNode = nodes.compactMap { node in
      gradients[node.id].map { gradient in
        finding(node.hook?.text ?? "\(node.operation)", gradient) { .node(node.id, index: $0, by: $1) }
      }
    }
    let byWeight = gradients.weights.enumerated().map { place, gradient in
      finding(model.graph.weights[place].name, gradient) { .weight(WeightID(place), index: $0, by: $1) }
    }
    return byNode + byWeight
  }
}
