import ActivationStore
import Analysis
import Figures
import LabelledArrays

/// Probes of several classes, or of a number.
struct ProbesStudyReport: StudyReport {
  static let word = "probes"
  static let title: String? = "probes"
  let places: StudyPlaces

  init(_ places: StudyPlaces) { self.places = places }

  private typealias Names = Schema.Analysis
  private var isOfNumbers: Bool { places.group.has(Names.r2) }
  private var score: String { isOfNumbers ? Names.r2 : Names.accuracy }

  var printed: [String] { [score, Names.low(score), Names.high(score), isOfNumbers ? Names.rmse : Names.chance] }
  var notes: [String] { [StudyNotes.heldOut] }

  func card(in report: inout Report) throws -> [String] {
    guard let scores = try places.intervals(score) else {
      return ["<p>There are no scores by place in this analysis.</p>"]
    }
    let words =
      isOfNumbers
      ? "A ridge regression reads the number off the activations; R² is the share of its variance explained on held-out examples."
      : "A multinomial logistic regression tells the classes apart; accuracy is measured on held-out examples. Chance is the share of the largest class. The control learns random labels, one for each type, so its accuracy is memory rather than meaning; selectivity is accuracy minus that."
    var parts = ["<p>\(html(words))</p>"]
    var measures = [LayerCurves.Measure(name: score, values: scores)]
    for name in isOfNumbers ? [] : [Names.chance, Names.controlAccuracy] {
      if let values = try places.intervals(name) {
        measures.append(.init(name: name == Names.chance ? "largest class" : "control", values: values))
      }
    }
    if let figure = try LayerCurves(places: places).figure(
      measures, title: "\(places.name): what probes read",
      subtitle: "on held-out examples, bands: 95 % bootstrap\(try places.n())",
      yName: isOfNumbers ? "held-out R²" : "held-out accuracy", file: score, yRange: isOfNumbers ? nil : 0...1)
    {
      report.figures.append(figure)
      parts.append(Page.chart(figure.figure))
    }
    if let map = try confusion(largest(scores.map(\.value))) {
      report.figures.append(map)
      parts.append(Page.chart(map.figure))
    }
    var columns = [(name: score, values: scores)]
    for (name, heading) in [
      (Names.rmse, "RMSE"), (Names.chance, "largest class"), (Names.controlAccuracy, "control"),
      (Names.selectivity, "selectivity"), (Names.trained, "trained on"), (Names.tested, "scored on"),
    ] {
      if let values = try places.intervals(name) { columns.append((heading, values)) }
    }
    parts.append(places.table(columns, caption: "Held-out scores with 95 % bootstrap intervals", in: &report))
    return parts
  }

  /// The predictions for each class at the best place.
  private func confusion(_ best: Int?) throws -> NamedFigure? {
    guard let best, let array = try places.array(Names.confusion, ["class", "class_other"]),
      let classes = array.axis("class")?.labels.texts, (1...40).contains(classes.count)
    else { return nil }
    let all = try array.doubles()
    let count = classes.count
    let counts = (0..<count).map { row in (0..<count).map { all[(best * count + row) * count + $0] } }
    let sums = counts.map { $0.filter(\.isFinite).reduce(0, +) }
    guard sums.contains(where: { $0 > 0 }) else { return nil }
    let map = Heatmap(
      title: "\(places.name): what is taken for what",
      subtitle:
        "at \(places.label(best)), where probes are best; shares of each class, over \(tableNumber(sums.reduce(0, +), 0)) held-out examples",
      rowsName: "true class", columnsName: "told class", valueName: "share",
      rowLabels: zip(classes, sums).map { "\($0) (\(tableNumber($1, 0)))" }, columnLabels: classes,
      values: zip(counts, sums).map { row, sum in row.map { sum > 0 ? $0 / sum : .nan } }, colours: .sequential(0...1))
    return NamedFigure(name: "analysis-\(places.name)-confusion", figure: try map.figure())
  }
}
