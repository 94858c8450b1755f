import Analysis
import Foundation
import Tensors
import Testing

@Suite struct ProbeTests {
  /// Three examples on each side, one of them of the other class: the optimum solves a scalar equation.
  @Test func logisticByHand() throws {
    // x = 1 with classes 1, 1, 0 and x = -1 with classes 0, 0, 1: by symmetry b = 0, and w solves 2 (3 s(w) - 2) + w =
    // 0, s the logistic function.
    let rows = matrix([[1], [1], [1], [-1], [-1], [-1]])
    let fit = try LogisticRegression(rows: rows, classes: [1, 1, 0, 0, 0, 1], penalty: 1)
    let w = fit.weights[0]
    // The loss is within 1e-12 of the smallest, and so w within its root.
    #expect(abs(2 * (3 / (1 + exp(-w)) - 2) + w) < 1e-6)
    #expect(abs(fit.bias) < 1e-6)
    let loss = 4 * log(1 + exp(-w)) + 2 * log(1 + exp(w)) + w * w / 2
    #expect(near(fit.loss, loss))
  }

  /// At the optimum the derivatives vanish, recomputed in float64 from the definition.
  @Test(arguments: [(400, 6, 1.0), (400, 6, 1e-3), (50, 80, 0.1), (3000, 40, 10)])
  func logisticDerivativesVanish(count: Int, width: Int, penalty: Double) throws {
    var numbers = Numbers(seed: 5)
    let examples = try numbers.examples(count, width)
    let fit = try LogisticRegression(examples, penalty: penalty)
    let rows = DenseMatrix(examples.rows)
    var gradient = fit.weights.map { penalty * $0 }
    var bias = 0.0
    var scale = 0.0
    for row in 0..<count {
      let x = rows.row(row)
      let score = zip(x, fit.weights).reduce(fit.bias) { $0 + $1.0 * $1.1 }
      let residual = 1 / (1 + exp(-score)) - Double(examples.classes[row])
      for feature in 0..<width { gradient[feature] += residual * x[feature] }
      bias += residual
      scale += abs(residual)
    }
    #expect(gradient.allSatisfy { abs($0) < 1e-5 * (1 + 20 * scale) } && abs(bias) < 1e-6 * (1 + scale))
  }

  /// A softmax over two classes is a logistic probe with half the penalty: its weights are half of the probe's, with
  /// opposite signs.
  @Test func multinomialOfTwoClassesIsLogistic() throws {
    var numbers = Numbers(seed: 6)
    let examples = try numbers.examples(500, 7)
    let two = try MultinomialRegression(examples, penalty: 2)
    let one = try LogisticRegression(examples, penalty: 1)
    #expect(near(two.loss, one.loss, 1e-9))
    #expect(near(two.weights.row(1), one.weights.map { $0 / 2 }, 1e-5))
    #expect(near(two.weights.row(0), one.weights.map { -$0 / 2 }, 1e-5))
    #expect(near(two.biases[1], one.bias / 2, 1e-5))
    #expect(two.predictions(of: examples.rows) == one.scores(of: examples.rows).map { $0 > 0 ? 1 : 0 })
  }

  @Test func multinomialDerivativesVanish() throws {
    var numbers = Numbers(seed: 7)
    let examples = try numbers.examples(600, 10, classes: 4)
    let fit = try MultinomialRegression(examples, penalty: 0.5)
    let rows = DenseMatrix(examples.rows)
    let scores = fit.scores(of: examples.rows)
    var gradient = 0.5 * fit.weights
    for row in 0..<600 {
      let exponentials = scores.row(row).map { exp($0) }
      let sum = exponentials.reduce(0, +)
      for label in 0..<4 {
        let residual = exponentials[label] / sum - (examples.classes[row] == label ? 1 : 0)
        for feature in 0..<10 { gradient[label, feature] += residual * rows[row, feature] }
      }
    }
    #expect(gradient.values.allSatisfy { abs($0) < 1e-3 })
    let found = zip(fit.predictions(of: examples.rows), examples.classes).count { $0 == $1 }
    #expect(found > 300)
  }

  @Test func whatCannotBeProbedIsSaid() throws {
    let rows = matrix([[1], [2]])
    #expect(throws: AnalysisError.penalty(method: "the logistic probe", value: 0)) {
      try LogisticRegression(rows: rows, classes: [0, 1], penalty: 0)
    }
    #expect(throws: AnalysisError.oneClass("1")) { try LogisticRegression(rows: rows, classes: [1, 1], penalty: 1) }
    #expect(throws: AnalysisError.labelCount(labels: 1, examples: 2)) {
      try LogisticRegression(rows: rows, classes: [1], penalty: 1)
    }
    let three = try Examples(rows: rows, classes: [0, 2], names: ["a", "b", "c"])
    #expect(throws: AnalysisError.tooFewInClass(name: "b", found: 0, needed: 1)) {
      try MultinomialRegression(three, penalty: 1)
    }
    #expect(throws: AnalysisError.notTwoClasses(method: "the logistic probe", found: 3)) {
      try LogisticRegression(three, penalty: 1)
    }
    var same = LabelMomentAccumulator(width: 1)
    try same.add(rows, numbers: [4, 4])
    #expect(throws: AnalysisError.noVariance(method: "the ridge probe, in its labels,")) {
      try RidgeRegression(try same.moments(), penalty: 1)
    }
    #expect(throws: AnalysisError.labelNotFinite(example: 3)) { try same.add(rows, numbers: [1, .nan]) }
  }

  @Test func controlLabelsBelongToTypes() {
    let types = (0..<200).map { $0 % 40 }
    let classes = (0..<200).map { $0 % 40 < 10 ? 1 : 0 }
    let control = ControlLabels.draw(types: types, classes: classes, seed: 1)
    for type in 0..<40 { #expect(Set(types.indices.filter { types[$0] == type }.map { control[$0] }).count == 1) }
    #expect(control != classes && control == ControlLabels.draw(types: types, classes: classes, seed: 1))
    #expect(control != ControlLabels.draw(types: types, classes: classes, seed: 2))
    #expect(near(ControlLabels.selectivity(task: 0.9, control: 0.6), 0.3))
  }

  /// Computed from rows, the gradient is 0 to float64 precision, where float32 products reach only their own.
  @Test func ridgeOfRowsIsCorrected() throws {
    var numbers = Numbers(seed: 31)
    let free = try numbers.examples(500, 4)
    let labels = (0..<500).map { Double($0 % 7) }
    // Two features that are nearly equal.
    let rows = matrix(
      (0..<500).map { row in
        let values = free.rows.withRow(row) { Array($0) }
        return values + [values[0] + 0.001 * Float(numbers.normal())]
      })
    let fit = try RidgeRegression(rows: rows, numbers: labels, penalty: 0.01)
    let residuals = zip(labels, fit.predictions(of: rows)).map { $0 - $1 }
    #expect(abs(residuals.reduce(0, +)) < 1e-8)
    for feature in 0..<5 {
      let slope = (0..<500).reduce(0.0) { $0 + residuals[$1] * rows.withRow($1) { Double($0[feature]) } }
      #expect(abs(slope - 0.01 * fit.weights[feature]) < 1e-6)
    }
  }
}
