import Analysis
import Tensors
import Testing

/// Formulas compared with training again without the example.
@Suite struct InfluenceTests {
  private static func compare(
    _ found: Influence, _ with: [Double], _ without: [Double], _ tolerance: Double, change: Bool = true
  ) {
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let cosine = dot(with, without) / (dot(with, with) * dot(without, without)).squareRoot()
    // 1 - cosine is what counts.
    #expect(abs(cosine - found.cosine) <= tolerance * (1 - cosine) + 1e-9)
    if change {
      let difference = zip(with, without).map { $0 - $1 }
      let length = (dot(difference, difference) / dot(with, with)).squareRoot()
      #expect(near(found.change, length, tolerance))
    }
  }

  private static func others(_ example: Int, of count: Int) -> [Int] { (0..<count).filter { $0 != example } }

  @Test func onMeanDifference() throws {
    var numbers = Numbers(seed: 12)
    let examples = try numbers.examples(25, 5)
    let all = try Influence.onMeanDifference(examples)
    let with = try examples.moments().meanDifference().vector
    for example in 0..<25 {
      let rest = examples.picking(Self.others(example, of: 25))
      Self.compare(all[example], with, try rest.moments().meanDifference().vector, 1e-6)
    }
    let strongest = Influence.strongest(all, 3)
    #expect(strongest.count == 3 && strongest[0].cosine == all.map(\.cosine).min())
    #expect(throws: AnalysisError.tooFewInClass(name: "class 1", found: 1, needed: 2)) {
      try Influence.onMeanDifference(examples.picking([0, 2, 1]))
    }
  }

  @Test func onLinearDiscriminant() throws {
    var numbers = Numbers(seed: 13)
    let examples = try numbers.examples(40, 4)
    let all = try Influence.onLinearDiscriminant(examples)
    let with = try examples.moments().linearDiscriminant().weights
    for example in 0..<40 {
      let rest = examples.picking(Self.others(example, of: 40))
      // Dividing by one example less scales the weights, not their direction.
      Self.compare(all[example], with, try rest.moments().linearDiscriminant().weights, 1e-4, change: false)
    }
  }

  @Test func onRidge() throws {
    var numbers = Numbers(seed: 14)
    let rows = try numbers.examples(30, 4).rows
    let labels = (0..<30).map { Double(rows.tensor[[$0, 0]]) * 2 + numbers.normal() }
    let all = try Influence.onRidge(rows: rows, numbers: labels, penalty: 3)
    func weights(_ indices: [Int]) throws -> [Double] {
      var accumulator = LabelMomentAccumulator(width: 4)
      for index in indices { try accumulator.add(rows.rows(index..<index + 1), numbers: [labels[index]]) }
      return try RidgeRegression(try accumulator.moments(), penalty: 3).weights
    }
    let with = try weights(Array(0..<30))
    for example in 0..<30 {
      Self.compare(all[example], with, try weights(Self.others(example, of: 30)), 1e-4)
    }
  }

  /// One Newton step: close, but not exact.
  @Test func onLogistic() throws {
    var numbers = Numbers(seed: 15)
    let examples = try numbers.examples(200, 4)
    let all = try Influence.onLogistic(examples, penalty: 1)
    let with = try LogisticRegression(examples, penalty: 1).weights
    for example in stride(from: 0, to: 200, by: 9) {
      let rest = examples.picking(Self.others(example, of: 200))
      Self.compare(all[example], with, try LogisticRegression(rest, penalty: 1).weights, 0.15, change: false)
    }
  }
}
