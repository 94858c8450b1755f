import ActivationStore
import Analysis
import Figures
import LabelledArrays

/// How far examples are on the way from one class to another.
struct TrajectoryStudyReport: StudyReport {
  static let word = "trajectory"
  static let title: String? = "the way from one class to another"
  let places: StudyPlaces

  init(_ places: StudyPlaces) { self.places = places }

  var printed: [String] { [] }
  var notes: [String] { [Bootstrap.noteOfReports] }

  func card(in report: inout Report) throws -> [String] {
    let ends = places.group.axes.first { $0.name == "centroid" }?.labels.texts ?? ["0", "1"]
    var parts = [
      "<p>\(html("How far activations are on the way from the mean of '\(ends.first ?? "0")' (0) to the mean of '\(ends.last ?? "1")' (1), along a direction that tells the two apart."))</p>"
    ]
    let groups = try shares()
    if let figure = try LayerCurves(places: places).figure(
      groups, title: "\(places.name): the way from '\(ends.first ?? "0")' to '\(ends.last ?? "1")'",
      subtitle: "mean share of the way, bands: 95 % bootstrap over examples\(try places.n())",
      yName: "share of the way",
      file: "share")
    {
      report.figures.append(figure)
      parts.append(Page.chart(figure.figure))
    }
    parts.append(
      places.table(
        groups.map { ($0.name, $0.values) }, caption: "Mean share of the way, with 95 % bootstrap intervals",
        in: &report))
    return parts
  }

  /// The mean share of the way of each class of the followed examples, or of all.
  private func shares() throws -> [LayerCurves.Measure] {
    guard let array = try places.array(Schema.Analysis.share, ["item"]), let items = array.axis("item")?.count else {
      return []
    }
    let all = try array.numbers()
    let labels = try places.itemLabels()
    let classes = places.classes.count > 8 || labels == nil ? [] : places.classes
    return (classes.isEmpty ? ["share"] : classes).map { name in
      let values = (0..<places.count).map { place -> Interval in
        let own = (0..<items).filter { item in
          guard !classes.isEmpty, let labels else { return true }
          return labels[places.source(ofPlace: place)][item] == name
        }.map { all[place * items + $0] }.filter(\.isFinite)
        let none = Interval(value: .nan, low: .nan, high: .nan)
        return own.isEmpty ? none : Bootstrap.ofReports.means(ofRows: own, examples: own.count).first ?? none
      }
      return .init(name: name, values: values)
    }
  }
}
