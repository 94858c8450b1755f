import ActivationStore
import Analysis
import Figures

/// The lengths of activations, and outlier features.
struct NormsStudyReport: StudyReport {
  static let word = "norms"
  static let title: String? = "how long activations are"
  let places: StudyPlaces

  init(_ places: StudyPlaces) { self.places = places }

  private typealias Names = Schema.Analysis
  var printed: [String] { [Names.mean, Names.deviation, Names.smallest, Names.median, Names.largest] }

  func card(in report: inout Report) throws -> [String] {
    let threshold = places.group.attributes[Names.threshold]?.plain ?? "6"
    var parts = [
      "<p>\(html("The length (L2) of each example's activation. Outliers are features whose root mean square is more than \(threshold) times that of the median feature."))</p>"
    ]
    if let median = try places.intervals(Names.median), let smallest = try places.intervals(Names.smallest),
      let largest = try places.intervals(Names.largest)
    {
      let values = median.indices.map {
        Interval(value: median[$0].value, low: smallest[$0].value, high: largest[$0].value)
      }
      if let figure = try LayerCurves(places: places).figure(
        [.init(name: "median", values: values)], title: "\(places.name): how long activations are",
        subtitle: "median; bands: from the shortest to the longest\(try places.n())", yName: "length", file: "lengths")
      {
        report.figures.append(figure)
        parts.append(Page.chart(figure.figure))
      }
    }
    var columns: [(name: String, values: [Interval])] = []
    for name in printed + [Names.outliers] {
      if let values = try places.intervals(name) { columns.append((name, values)) }
    }
    parts.append(places.table(columns, caption: "Lengths over examples, and how many features stand out", in: &report))
    parts += [try outliers()].filter { !$0.isEmpty }
    return parts
  }

  /// The outlier features, the most frequent first.
  private func outliers() throws -> String {
    guard let array = try places.array(Names.isOutlier, ["feature"]), let width = array.axis("feature")?.count else {
      return ""
    }
    let flags = try array.numbers()
    let counts = (0..<width).map { feature in (0..<places.count).count { flags[$0 * width + feature] == 1 } }
    let found = counts.indices.filter { counts[$0] > 0 }.sorted { (counts[$1], $0) < (counts[$0], $1) }
    guard !found.isEmpty else { return "<p>No feature stands out.</p>" }
    return htmlTable(
      ["feature", "places"], found.prefix(20).map { ["\($0)", "\(counts[$0])"] }, labels: 1,
      caption:
        "Features that stand out, by the number of places at which they do (of \(places.count))\(found.count > 20 ? "; the first 20 of \(found.count)" : "")"
    )
  }
}
