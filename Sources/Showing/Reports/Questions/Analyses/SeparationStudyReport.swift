import ActivationStore
import Analysis
import Figures

/// How far apart classes are.
struct SeparationStudyReport: StudyReport {
  static let word = "separation"
  static let title: String? = "how far apart classes are"
  let places: StudyPlaces

  init(_ places: StudyPlaces) { self.places = places }

  private typealias Names = Schema.Analysis
  var printed: [String] {
    [Names.betweenOverWithin, Names.explained, Names.silhouette].filter(places.group.has)
  }

  func card(in report: inout Report) throws -> [String] {
    var parts = [
      "<p>Between over within: the variance of the class means over that inside the classes. Explained: the share of all variance that the class means have. Silhouette: from −1 to 1, how much nearer an example is to its own class than to the next one.</p>"
    ]
    var columns: [(name: String, values: [Interval])] = []
    var charts: [NamedFigure] = []
    for (name, words) in [
      (Names.betweenOverWithin, "between over within"), (Names.explained, "explained"),
      (Names.silhouette, "silhouette"),
    ] {
      guard let values = try places.intervals(name) else { continue }
      columns.append((words, values))
      if let figure = try LayerCurves(places: places).figure(
        [.init(name: words, values: values)], title: "\(places.name): \(words)",
        subtitle: "classes of '\(places.label ?? "label")'\(try places.n())", yName: words, file: fileName(name))
      {
        charts.append(figure)
      }
    }
    report.figures += charts
    parts.append(Page.charts(charts))
    parts.append(places.table(columns, caption: "How far apart classes are", in: &report))
    return parts
  }
}
