import ActivationStore
import Analysis
import Figures
import LabelledArrays

/// Directions that tell two classes apart, scored on held-out examples.
struct ReadersStudyReport: StudyReport {
  static let word = "readers"
  static let title: String? = "readers"
  let places: StudyPlaces

  init(_ places: StudyPlaces) { self.places = places }

  private var methods: [String] { places.group.axes.first { $0.name == "method" }?.labels.texts ?? [] }

  var printed: [String] {
    [
      Schema.Analysis.accuracy, Schema.Analysis.low(Schema.Analysis.accuracy),
      Schema.Analysis.high(Schema.Analysis.accuracy),
      Schema.Analysis.auc,
    ]
  }
  var notes: [String] { [StudyNotes.heldOut] }

  func card(in report: inout Report) throws -> [String] {
    let classes = places.classes
    let positive = classes.count == 2 ? "; '\(classes[1])' is the positive class" : ""
    var parts = [
      "<p>\(html("A reader is a direction in activations and a threshold on it. Each method finds its own on part of the examples; accuracy and area under the curve (AUC) are measured on the rest\(positive). Chance is 0.5 if both classes have equally many examples.\(try counts())"))</p>"
    ]
    let scores = try measures([Schema.Analysis.accuracy, Schema.Analysis.auc])
    let curves = LayerCurves(places: places)
    let found = scores[0]
    if let figure = try curves.figure(
      found, title: "\(places.name): how well readers tell the classes apart",
      subtitle: "held-out accuracy, bands: 95 % bootstrap\(try places.n())", yName: "held-out accuracy",
      file: "accuracy",
      yRange: 0...1)
    {
      report.figures.append(figure)
      parts.append(Page.chart(figure.figure))
    }
    if let chart = try learning() {
      report.figures.append(chart)
      parts.append(Page.chart(chart.figure))
    }
    for map in try cosines() {
      report.figures.append(map)
      parts.append(Page.chart(map.figure))
    }
    let columns = scores.joined().map { ($0.name, $0.values) }
    let names = zip([Schema.Analysis.accuracy, "AUC"], scores).flatMap { word, list in
      list.map { "\(word), \($0.name)" }
    }
    parts.append(
      places.table(
        zip(names, columns).map { ($0, $1.1) }, caption: "Held-out scores with 95 % bootstrap intervals", in: &report))
    return parts
  }

  private func counts() throws -> String {
    guard let trained = try places.array(Schema.Analysis.trained)?.doubles().max(),
      let tested = try places.array(Schema.Analysis.tested)?.doubles().max()
    else { return "" }
    return
      " Trained on \(tableNumber(trained, 0)), scored on \(tableNumber(tested, 0)) examples\(places.count > 1 ? " at most" : "")."
  }

  /// Each score, a measure for each method.
  private func measures(_ scores: [String]) throws -> [[LayerCurves.Measure]] {
    try scores.map { score in
      guard let all = try places.intervals(score, ["method"]) else { return [] }
      return methods.enumerated().map { index, method in
        .init(name: method, values: (0..<places.count).map { all[$0 * methods.count + index] })
      }
    }
  }

  /// The place and method of the best accuracy.
  private func best() throws -> (place: Int, method: Int)? {
    guard let all = try places.intervals(Schema.Analysis.accuracy, ["method"]),
      let cell = largest(all.map(\.value))
    else { return nil }
    return (cell / methods.count, cell % methods.count)
  }

  /// Accuracy by the number of training pairs, at the best place.
  private func learning() throws -> NamedFigure? {
    let name = Schema.Analysis.curveAccuracy
    guard let best = try best(), let all = try places.intervals(name, ["method", "pairs"]),
      let axis = places.group.axes.first(where: { $0.name == "pairs" }), case .integers(let pairs) = axis.labels
    else { return nil }
    let series = methods.enumerated().compactMap { method, name -> LineChart.Series? in
      let own = pairs.indices.map { all[(best.place * methods.count + method) * pairs.count + $0] }
      guard own.contains(where: { $0.value.isFinite }) else { return nil }
      return LineChart.Series(
        name: name, x: pairs.map(Double.init), y: own.map(\.value), low: own.map(\.low), high: own.map(\.high))
    }
    guard !series.isEmpty else { return nil }
    let chart = LineChart(
      title: "\(places.name): accuracy by the number of training pairs",
      subtitle: "at \(places.label(best.place)); bands: 95 % of the draws\(try places.n())",
      xName: "training pairs",
      yName: "held-out accuracy", series: series, yRange: 0...1)
    return NamedFigure(name: "analysis-\(places.name)-curve", figure: try chart.figure())
  }

  /// How similar the methods' directions are at the best place, and the best method's directions at different hooks.
  private func cosines() throws -> [NamedFigure] {
    guard let best = try best() else { return [] }
    var figures: [NamedFigure] = []
    let count = methods.count
    if count > 1, let array = try places.array(Schema.Analysis.cosine, ["method", "method_other"]) {
      let all = try array.doubles()
      let values = (0..<count).map { row in (0..<count).map { all[(best.place * count + row) * count + $0] } }
      if values.joined().contains(where: \.isFinite) {
        let map = Heatmap(
          title: "\(places.name): which methods find the same direction",
          subtitle: "cosines between directions at \(places.label(best.place))\(try places.n())", valueName: "cosine",
          rowLabels: methods, columnLabels: methods, values: values, colours: .diverging(limit: 1))
        figures.append(NamedFigure(name: "analysis-\(places.name)-cosines", figure: try map.figure()))
      }
    }
    let hooks = places.group.axes.first { $0.name == "hook" }?.labels.texts ?? []
    if hooks.count > 1, let array = try places.array(Schema.Analysis.cosineAcross, ["method", "hook_other"]),
      let place = places.axes.firstIndex(where: { $0.name == "hook" })
    {
      let all = try array.doubles()
      var entries = places.axes.shape.unravel(best.place)
      let values = hooks.indices.map { hook -> [Double] in
        entries[place] = hook
        let row = (places.axes.shape.ravel(entries) * count + best.method) * hooks.count
        return Array(all[row..<row + hooks.count])
      }
      if values.joined().contains(where: \.isFinite) {
        let map = Heatmap(
          title: "\(places.name): where the direction is the same",
          subtitle: "cosines between the directions of \(methods[best.method]) at different hooks\(try places.n())",
          rowsName: "hook", columnsName: "hook", valueName: "cosine", rowLabels: hooks, columnLabels: hooks,
          values: values,
          colours: .diverging(limit: 1))
        figures.append(NamedFigure(name: "analysis-\(places.name)-across", figure: try map.figure()))
      }
    }
    return figures
  }
}

enum StudyNotes {
  static let heldOut =
    "Held-out scores are of examples that were not trained on. The intervals are from the file: percentile bootstrap over the scored examples, or over whole groups if the split is by a label."
}
