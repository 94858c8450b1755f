import Figures

/// What vectors do in mazes, and whether vectors that are added together do what each does by itself.
extension NotebookBuilder {
  /// The measures of steering studies that are drawn together, with what they are called.
  private static let headings = [("p_cheese", "heads for the cheese"), ("p_corner", "heads for the corner")]
  private static let arrivals = [("reached_cheese", "gets the cheese"), ("reached_region", "comes to the top right")]

  mutating func addSteering() throws {
    for group in source.steering { try addStudy(group) }
  }

  private mutating func addStudy(_ group: NotebookGroup) throws {
    guard let mean = group.datasets["p_cheese_mean"], group.has("p_cheese_change"), group.has("p_cheese_unsteered")
    else { return }
    let axes = mean.filter { $0.name != "bound" }
    let vectors = joinedWords(group.texts("vectors").map(markdownCode))
    let whose =
      switch group.text("from") {
      case "own"?: "of each maze itself"
      case "mean"?: "the mean of all mazes'"
      case "every"?: "of every maze in every other"
      default: "of the experiment's choice"
      }
    say(
      "steering-\(group.name)-words",
      """
      ## \(markdownWords(group.name)): steering

      \(vectors) (\(whose)) was added at \(markdownCode(group.text("site") ?? "?")), times a coefficient, at every step. Headings are probabilities at the decision square, arrivals shares of \
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

  private mutating func addCurves(_ group: NotebookGroup, _ axis: LabelledValues.Axis) throws {
    var opening = "study = read(\(pythonLiteral(group.path)))\n"
    for (id, measures, unit) in [
      ("headings", Self.headings, "probability"), ("arrivals", Self.arrivals, "share of rollouts"),
    ] {
      let present = measures.filter { group.has("\($0.0)_mean") && group.has("\($0.0)_unsteered") }
      let at = axis.labels.compactMap(Double.init)
      guard !present.isEmpty, at.count == axis.count else { continue }
      let title = "\(group.name): \(unit) against the coefficient"
      var series: [LineChart.Series] = []
      for (measure, name) in present { series.append(try curve(group, measure, name, at)) }
      guard series.contains(where: { $0.y.contains(where: \.isFinite) }) else { continue }
      let figure = try LineChart(title: title, xName: "coefficient", yName: unit, series: series, withZero: true)
        .figure()
      let names = present.map { "\(pythonLiteral($0.0)): \(pythonLiteral($0.1))" }.joined(separator: ", ")
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

  /// Means with the file's bounds; at 0 the unsteered policy, where no coefficient is 0.
  private func curve(_ group: NotebookGroup, _ measure: String, _ name: String, _ at: [Double]) throws
    -> LineChart.Series
  {
    let bounds = try group.values("\(measure)_mean").transposed(["bound", "coefficient"]).values
    let unsteered = source.bootstrap.interval(try group.values("\(measure)_unsteered").values)
    var points = [0.0: [unsteered.mean, unsteered.low, unsteered.high]]
    for (index, x) in at.enumerated() { points[x] = (0..<3).map { bounds[$0 * at.count + index] } }
    let sorted = points.sorted { $0.key < $1.key }
    return LineChart.Series(
      name: name, x: sorted.map(\.key), y: sorted.map { $0.value[0] }, low: sorted.map { $0.value[1] },
      high: sorted.map { $0.value[2] })
  }

  /// Changes from the unsteered policy, with their intervals as the file has them.
  private mutating func addStudyTable(
    _ group: NotebookGroup, _ axes: [LabelledValues.Axis], isRead: Bool = false
  ) throws {
    let measures = (Self.headings + Self.arrivals).map(\.0).filter { group.has("\($0)_change") }
    let changes = try measures.map { try group.values("\($0)_change") }
    guard let first = changes.first, first.names == axes.map(\.name) + ["bound"] else { return }
    let cells = LabelledValues(axes: axes, values: [])
    let count = first.values.count / 3
    let rows = (0..<min(count, 20)).map { cell in
      zip(axes, cells.place(ofCell: cell)).map { $0.labels[$1] }
        + changes.map { change in
          let bounds = (0..<3).map { notebookNumber(change.values[cell * 3 + $0], 2) }
          return "\(bounds[0]) (\(bounds[1]) to \(bounds[2]))"
        }
    }
    run(
      "steering-\(group.name)-changes",
      """
      \(isRead ? "" : "study = read(\(pythonLiteral(group.path)))\n")print("changes from the policy without any vector")
      changes(study, \(pythonList(measures)))
      """, uses: [.read, .changes],
      [.text("changes from the policy without any vector\n" + notebookTable(axes.map(\.name) + measures, rows))])
  }

  /// A map over two axes: sites and coefficients, or the coefficients of two vectors.
  private mutating func addStudyMap(_ group: NotebookGroup, _ axes: [LabelledValues.Axis]) throws {
    let single = axes.filter { $0.count == 1 }.map(\.name)
    let order = axes.filter { $0.count > 1 }.map(\.name)
    let change = single.reduce(try group.values("p_cheese_change").selecting("bound", 0)) { $0.selecting($1, 0) }
    let map = change.transposed(order).top(order[0], NotebookSweepView.mostRows)
    guard map.hasNumbers else { return }
    let title = "\(group.name): change of the probability of heading for the cheese"
    run(
      "steering-\(group.name)",
      """
      study = read(\(pythonLiteral(group.path)))
      change = study["p_cheese_change"].sel(bound="mean")\(single.isEmpty ? "" : ".squeeze(\(pythonList(single)), drop=True)")
      heatmap(top(change, \(pythonLiteral(order[0])), \(NotebookSweepView.mostRows)), \(pythonLiteral(title)))
      """, uses: [.read, .top, .heatmap], [try source.heatmap(map, title)])
  }

  /// One maze's vector in another.
  private mutating func addTransfer(_ group: NotebookGroup) throws {
    var all = try group.values("p_cheese")
    let unsteered = try group.values("p_cheese_unsteered").values
    for index in all.values.indices { all.values[index] -= unsteered[index % unsteered.count] }
    let others = all.cellAxes.map(\.name).filter { $0 != "source" }
    let cells = others.reduce(all) { $0.selecting($1, 0) }
    guard cells.axes.count == 2, cells.shape[0] == cells.shape[1], cells.hasNumbers else { return }
    var map = cells
    map.axes[0].name = "vector of"
    map.axes[1].name = "added in"
    let size = map.shape[0]
    let own = notebookMean((0..<size).map { map.values[$0 * size + $0] })
    let other = notebookMean(map.values.indices.filter { $0 / size != $0 % size }.map { map.values[$0] })
    let drawn = map.keeping("vector of", Array(0..<min(size, 40))).keeping("added in", Array(0..<min(size, 40)))
    let title = "\(group.name): change of the probability of heading for the cheese"
    guard drawn.hasNumbers else { return }
    run(
      "steering-\(group.name)",
      """
      study = read(\(pythonLiteral(group.path)))
      change = study["p_cheese"] - study["p_cheese_unsteered"]
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

  mutating func addAdditivity() throws {
    guard let metric = source.metric else { return }
    for group in source.additivity {
      guard group.has("\(metric)_change"), group.has("\(metric)_interaction") else { continue }
      let (change, interaction) = (try group.values("\(metric)_change"), try group.values("\(metric)_interaction"))
      guard change.hasNumbers, interaction.hasNumbers else { continue }
      func rootMeanSquare(_ values: LabelledValues) -> Double {
        notebookMean(values.values.map { $0 * $0 }).squareRoot()
      }
      let (whole, beyond) = (rootMeanSquare(change), rootMeanSquare(interaction))
      let single = interaction.cellAxes.filter { $0.count == 1 }.map(\.name)
      let cells = single.reduce(interaction) { $0.selecting($1, 0) }
      let view = NotebookSweepView(cells)
      say(
        "additivity-\(group.name)-words",
        """
        ## \(markdownWords(group.name)): is the whole the sum of its parts?

        The *interaction* is what vectors do together less what each does by itself: f(s, t) − f(s, 0) − f(0, t) + f(0, 0). Where it is 0, vectors add up.
        """)
      let title = "\(group.name): interaction (\(metric))"
      var code = """
        sums = read(\(pythonLiteral(group.path)))
        change, beyond = (float(np.sqrt((sums[METRIC + part] ** 2).mean())) for part in ("_change", "_interaction"))
        print(f"root mean square: change {number(change)}, interaction {number(beyond)}")
        """
      var outputs = [
        NotebookCell.Output.text(
          "root mean square: change \(notebookNumber(whole)), interaction \(notebookNumber(beyond))\n")
      ]
      if view.shape == .map {
        let squeeze = single.isEmpty ? "" : ".squeeze(\(pythonList(single)), drop=True)"
        code += "\ncells = sums[METRIC + \"_interaction\"]\(squeeze)\n" + view.steps.joined(separator: "\n")
        code += "\nheatmap(\(view.variable), \(pythonLiteral(title)))"
        outputs.append(try source.heatmap(view.picture, title))
      }
      run("additivity-\(group.name)", code, uses: [.read, .number] + (view.shape == .map ? view.helpers : []), outputs)
    }
  }
}
