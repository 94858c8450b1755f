import Analysis
import Foundation
import Tensors
import TestSupport
import Testing

/// Every number compared with numpy, scipy, scikit-learn and concept-erasure.
@Suite struct PythonTests {
  /// What check_analysis.py reads.
  struct Report: Encodable {
    struct Input: Encodable {
      let shape: [Int]
      let numbers: [Double]
    }

    var inputs: [String: Input] = [:]
    var results: [String: [Double]] = [:]

    mutating func input(_ name: String, _ rows: Matrix) {
      inputs[name] = Input(shape: [rows.rows, rows.columns], numbers: DenseMatrix(rows).values)
    }

    mutating func input(_ name: String, _ numbers: [Double]) {
      inputs[name] = Input(shape: [numbers.count], numbers: numbers)
    }
  }

  @Test(
    .enabled(if: Python.has("sklearn, scipy"), "PATCHBAY_PYTHON names no interpreter that has scikit-learn and scipy"))
  func everyNumberAgrees() throws {
    var numbers = Numbers(seed: 20)
    var report = Report()
    let examples = try numbers.examples(240, 12)
    let testing = try numbers.examples(150, 12)
    let pairs = try numbers.pairs(60, 12)
    let several = (0..<240).map { $0 % 4 == 3 ? 2 : $0 % 3 }
    let labels = (0..<240).map { Double(examples.rows.tensor[[$0, 2]]) - 3 * numbers.normal() + 5 }
    let other = Tensor(
      shape: [240, 5],
      (0..<240 * 5).map { Float(Double(examples.rows.tensor[[$0 / 5, $0 % 5]]) + numbers.normal()) })
    let penalty = 0.7
    report.input("rows", examples.rows)
    report.input("classes", examples.classes.map(Double.init))
    report.input("test_rows", testing.rows)
    report.input("test_classes", testing.classes.map(Double.init))
    report.input("positive", pairs.positive)
    report.input("negative", pairs.negative)
    report.input("several", several.map(Double.init))
    report.input("numbers", labels)
    report.input("other_rows", other.matrix)
    report.input("penalty", [penalty])

    try directions(examples, testing, pairs, penalty, &report)
    try probes(examples, several, labels, penalty, &report)
    try geometry(examples, other, pairs, several, &report)

    let folder = try TemporaryFolder()
    let file = try folder.write("report.json", try JSONEncoder().encode(report))
    let (status, output) = try Python.run("check_analysis.py", [file])
    #expect(status == 0, "\(output)")
  }

  private func directions(
    _ examples: Examples, _ testing: Examples, _ pairs: Pairs, _ penalty: Double, _ report: inout Report
  ) throws {
    let moments = try examples.moments(covariance: .perClass)
    report.results["mean"] = moments.mean
    report.results["covariance"] = moments.covariance.values
    report.results["covariance_of_class_1"] = moments.covariance(ofClass: 1).values
    let components = try PrincipalComponents(moments, count: 4)
    report.results["pca_variances"] = components.variances
    report.results["pca_explained"] = components.explained
    report.results["pca_axes"] = components.axes.values
    report.results["pca_projections"] = components.projections(of: examples.rows).values
    report.results["participation_ratio"] = [components.participationRatio]
    let difference = try moments.meanDifference()
    report.results["mean_difference"] = difference.vector
    report.results["paired_component"] = try pairs.principalDirection(order: .asLabelled).unit
    let discriminant = try moments.linearDiscriminant()
    report.results["discriminant"] = discriminant.weights + [discriminant.bias]
    let shrunk = try moments.linearDiscriminant(shrinkage: 0.3)
    report.results["discriminant_shrunk"] = shrunk.weights + [shrunk.bias]
    let few = try examples.picking(Array(0..<9)).moments().linearDiscriminant(shrinkage: 0.5)
    report.results["discriminant_of_few"] = few.weights + [few.bias]
    let reader = try Reader(.logistic(penalty: penalty), training: examples)
    report.results["logistic"] = reader.weights + [reader.bias]
    report.results["scores"] = reader.scores(of: testing.rows)
    let scores = try reader.scored(on: testing, intervals: Bootstrap(redraws: 0))
    report.results["accuracy"] = [scores.accuracy.value]
    report.results["auc"] = [scores.auc.value]
    report.results["brier"] = [scores.brier.value]
    report.results["calibration_error"] = [scores.calibrationError.value]
    report.results["margin"] = [scores.margin.value]
    report.results["separation"] = [scores.separation.value]
    report.results["cosines"] =
      Direction.cosines([difference, reader.direction, try Direction(discriminant.weights, method: "test")]).values
  }

  private func probes(
    _ examples: Examples, _ several: [Int], _ labels: [Double], _ penalty: Double, _ report: inout Report
  ) throws {
    let classes = try Examples(rows: examples.rows, classes: several, names: ["a", "b", "c"])
    for (name, examples) in [("leace", examples), ("leace_of_several", classes)] {
      let eraser = try ConceptEraser(examples.moments())
      report.results[name] = eraser.projection.values
      report.results[name + "_erased"] = DenseMatrix(eraser.erasing(examples.rows).matrix).values
    }
    let multinomial = try MultinomialRegression(classes, penalty: penalty)
    report.results["multinomial"] = multinomial.weights.values
    report.results["multinomial_biases"] = multinomial.biases
    var accumulator = LabelMomentAccumulator(width: examples.width)
    try accumulator.add(examples.rows, numbers: labels)
    let ridge = try RidgeRegression(try accumulator.moments(), penalty: penalty)
    report.results["ridge"] = ridge.weights + [ridge.bias]
    report.results["ridge_explained"] = [
      RidgeRegression.explained(labels, by: ridge.predictions(of: examples.rows))
    ]
    report.results["influence_mean_difference"] = try Influence.onMeanDifference(examples).prefix(20).map(\.change)
    report.results["influence_ridge"] =
      try Influence.onRidge(rows: examples.rows, numbers: labels, penalty: penalty).prefix(20).map(\.change)
  }

  private func geometry(
    _ examples: Examples, _ other: Tensor, _ pairs: Pairs, _ several: [Int], _ report: inout Report
  ) throws {
    let rows = DenseMatrix(examples.rows)
    report.results["between_over_within"] = [try ClassSeparation(examples.moments()).betweenOverWithin]
    report.results["silhouette"] = [try Silhouette.mean(rows, classes: examples.classes)]
    var alignment = KernelAlignmentAccumulator(widths: [12, 5])
    try alignment.add([examples.rows, other.matrix])
    report.results["alignment"] = [try alignment.alignment()[0, 1]]
    var wide = KernelAlignmentAccumulator(widths: [12, 12])
    try wide.add([pairs.positive, pairs.negative])
    report.results["alignment_of_wide"] = [try wide.alignment()[0, 1]]
    let norms = try NormSummary(Norms.lengths(of: examples.rows))
    report.results["norms"] = [norms.mean, norms.deviation, norms.smallest, norms.median, norms.largest]
    report.results["outliers"] = try OutlierDimension.found(in: examples.moments()).map { Double($0.feature) }
    let start = DenseMatrix((0..<5).map { rows.row($0 * 7) })
    let clusters = try KMeans(rows, from: start)
    report.results["kmeans_start"] = start.values
    report.results["kmeans_inertia"] = [clusters.inertia]
    report.results["kmeans_clusters"] = clusters.clusters.map(Double.init)
    for linkage in AgglomerativeClusters.Linkage.allCases {
      let tree = try AgglomerativeClusters(rows, linkage: linkage)
      report.results["\(linkage.rawValue)_distances"] = tree.joins.map(\.distance)
      report.results["\(linkage.rawValue)_clusters"] = try tree.clusters(4).map(Double.init)
    }
    let agreement = try ClusterAgreement(several, clusters.clusters)
    report.results["adjusted_rand"] = [agreement.adjustedRand]
    report.results["information"] = [agreement.normalizedInformation]
  }
}
