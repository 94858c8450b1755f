import Analysis
import Checkpoints
import Foundation
import ModelGraph
import TestSupport
import Testing

@Suite struct CompositionTests {
  /// Random matrices: the mean square of all scores is the baseline's, with separate and with shared key-value heads.
  @Test(arguments: [4, 2])
  func randomHeadsScoreTheBaseline(keyValueHeads: Int) throws {
    let spec = TransformerSpec(
      family: "patchbay", layers: 5, heads: 4, keyValueHeads: keyValueHeads, dModel: 64, dHead: 8, dMlp: 0,
      vocabulary: 11, context: 20, norm: .init(kind: nil), activation: .relu, positions: .learned)
    let scores = try CompositionScores(of: randomModel(spec))
    for input in CompositionInput.allCases {
      let defined = (scores.values[input] ?? []).filter { !$0.isNaN }.map(Double.init)
      #expect(defined.count == 10 * 4 * 4)
      let rootMeanSquare = (defined.reduce(0) { $0 + $1 * $1 } / Double(defined.count)).squareRoot()
      #expect(abs(rootMeanSquare / scores.baseline - 1) < 0.05, "\(input): \(rootMeanSquare)")
    }
  }

  /// A norm's gain can be moved into the weights that read through it, or into those that
  /// write through it. Without norms before or after the parts of a block there is nothing to fold.
  @Test func foldingChangesOnlyModelsWithNorms() async throws {
    for small in SmallSpec.all where small.spec.layers > 1 {
      let model = randomModel(small.spec)
      let scores = try NormGains.allCases.map { try CompositionScores(of: model, gains: $0).values[.query] ?? [] }
      let isSame = zip(scores[0], scores[1]).allSatisfy { $0.isNaN && $1.isNaN || $0 == $1 }
      let hasGains = small.spec.norm.kind != nil && (small.spec.hasPreNorms || small.spec.hasPostNorms)
      #expect(isSame == !hasGains, "\(small)")
      let copying = try await CopyingScores.measured(on: model)
      for value in copying.ov.values + copying.qk.values { #expect(abs(value) <= 1 + 1e-9) }
    }
  }
}
