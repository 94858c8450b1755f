import ActivationStore
import Checkpoints
import Execution
import ModelGraph
import Tensors
import TestSupport
import Testing

/// The conv policy compared with PyTorch.
@Suite struct GoldenPolicyTests {
  private let model: Model
  private let values: StoreReader
  private let observations: Tensor
  private var examples: Int { observations.shape[0] }

  init() throws {
    model = try LoadedModel(folder: SharedFolder.path("golden/impala")).model
    values = try StoreReader(foreign: SharedFolder.path("golden/impala/golden.h5"))
    observations = try values.tensor(at: "/observations")
  }

  @Test func everyActivationAgreesWithTheReference() throws {
    let hooked = model.graph.nodes.filter { $0.hook != nil }
    let activations = try Oracle(model).run(Batch(observations: observations), keeping: hooked.map(\.id))
    var compared = 0
    for node in hooked {
      guard let hook = node.hook, values.contains("/activations/\(hook)") else { continue }
      let reference = try values.tensor(at: "/activations/\(hook)")
      #expect(reference.shape == node.layout.sizes(examples: examples, positions: 1), "\(hook)")
      let difference = largestDifference(try #require(activations[node.id]).values, reference.values)
      #expect(difference < 1e-4, "\(hook): \(difference)")
      compared += 1
    }
    #expect(compared == 41)
  }

  /// One vector with every coefficient, and two with every pair of coefficients, added to all of an activation, by both
  /// executors.
  @Test func steeringAgreesWithTheReference() throws {
    let site = try #require(model.graph.node(hook: "embedder.block2.res1.resadd_out"))
    let vectors = [try values.tensor(at: "/steer/vector").values, try values.tensor(at: "/steer/second_vector").values]
    func add(_ vector: [Float], _ times: Float, row: Int) -> PlacedEdit {
      PlacedEdit(
        node: site.id, row: row, positions: 0..<1, features: 0..<site.layout.width, action: .add(vector, times: times))
    }
    var cells: [Cell] = []
    for coefficient in try values.tensor(at: "/steer/coefficient").values {
      for row in 0..<examples { cells.append(Cell(row: row, edits: [add(vectors[0], coefficient, row: row)])) }
    }
    let singles = cells.count
    for s in [-1, 0, 1] as [Float] {
      for t in [-1, 0, 1] as [Float] {
        for row in 0..<examples {
          cells.append(Cell(row: row, edits: [add(vectors[0], s, row: row), add(vectors[1], t, row: row)]))
        }
      }
    }
    for scores in try bothWays(cells, sites: [site.id]) {
      let single = scores[..<singles].flatMap { $0 }
      #expect(largestDifference(single, try values.tensor(at: "/steer/policy_logits").values) < 1e-4)
      let composed = scores[singles...].flatMap { $0 }
      #expect(largestDifference(composed, try values.tensor(at: "/steer/composed_logits").values) < 1e-4)
    }
  }

  /// Observation 1 patched into observation 0, at every activation.
  @Test func patchingAgreesWithTheReference() throws {
    let sites = try values.texts(at: "/patch/site").map { name in
      try #require(model.graph.node(hook: HookName(name)))
    }
    let other = try Oracle(model).run(
      Batch(observations: observations.gatheringRows([1])), keeping: sites.map(\.id))
    func cell(_ node: Node) -> Cell {
      Cell(
        row: 0,
        edits: [
          PlacedEdit(
            node: node.id, row: 0, positions: 0..<1, features: 0..<node.layout.width,
            action: .replace(from: other, row: 0))
        ])
    }
    let reference = try values.tensor(at: "/patch/policy_logits").values
    let width = reference.count / sites.count
    // The partial executor edits only what comes before the scores; the value output does not matter to them.
    let inPath = model.graph.ancestors(of: [model.graph.logits])
    let before = sites.indices.filter { sites[$0].id != model.graph.logits && inPath[sites[$0].id.index] }
    #expect(before.count == sites.count - 2)
    let batch = try Batch(observations: observations)
    let all = try Oracle(model).run(cells: sites.map(cell), base: batch, columns: .whole).scores
    let fast = try bothWays(before.map { cell(sites[$0]) }, sites: sites.map(\.id))[1]
    for (method, indices, scores) in [("oracle", Array(sites.indices), all), ("partial", before, fast)] {
      for (place, index) in indices.enumerated() {
        let node = sites[index]
        let difference = largestDifference(scores[place], Array(reference[index * width..<(index + 1) * width]))
        #expect(difference < 1e-4, "\(node.hook?.text ?? "") by \(method): \(difference)")
      }
    }
  }

  /// The cells' scores by the oracle and by the partial executor.
  private func bothWays(_ cells: [Cell], sites: [NodeID]) throws -> [[[Float]]] {
    let batch = try Batch(observations: observations)
    let plain = try Oracle(model).run(cells: cells, base: batch, columns: .whole).scores
    let base = try Oracle(model).run(batch, keeping: Set(PartialExecutor.keptNodes(model.graph)).union(sites))
    return [plain, try PartialExecutor(model, base: base, columns: .whole).run(cells: cells).scores]
  }
}
