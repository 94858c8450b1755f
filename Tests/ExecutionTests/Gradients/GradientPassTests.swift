import Checkpoints
import Diagnostics
import Execution
import ModelGraph
import Patching
import Tensors
import TestSupport
import Testing

/// The backward pass as a whole: its segments fit together, whatever the memory, and it points where the objective
/// grows.
@Suite("Gradient pass")
struct GradientPassTests {
  /// The objective: a fixed random mixture of the logits at some entries.
  private struct Fixture {
    let model: Model
    let batch: Batch
    let entries: [Int]
    let mixture: [Float]

    init(_ spec: TransformerSpec, _ options: GraphOptions = GraphOptions()) throws {
      model = randomModel(spec, options)
      let prompts = RandomPrompts.pairs(lengths: [5, 1, 7], vocabulary: spec.vocabulary)
      batch = try Batch(prompts: prompts.pairs.map(\.clean))
      entries = [1, 4, 5, 12]
      var generator = SplitMix64(seed: 3)
      mixture = (0..<4 * spec.vocabulary).map { _ in Float.random(in: -1...1, using: &generator) }
    }

    func gradients(of nodes: [NodeID], edits: [PlacedEdit] = [], memory: Int? = nil) throws -> Gradients {
      try Differentiator(model).gradients(
        batch, edits: edits, of: nodes, weights: true, at: entries, memory: memory
      ) { Tensor(shape: $0.shape, mixture) }
    }
  }

  @Test("Segments that are computed twice give the same numbers", arguments: SmallSpec.all)
  func segments(small: SmallSpec) throws {
    let fixture = try Fixture(small.spec)
    let nodes = fixture.model.graph.hooks.compactMap { fixture.model.graph.node(hook: $0)?.id }
    let pattern = fixture.model.graph.nodes.last { $0.operation == .attentionPattern }
    let edits = (pattern.map { [$0] } ?? []).map {
      PlacedEdit(node: $0.id, row: 2, positions: 2..<5, features: 0..<1, action: .scale(0.5))
    }
    let whole = try fixture.gradients(of: nodes, edits: edits)
    for memory in [20_000, 5_000, 0] {
      let cut = try fixture.gradients(of: nodes, edits: edits, memory: memory)
      #expect(cut.weights == whole.weights)
      #expect(cut.logits == whole.logits)
      for id in nodes {
        let (a, b) = (cut[id], whole[id])
        #expect(a == b, "\(fixture.model.graph[id].hook?.text ?? "")")
        let (x, y) = (cut.activations[id]?.values.map(\.bitPattern), whole.activations[id]?.values.map(\.bitPattern))
        #expect(x == y)
      }
    }
  }

  @Test(
    "A small step along an activation's gradient changes the objective by the step times its square",
    arguments: SmallSpec.all)
  func step(small: SmallSpec) throws {
    let fixture = try Fixture(small.spec)
    let graph = fixture.model.graph
    let ids = graph.nodes.filter { $0.hook != nil && $0.id != graph.logits }.filter {
      if case .perPosition = $0.layout { true } else { false }
    }.map(\.id)
    let gradients = try fixture.gradients(of: ids)
    for id in ids {
      guard let gradient = gradients[id] else {
        Issue.record("no gradient")
        continue
      }
      let square = gradient.values.reduce(0) { $0 + Double($1) * Double($1) }
      // What the step of a smaller gradient changes is lost in float32's rounding of the objective.
      guard square > 1e-5 else { continue }
      // The step changes the objective by about 0.02.
      let step = Float(0.01 / square.squareRoot() / max(1, square.squareRoot()))
      func objective(_ sign: Float) throws -> Double {
        let node = graph[id]
        let edits = (0..<fixture.batch.rows).flatMap { row in
          (0..<fixture.batch.length(row)).map { position in
            let start = (fixture.batch.offsets[row] + position) * node.layout.width
            return PlacedEdit(
              node: id, row: row, positions: position..<position + 1, features: 0..<node.layout.width,
              action: .add(Array(gradient.values[start..<start + node.layout.width]), times: sign * step))
          }
        }
        let logits = try fixture.gradients(of: [], edits: edits).logits
        return zip(logits.values, fixture.mixture).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      }
      let slope = (try objective(1) - objective(-1)) / Double(2 * step)
      #expect(abs(slope / square - 1) < 0.02, "\(graph[id].hook?.text ?? ""): \(slope) against \(square)")
    }
  }
}
