import Checkpoints
import Execution
import Foundation
import ModelGraph
import Tensors
import TestSupport
import Testing

/// Derivatives by torch for every family: with respect to every weight, to activations, and under interventions. Made
/// by `scripts/python/gradient_reference.py`.
@Suite struct ReferenceGradientTests {
  private static func folder(_ family: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Resources/Gradients/\(family)").path
  }

  /// A model, its prompts, and the two objectives' derivatives with respect to their logits.
  private struct Fixture {
    let golden: GoldenModel
    let model: Model
    let clean: Batch
    let corrupted: Batch
    let answers: [Int]
    let wrongs: [Int]

    init(_ family: String) throws {
      golden = try GoldenModel(family)
      model = golden.loaded.model
      clean = try Batch(prompts: golden.tokens("clean"))
      corrupted = try Batch(prompts: golden.tokens("corrupted"))
      let pairs = try golden.prompts().pairs
      answers = pairs.map { Int($0.answers[0]) }
      wrongs = pairs.map { Int($0.wrongs[0]) }
    }

    /// Each example's logit difference, times `weight`.
    func logitDifference(_ logits: Tensor, weight: Float) -> Tensor {
      let width = logits.count / answers.count
      var seed = [Float](repeating: 0, count: logits.count)
      for row in answers.indices {
        seed[row * width + answers[row]] += weight
        seed[row * width + wrongs[row]] -= weight
      }
      return Tensor(shape: logits.shape, seed)
    }

    /// Every token but a prompt's last, and the derivative of the mean cross-entropy of the tokens after them.
    func nextToken() throws -> Gradients {
      let entries = (0..<clean.rows).flatMap { Array(clean.offsets[$0]..<clean.offsets[$0 + 1] - 1) }
      guard case .tokens(let tokens) = clean.content else { preconditionFailure("prompts are tokens") }
      return try Differentiator(model).gradients(clean, weights: true, at: entries) { logits in
        let width = logits.count / entries.count
        var seed: [Float] = []
        for (place, entry) in entries.enumerated() {
          let row = logits.values[place * width..<(place + 1) * width].map(Double.init)
          let top = row.max() ?? 0
          let sum = row.reduce(0) { $0 + exp($1 - top) }
          let target = Int(tokens[entry + 1])
          seed += row.indices.map {
            Float((exp(row[$0 + row.startIndex] - top) / sum - ($0 == target ? 1 : 0)) / Double(entries.count))
          }
        }
        return Tensor(shape: logits.shape, seed)
      }
    }
  }

  /// The largest difference relative to the reference's largest number, or to 0.01 if that is larger (a key's bias
  /// moves no pattern, so its derivative is rounding).
  private func error(_ ours: [Float], _ reference: [Float]) -> Float {
    largestDifference(ours, reference) / max(0.01, reference.map(abs).max() ?? 0)
  }

  private func compare(_ gradients: Gradients, _ model: Model, with folder: String) throws -> Int {
    let reference = try LoadedModel(folder: folder).model
    let places = Dictionary(uniqueKeysWithValues: model.graph.weights.enumerated().map { ($1.name, $0) })
    for (index, declaration) in reference.graph.weights.enumerated() {
      let place = try #require(places[declaration.name])
      let expected = reference.weights[WeightID(index)].tensor.values
      let error = error(gradients.weights[place].values, expected)
      #expect(error < 2e-5, "\(declaration.name): \(error)")
      #expect(expected.contains { $0 != 0 }, "\(declaration.name)")
    }
    return reference.graph.weights.count
  }

  @Test(arguments: GoldenModel.withCircuits) func everyWeight(family: String) throws {
    let fixture = try Fixture(family)
    let differences = try Differentiator(fixture.model).gradients(
      fixture.corrupted, weights: true, at: fixture.corrupted.lastEntries
    ) { fixture.logitDifference($0, weight: 1 / Float(fixture.answers.count)) }
    let all = try compare(differences, fixture.model, with: Self.folder(family) + "/logit_diff")
    #expect(all == fixture.model.graph.weights.count)
    let some = try compare(fixture.nextToken(), fixture.model, with: Self.folder(family) + "/next_token")
    #expect(some > 8 && some < all)
  }

  /// The numbers of a stored derivative for the first examples, one after another as in a packed value.
  private func stored(_ family: String, _ file: String) throws -> [(hook: HookName, values: [Float])] {
    let file = try SafetensorsFile(path: Self.folder(family) + "/\(file).safetensors")
    return try file.entries.map { entry in
      let count = entry.shape.reduce(1, *)
      let matrix = Matrix(
        storage: try file.storage(named: entry.name), offset: 0, rows: 1, columns: count, rowStride: count)
      return (HookName(entry.name), matrix.tensor.values)
    }
  }

  private func compareActivations(
    _ fixture: Fixture, edits: [PlacedEdit], with reference: [(hook: HookName, values: [Float])]
  ) throws {
    let graph = fixture.model.graph
    let nodes = try reference.map { try #require(graph.node(hook: $0.hook), "\($0.hook)") }
    let gradients = try Differentiator(fixture.model).gradients(
      fixture.corrupted, edits: edits, of: nodes.map(\.id), at: fixture.corrupted.lastEntries
    ) { fixture.logitDifference($0, weight: 1) }
    for ((hook, expected), node) in zip(reference, nodes) {
      var ours = try #require(gradients[node.id]).values
      #expect(ours.count == expected.count * fixture.answers.count, "\(hook)")
      ours.removeLast(ours.count - expected.count)
      let error = error(ours, expected)
      #expect(error < 2e-5, "\(hook): \(error)")
    }
  }

  @Test(arguments: GoldenModel.withCircuits) func everyActivation(family: String) throws {
    let reference = try stored(family, "activations")
    #expect(reference.count >= 25)
    try compareActivations(Fixture(family), edits: [], with: reference)
  }

  @Test(arguments: GoldenModel.withCircuits) func underInterventions(family: String) throws {
    let fixture = try Fixture(family)
    let graph = fixture.model.graph
    let z = try #require(graph.node(hook: "blocks.1.attn.hook_z"))
    let stream = try #require(graph.node(hook: "blocks.1.hook_resid_pre"))
    let vector = (0..<64).map { (Float($0 % 3) - 0.75) / 2 }
    let width = graph.dimensions.dHead
    func edits(_ node: Node, _ features: Range<Int>, _ action: PlacedEdit.Action) -> [PlacedEdit] {
      (0..<fixture.corrupted.rows).map { row in
        PlacedEdit(
          node: node.id, row: row, positions: 0..<fixture.corrupted.length(row), features: features, action: action)
      }
    }
    let plain = try stored(family, "activations")
    for (file, edits) in [
      ("zeroed_head", edits(z, 2 * width..<3 * width, .zero)), ("added", edits(stream, 0..<64, .add(vector, times: 1))),
    ] {
      let reference = try stored(family, file)
      try compareActivations(fixture, edits: edits, with: reference)
      // The intervention matters: without it the derivatives differ.
      for (hook, values) in reference where hook == "blocks.0.hook_resid_pre" {
        let same = try #require(plain.first { $0.hook == hook })
        #expect(largestDifference(values, same.values) > 0.01)
      }
    }
  }
}
