import Analysis
import Diagnostics
import Testing

@Suite struct AnalysisErrorTests {
  static let table: [(any DiagnosedError, String)] = [
    (
      AnalysisError.notFinite(example: 7, feature: 3),
      "the activation of example 7 is not a finite number in feature 3; leave that example out"
    ),
    (
      AnalysisError.tooLarge(feature: 3),
      "the activations in feature 3 are too large for their covariance (beyond 1e18); scale them down"
    ),
    (AnalysisError.labelCount(labels: 1, examples: 2), "1 label for 2 examples; each example needs one"),
    (
      AnalysisError.labelOutside(example: 4, label: 2, classes: 2),
      "example 4 has the class number 2; there are 2 classes, numbered from 0"
    ),
    (AnalysisError.labelNotFinite(example: 4), "the label of example 4 is not a finite number"),
    (
      AnalysisError.oneClass("female"),
      "all examples are in the class 'female'; a direction needs two classes"
    ),
    (
      AnalysisError.notTwoClasses(method: "LEACE", found: 3),
      "LEACE separates two classes, but there are 3; choose two of them, or a probe for several classes"
    ),
    (
      AnalysisError.tooFewInClass(name: "male", found: 1, needed: 2),
      "the class 'male' has 1 example, but at least 2 are needed"
    ),
    (
      AnalysisError.tooFewExamples(purpose: "CKA", found: 1, needed: 2),
      "CKA needs at least 2 examples, but there is 1"
    ),
    (
      AnalysisError.tooFewExamples(purpose: "a mean", found: 0, needed: 1),
      "a mean needs at least 1 example, but there are 0"
    ),
    (AnalysisError.tooFewPairs(found: 1, needed: 2), "1 pair, but at least 2 are needed"),
    (
      AnalysisError.unevenPairs(first: 3, second: 4),
      "3 activations on one side of the pairs and 4 on the other; each needs its partner"
    ),
    (
      AnalysisError.noVariance(method: "LEACE"),
      "LEACE finds nothing that varies: the activations are the same for all examples"
    ),
    (
      AnalysisError.otherWidth(found: 3, expected: 4),
      "activations of width 3 where 4 is expected; do they come from another hook or model?"
    ),
    (
      AnalysisError.penalty(method: "the ridge probe", value: -1),
      "the penalty of the ridge probe is -1.0; it must be a positive number"
    ),
    (AnalysisError.share(name: "the shrinkage", value: 2), "the shrinkage is 2.0; it must be between 0 and 1"),
    (
      AnalysisError.splitLeavesNone(className: "male", side: "testing"),
      "the split leaves no example of the class 'male' for testing; use more examples or another share"
    ),
    (
      AnalysisError.tooMany(what: "clusters", asked: 9, limit: 8),
      "9 clusters requested, but there can be at most 8"
    ),
    (
      AnalysisError.noConvergence(method: "the logistic probe", steps: 100),
      "the logistic probe did not converge in 100 steps; a stronger penalty would help"
    ),
    (
      LinearAlgebraError.notFinite(row: 1, column: 2),
      "a matrix to be decomposed holds a number that is not finite, in row 1 and column 2"
    ),
    (
      LinearAlgebraError.notPositiveDefinite(order: 3, size: 9),
      """
      a 9x9 matrix is not positive definite (its leading minor of order 3 is not positive); use more examples than features, or \
      more regularisation
      """
    ),
    (
      LinearAlgebraError.noConvergence(decomposition: "eigendecomposition", rows: 2, columns: 2),
      "the eigendecomposition of a 2x2 matrix did not converge; are its numbers of extremely different sizes?"
    ),
  ]

  @Test(arguments: table.indices) func everyMessage(index: Int) {
    let (error, message) = Self.table[index]
    #expect(error.message == message)
    #expect(error.kind == .badData)
  }
}
