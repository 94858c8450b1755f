import ActivationStore
import Figures
import LabelledArrays

/// The effects of vectors in mazes.
extension NotebookBuilder {
  private typealias Measure = Schema.Steering.Measure

  /// The measures of steering studies that are drawn together, with their names.
  private static let headings = [(Measure.cheese, "heads for the cheese"), (.corner, "heads for the corner")]
  private static let arrivals = [
    (Measure.reachedCheese, "gets the cheese"), (.reachedRegion, "reaches the top right"),
  ]

  mutating func addStudy(_ group: StoredGroup) throws {
    guard let mean = group.axes(of: Measure.cheese.mean), group.has(Measure.cheese.unsteered),
      let change = group.axes(of: Measure.cheese.change), change == mean, mean.last?.name == Schema.Axis.bound
    else { return }
    let axes = Array(mean.dropLast())
    let vectors = joinedWords(group.texts(Schema.Steering.vectors).map(markdownCode))
    let whose =
      switch group.text(Schema.Steering.from) {
      case "own"?: "of each maze itself"
      case "mean"?: "the mean of all mazes'"
      case "every"?: "of every maze in every other"
      default: "of the experiment's choice"
      }
    say(
      "steering-\(group.name)-words",
      """
      ## \(markdownWords(group.name)): steering

      \(vectors) (\(whose)) was added at \(markdownCode(group.text(Schema.Steering.site) ?? "?")), times a coefficient, at every step. Headings are probabilities at the decision square, arrivals shares of \
      rollouts; bounds are 95 % bootstrap intervals over mazes.
      """)
    if axes.map(\.name) == ["coefficient"] {
      try addCurves(group, axes[0])
    } else if axes.contains(where: { $0.name == "source" }) {
      try addTransfer(group)
    } else if axes.filter({ $0.count > 1 }).count == 2 {
      try addStudyMap(group, axes)
    } else {
      try addStudyTable(group, axes)
    }
  }

  private mutating func addCurves(_ group: StoredGroup, _ axis: LabelledAxis) throws {
    var opening = "study = read(\(pythonLiteral(group.readPath)))\n"
    for (id, measures, unit) in [
      ("headings", Self.headings, "probability"), ("arrivals", Self.arrivals, "share of rollouts"),
    ] {
      let present = measures.filter { group.has($0.0.mean) && group.has($0.0.unsteered) }
      let at = axis.labels.texts.compactMap(Double.init)
      guard !present.isEmpty, at.count == axis.count else { continue }
      let title = "\(group.name): \(unit) against the coefficient"
      var series: [LineChart.Series] = []
      for (measure, name) in present { series.append(try curve(group, measure, name, at)) }
      guard series.contains(where: { $0.y.contains(where: \.isFinite) }) else { continue }
      let figure = try LineChart(title: title, xName: "coefficient", yName: unit, series: series, withZero: true)
        .figure()
      let names = present.map { "\(pythonLiteral($0.0.values)): \(pythonLiteral($0.1))" }.joined(separator: ", ")
      run(
        "steering-\(group.name)-\(id)",
        """
        \(opening)curves(study, {\(names)},
               \(pythonLiteral(title)), \(pythonLiteral(unit)))
        """, uses: [.read, .curves], [.figure(NotebookCell.Drawn(figure: figure, width: 800, height: 500, axes: 1))])
      opening = ""
    }
    try addStudyTable(group, [axis], isRead: opening.isEmpty)
  }

  /// Means with the file's bounds; at 0 the unsteered policy, if no coefficient is 0.
  private func curve(_ group: StoredGroup, _ measure: Measure, _ name: String, _ at: [Double]) throws
    -> LineChart.Series
  {
    let bounds = try group.values(measure.mean).ordered([Schema.Axis.bound, "coefficient"]).doubleValues
    let unsteered = source.bootstrap.interval(try group.values(measure.unsteered).doubleValues)
    var points = [0.0: [unsteered.mean, unsteered.low, unsteered.high]]
    for (index, x) in at.enumerated() { points[x] = (0..<3).map { bounds[$0 * at.count + index] } }
    let sorted = points.sorted { $0.key < $1.key }
    return LineChart.Series(
      name: name, x: sorted.map(\.key), y: sorted.map { $0.value[0] }, low: sorted.map { $0.value[1] },
      high: sorted.map { $0.value[2] })
  }

  /// Changes from the unsteered policy, with the file's intervals.
  private mutating func addStudyTable(
    _ group: StoredGroup, _ axes: [LabelledAxis], isRead: Bool = false
  ) throws {
    let measures = (Self.headings + Self.arrivals).map(\.0).filter { group.has($0.change) }
    let changes = try measures.map { try group.values($0.change) }
    guard let first = changes.first, first.axisNames == axes.map(\.name) + [Schema.Axis.bound] else { return }
    let count = first.count / 3
    let rows = (0..<min(count, 20)).map { cell in
      zip(axes, axes.shape.unravel(cell)).map { $0.labels.texts[$1] }
        + changes.map { change in
          let bounds = (0..<3).map { notebookNumber(change.doubleValues[cell * 3 + $0], 2) }
          return "\(bounds[0]) (\(bounds[1]) to \(bounds[2]))"
        }
    }
    run(
      "steering-\(group.name)-changes",
      """
      \(isRead ? "" : "study = read(\(pythonLiteral(group.readPath)))\n")print("changes from the policy without any vector")
      changes(study, \(pythonList(measures.map(\.values))))
      """, uses: [.read, .changes],
      [
        .text(
          "changes from the policy without any vector\n"
            + notebookTable(axes.map(\.name) + measures.map(\.values), rows))
      ])
  }

  /// A map over two axes: sites and coefficients, or the coefficients of two vectors.
  private mutating func addStudyMap(_ group: StoredGroup, _ axes: [LabelledAxis]) throws {
    let single = axes.filter { $0.count == 1 }.map(\.name)
    let order = axes.filter { $0.count > 1 }.map(\.name)
    let change = try group.values(Measure.cheese.change).first(of: [Schema.Axis.bound] + single)
    let map = try change.ordered(order).top(order[0], NotebookSweepView.mostRows)
    guard map.hasNumbers else { return }
    let title = "\(group.name): change of the probability of heading for the cheese"
    run(
      "steering-\(group.name)",
      """
      study = read(\(pythonLiteral(group.readPath)))
      change = study["\(Measure.cheese.change)"].sel(\(Schema.Axis.bound)="mean")\(single.isEmpty ? "" : ".squeeze(\(pythonList(single)), drop=True)")
      heatmap(top(change, \(pythonLiteral(order[0])), \(NotebookSweepView.mostRows)), \(pythonLiteral(title)))
      """, uses: [.read, .top, .heatmap], [try source.heatmap(map, title)])
  }

  /// One maze's vector in another.
  private mutating func addTransfer(_ group: StoredGroup) throws {
    guard group.has(Measure.cheese.values) else { return }
    let all = try group.values(Measure.cheese.values)
    let unsteered = try group.values(Measure.cheese.unsteered).doubleValues
    let changes = all.doubleValues.enumerated().map { $1 - unsteered[$0 % unsteered.count] }
    let others = all.cellAxes.map(\.name).filter { $0 != "source" }
    let cells = try LabelledArray(all.axes, changes).first(of: others)
    guard cells.axes.count == 2, cells.axes[0].count == cells.axes[1].count, cells.hasNumbers else { return }
    let size = cells.axes[0].count
    let map = cells.relabelled(zip(["vector of", "added in"], cells.axes).map { LabelledAxis($0, $1.labels) })
    let numbers = map.doubleValues
    let own = notebookMean((0..<size).map { numbers[map.shape.ravel([$0, $0])] })
    let other = notebookMean(numbers.indices.filter { Set(map.shape.unravel($0)).count == 2 }.map { numbers[$0] })
    let shown = Array(0..<min(size, 40))
    let drawn = try map.keep("vector of", shown).keep("added in", shown)
    let title = "\(group.name): change of the probability of heading for the cheese"
    guard drawn.hasNumbers else { return }
    run(
      "steering-\(group.name)",
      """
      study = read(\(pythonLiteral(group.readPath)))
      change = study["\(Measure.cheese.values)"] - study["\(Measure.cheese.unsteered)"]
      change = change.isel({axis: 0 for axis in change.dims if axis not in ("source", "example")}, drop=True)
      change = change.rename(source="vector of", example="added in")
      same = np.eye(len(change), dtype=bool)
      print(f"in its own maze {number(np.nanmean(change.values[same]))}, in others {number(np.nanmean(change.values[~same]))}")
      heatmap(change[:40, :40], \(pythonLiteral(title)))
      """, uses: [.read, .number, .heatmap],
      [
        .text("in its own maze \(notebookNumber(own)), in others \(notebookNumber(other))\n"),
        try source.heatmap(drawn, title),
      ])
  }
}
