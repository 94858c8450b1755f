import ActivationStore
import Analysis
import Figures
import LabelledArrays

/// Clusters, and how they agree with a label.
struct ClustersStudyReport: StudyReport {
  static let word = "clusters"
  static let title: String? = "clusters"
  let places: StudyPlaces

  init(_ places: StudyPlaces) { self.places = places }

  private typealias Names = Schema.Analysis
  private var methods: [String] { places.group.axes.first { $0.name == "method" }?.labels.texts ?? [] }
  var printed: [String] { [Names.adjustedRand, Names.normalizedInformation] }

  func card(in report: inout Report) throws -> [String] {
    let rand = try places.intervals(Names.adjustedRand, ["method"])
    let label = places.label.map { "'\($0)'" } ?? "the labels"
    var parts = [
      "<p>\(html(rand == nil ? "Examples that lie together, without labels to compare with." : "Examples that lie together, and how well that agrees with \(label): the adjusted Rand index is 0 by chance and 1 where clusters and classes are the same."))</p>"
    ]
    var columns: [(name: String, values: [Interval])] = []
    if let rand {
      let measures = methods.enumerated().map { index, method in
        LayerCurves.Measure(name: method, values: (0..<places.count).map { rand[$0 * methods.count + index] })
      }
      if let figure = try LayerCurves(places: places).figure(
        measures, title: "\(places.name): do clusters agree with \(label)?",
        subtitle: "adjusted Rand index\(try places.n())",
        yName: "adjusted Rand index", file: "agreement",
        yRange: min(0, rand.map(\.value).filter(\.isFinite).min() ?? 0)...1)
      {
        report.figures.append(figure)
        parts.append(Page.chart(figure.figure))
      }
      columns += measures.map { ("adjusted Rand, \($0.name)", $0.values) }
    }
    if let map = try contents(rand?.map(\.value)) {
      report.figures.append(map)
      parts.append(Page.chart(map.figure))
    }
    if let information = try places.intervals(Names.normalizedInformation, ["method"]) {
      columns += methods.enumerated().map { index, method in
        ("normalised information, \(method)", (0..<places.count).map { information[$0 * methods.count + index] })
      }
    }
    if let inertia = try places.intervals(Names.inertia) { columns.append(("inertia, kmeans", inertia)) }
    if !columns.isEmpty { parts.append(places.table(columns, caption: "Clusters by place", in: &report)) }
    return parts
  }

  /// The contents of each cluster at the place with the best agreement, or at the last place.
  private func contents(_ rand: [Double]?) throws -> NamedFigure? {
    guard let array = try places.array(Names.cluster, ["method", "item"]), let items = array.axis("item")?.count,
      !methods.isEmpty, items > 0, places.count > 0
    else { return nil }
    let cell = rand.flatMap(largest) ?? (places.count - 1) * methods.count
    let (place, method) = cell.quotientAndRemainder(dividingBy: methods.count)
    let clusters = try array.doubles()[cell * items..<(cell + 1) * items].map(whole)
    let labels = try places.itemLabels()?[places.source(ofPlace: place)]
    let names = labels == nil ? ["examples"] : places.classes
    guard let last = clusters.max(), last >= 0, last < 60, !names.isEmpty, names.count <= 40 else { return nil }
    var counts = [[Double]](repeating: [Double](repeating: 0, count: names.count), count: last + 1)
    for (item, cluster) in clusters.enumerated() where cluster >= 0 {
      guard let column = labels.map({ names.firstIndex(of: $0[item]) }) ?? 0 else { continue }
      counts[cluster][column] += 1
    }
    let map = Heatmap(
      title: "\(places.name): what is in each cluster",
      subtitle:
        "\(methods[method]) at \(places.label(place)); numbers of \(counted(clusters.count { $0 >= 0 }, "example"))",
      rowsName: "cluster", columnsName: places.label ?? "", valueName: "examples",
      rowLabels: (0...last).map(String.init), columnLabels: names, values: counts,
      colours: .sequential(0...max(1, counts.joined().max() ?? 1)), decimals: 0)
    return NamedFigure(name: "analysis-\(places.name)-contents", figure: try map.figure())
  }
}
