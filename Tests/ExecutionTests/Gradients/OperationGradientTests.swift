import Execution
import ModelGraph
import TestSupport
import Testing

/// Every operation's backward pass, for every number of its inputs and weights.
@Suite struct OperationGradientTests {
  @Test(arguments: OneOperation.all) func everyNumber(operation: OneOperation) throws {
    let model = operation.model
    // Tokens that occur twice add to the same row of a table.
    let batch = try Batch(prompts: [[0, 1, 0, 2], [3, 1], [4]])
    for entries in [Array(0..<7), [1, 5], [6]] {
      let check = try SlopeCheck(model, batch, at: entries, nodes: model.graph.nodes)
      let findings = check.findings()
      #expect(findings.count == model.graph.nodes.count + model.graph.weights.count)
      for finding in findings {
        #expect(finding.error < 2e-6, "\(finding.name) at \(entries): \(finding.error)")
      }
    }
  }

  /// The list above has every case; a new one makes this fail to compile.
  @Test func everyOperationIsThere() {
    func place(_ node: Node) -> Int {
      switch node.operation {
      case .tokenEmbedding: 0
      case .positionEmbedding: 1
      case .scaled: 2
      case .sum: 3
      case .product: 4
      case .normScale: 5
      case .normalized: 6
      case .affine: 7
      case .linear: 8
      case .linearByHead: 9
      case .headResults: 10
      case .sumOverHeads: 11
      case .copiedToHeads: 12
      case .rotary: 13
      case .attentionScores: 14
      case .attentionPattern: 15
      case .attentionMix: 16
      case .activation: 17
      case .softCap: 18
      // Operations on pictures: PictureGradientTests.
      case .observation, .convolution, .maxPool, .flattened: 19
      }
    }
    let found = Set(OneOperation.all.flatMap { $0.model.graph.nodes.map(place) })
    #expect(found == Set(0...18))
  }
}
