import ActivationStore
import Figures
import LabelledArrays

/// Which places have similar activations.
struct SimilarityStudyReport: StudyReport {
  static let word = "similarity"
  static let title: String? = "which places are alike"
  let places: StudyPlaces
  /// The most places in a figure.
  private static let mostPlaces = 60

  init(_ places: StudyPlaces) { self.places = places }

  private typealias Names = Schema.Analysis
  private static let measures = [(Names.cka, "linear CKA"), (Names.cosine, "mean cosine")]
  var printed: [String] { [] }

  func card(in report: inout Report) throws -> [String] {
    var parts = [
      "<p>Linear CKA compares how examples lie to one another: 1 where one place's activations are a rotation and a scaling of the other's. The mean cosine compares the activations themselves, where they are of one width.</p>"
    ]
    var table = Table("analysis-\(places.name)", header: ["place", "place_other"] + Self.measures.map(\.0))
    let arrays = try Self.measures.map { try array($0.0) }
    guard let axes = arrays.compactMap(\.self).first?.axes, axes[0].count == axes[1].count else { return parts }
    let numbers = try arrays.map { try $0?.doubles() }
    for cell in 0..<axes.shape.count {
      table.add(axes.labels(ofCell: cell).map(\.text) + numbers.map { $0.map { Table.number($0[cell]) } ?? "" })
    }
    report.tables.append(table)
    for ((name, words), values) in zip(Self.measures, numbers) {
      guard let values, values.contains(where: \.isFinite) else { continue }
      let grid = Grid(
        id: "analysis-\(places.name)-\(name)", title: "\(places.name): \(words)", valueName: words,
        axes: axes.map(Grid.Axis.init), rows: [0], columns: [1], facets: [], start: [], runAxis: nil, places: nil,
        isSweep: false, isSequential: !values.contains { $0 < 0 },
        layers: [.init(metric: words, source: "run", arrays: [("value", values.map { Float($0) })], raw: nil)])
      report.grids.append(grid)
      parts.append("<h3>\(html(words))</h3>\(Page.map(grid))")
      let shown = min(axes[0].count, Self.mostPlaces)
      let labels = Array(axes[0].labels.texts.prefix(shown))
      let map = Heatmap(
        title: "\(places.name): \(words)",
        subtitle:
          "\(try places.examples() ?? "of all pairs of places")\(shown < axes[0].count ? "; the first \(shown) of \(axes[0].count) places" : "")",
        rowsName: "place", columnsName: "place", valueName: words, rowLabels: labels, columnLabels: labels,
        values: (0..<shown).map { row in (0..<shown).map { values[row * axes[1].count + $0] } },
        colours: grid.isSequential ? .sequential(0...1) : .diverging(limit: 1), decimals: shown <= 16 ? 2 : nil)
      report.figures.append(NamedFigure(name: "analysis-\(places.name)-\(name)", figure: try map.figure()))
    }
    return parts
  }

  private func array(_ name: String) throws -> LabelledArray? {
    guard places.group.axes(of: name)?.map(\.name) == ["place", "place_other"] else { return nil }
    return try places.group.numbers(name)
  }

  func add(to notebook: inout NotebookBuilder) throws {
    guard let values = try array(Names.cka)?.inDoubles(), values.hasNumbers, values.shape.count <= 3600 else { return }
    let name = places.name
    let title = "\(name): linear CKA"
    notebook.say(
      "analysis-\(name)-words",
      "## \(markdownWords(name)): which places are alike\n\nLinear CKA of all pairs of places: 1 where one's activations are a rotation and a scaling of the other's."
    )
    notebook.run(
      "analysis-\(name)",
      """
      study = read(\(pythonLiteral(places.group.readPath)))
      heatmap(study["\(Names.cka)"], \(pythonLiteral(title)), "Blues", (0, 1))
      """, uses: [.read, .heatmap], [try notebook.source.heatmap(values, title, colours: .sequential(0...1))])
  }
}
