import ActivationStore
import LabelledArrays

/// Whether the effect of directions that are added together is the sum of their separate effects.
struct AdditivityReport: ReportPart {
  let file: ReportFile
  let groups: [StoredGroup]

  init?(in file: ReportFile) throws {
    groups = try file.groups(of: Schema.additivity)
    self.file = file
    if groups.isEmpty || file.format != .results { return nil }
  }

  func show(in report: inout Report, check: () throws -> Void) throws {
    typealias Names = Schema.Additivity
    var cards: [String] = []
    for stored in groups {
      try check()
      let group = try stored.floats(
        with: file.metrics.flatMap { [Names.change(of: $0), Names.interaction(of: $0)] }
          + [Names.changeNorm, Names.interactionNorm])
      report.tables.append(try Table(group, name: "additivity-\(group.name)"))
      var rows: [[String]] = []
      for metric in file.metrics {
        guard let change = group[Names.change(of: metric)] else { continue }
        rows.append(Self.row(metric, try Self.size(change), try Self.size(group[Names.interaction(of: metric)])))
      }
      if let norms = group[Names.changeNorm] {
        let interactions = group[Names.interactionNorm]
        let axis = Schema.Axis.activation
        for (place, name) in (norms.axis(axis)?.labels.shown ?? []).enumerated() {
          rows.append(
            Self.row(
              name, try Self.size(try norms.select(axis, at: place)),
              try Self.size(try interactions.flatMap { $0.axis(axis) == nil ? nil : try $0.select(axis, at: place) })))
        }
      }
      cards.append(
        "<h3>\(html(group.name))</h3>"
          + htmlTable(
            ["of", "change", "not the sum", "share"], rows, labels: 1,
            caption:
              "Root mean square over cells and examples: the change by all directions together, and the part of it that is not the sum of their separate changes"
          ))
    }
    report.addSection(Schema.additivity.name, "Additivity", cards: cards)
  }

  /// The root mean square of the finite values.
  private static func size(_ array: LabelledArray?) throws -> Double {
    guard let array else { return .nan }
    return finiteMean(try array.numbers().lazy.filter(\.isFinite).map { $0 * $0 }).squareRoot()
  }

  private static func row(_ name: String, _ change: Double, _ interaction: Double) -> [String] {
    [
      name, tableNumber(change), tableNumber(interaction),
      change > 0 ? tableNumber(100 * interaction / change, 1) + " %" : "–",
    ]
  }

  func add(to notebook: inout NotebookBuilder) throws { try notebook.addAdditivity(groups) }
}

extension NotebookBuilder {
  /// The interaction of the shown metric.
  fileprivate mutating func addAdditivity(_ groups: [StoredGroup]) throws {
    guard let metric = source.file.shownMetric else { return }
    for group in groups {
      let names = (change: Schema.Additivity.change(of: metric), interaction: Schema.Additivity.interaction(of: metric))
      guard group.has(names.change), group.has(names.interaction) else { continue }
      let (change, interaction) = (try group.values(names.change), try group.values(names.interaction))
      guard change.hasNumbers, interaction.hasNumbers else { continue }
      func rootMeanSquare(_ values: LabelledArray) -> Double {
        notebookMean(values.doubleValues.map { $0 * $0 }).squareRoot()
      }
      let (whole, beyond) = (rootMeanSquare(change), rootMeanSquare(interaction))
      let single = interaction.cellAxes.filter { $0.count == 1 }.map(\.name)
      let cells = try interaction.first(of: single)
      let view = try NotebookSweepView(cells)
      say(
        "additivity-\(group.name)-words",
        """
        ## \(markdownWords(group.name)): is the whole the sum of its parts?

        The *interaction* is what vectors do together less what each does by itself: f(s, t) − f(s, 0) − f(0, t) + f(0, 0). Where it is 0, vectors add up.
        """)
      let title = "\(group.name): interaction (\(metric))"
      var code = """
        sums = read(\(pythonLiteral(group.readPath)))
        change, beyond = (float(np.sqrt((sums[METRIC + part] ** 2).mean())) for part in ("\(Schema.Additivity.changeSuffix)", "\(Schema.Additivity.interactionSuffix)"))
        print(f"root mean square: change {number(change)}, interaction {number(beyond)}")
        """
      var outputs = [
        NotebookCell.Output.text(
          "root mean square: change \(notebookNumber(whole)), interaction \(notebookNumber(beyond))\n")
      ]
      if view.shape == .map {
        let squeeze = single.isEmpty ? "" : ".squeeze(\(pythonList(single)), drop=True)"
        code +=
          "\ncells = sums[METRIC + \"\(Schema.Additivity.interactionSuffix)\"]\(squeeze)\n"
          + view.steps.joined(separator: "\n")
        code += "\nheatmap(\(view.variable), \(pythonLiteral(title)))"
        outputs.append(try source.heatmap(view.picture, title))
      }
      run("additivity-\(group.name)", code, uses: [.read, .number] + (view.shape == .map ? view.helpers : []), outputs)
    }
  }
}
