import Figures
import LabelledArrays

/// What the notebook's functions print and draw, computed without them.
extension NotebookSource {
  /// The labels of an axis as the notebook's `names` returns them.
  func names(_ axis: LabelledAxis) -> [String] {
    let tokens = prompts.positionNames
    guard ["position", "source", "destination"].contains(axis.name), !tokens.isEmpty else {
      return axis.labels.texts.map(notebookToken)
    }
    return axis.labels.texts.map { label in
      guard let position = Int(label), position < tokens.count, position >= -tokens.count else { return label }
      return "\(label) \(tokens[position < 0 ? tokens.count + position : position])"
    }
  }

  /// The places and means of the cells with the largest means, the largest first.
  func strongestCells(_ cells: LabelledArray, _ count: Int) -> [Int] {
    let means = cells.mean.doubleValues
    let sizes = means.map { $0.isNaN ? -1 : notebookRounded($0.magnitude) }
    let order = sizes.indices.sorted { (sizes[$0], $1) > (sizes[$1], $0) }
    return order.prefix(count).filter { !means[$0].isNaN }
  }

  /// What the notebook's `strongest` prints.
  func strongest(_ cells: LabelledArray, count: Int = 10, what: String = "effect") -> NotebookCell.Output {
    let axes = cells.cellAxes
    let labels = axes.map(names)
    let rows = strongestCells(cells, count).map { cell -> [String] in
      let values = cells.cell(cell)
      return zip(labels, cells.place(ofCell: cell)).map { $0[$1] } + [
        notebookNumber(bootstrap.interval(values).mean), between(values), "\(values.count { !$0.isNaN })",
      ]
    }
    return .text(notebookTable(axes.map(\.name) + [what, "95 % interval", "examples"], rows))
  }

  /// Both bounds of a mean's interval.
  func between(_ values: [Double]) -> String {
    let interval = (values.count == examples ? bootstrap : NotebookBootstrap(examples: values.count)).interval(values)
    return "\(notebookNumber(interval.low)) to \(notebookNumber(interval.high))"
  }

  /// What the notebook's `heatmap` draws.
  /// - Parameters:
  /// - values: with two axes and at least one finite value.
  ///   - least: diverging colours range at least this far from 0.
  func heatmap(
    _ values: LabelledArray, _ title: String, colours: ColourScale? = nil, least: Double = 0
  ) throws -> NotebookCell.Output {
    let numbers = values.doubleValues
    let largest = numbers.reduce(least) { $1.isNaN ? $0 : max($0, abs($1)) }
    let colours = colours ?? .diverging(limit: largest)
    let (rows, columns) = (values.axes[0], values.axes[1])
    let lines = (0..<rows.count).map { Array(numbers[$0 * columns.count..<($0 + 1) * columns.count]) }
    let figure = try Heatmap(
      title: title, rowsName: rows.name, columnsName: columns.name, rowLabels: names(rows),
      columnLabels: names(columns),
      values: lines, colours: colours, decimals: numbers.count <= 64 ? 2 : nil
    ).figure()
    return .figure(
      NotebookCell.Drawn(
        figure: figure, width: 100 * min(14, 5 + columns.count / 3), height: 100 * min(12, 3 + rows.count / 4), axes: 2)
    )
  }

  /// What the notebook's `bars` draws.
  /// - Parameter values: of one axis and `example`.
  func bars(_ values: LabelledArray, _ title: String, unit: String) throws -> NotebookCell.Output {
    let axis = values.axes[0]
    let all = (0..<axis.count).map { bootstrap.interval(values.cell($0)) }
    let figure = try BarChart(
      title: title, valueName: unit, names: names(axis),
      series: [.init(name: unit, values: all.map(\.mean), low: all.map(\.low), high: all.map(\.high))]
    ).figure()
    return .figure(NotebookCell.Drawn(figure: figure, width: 800, height: 100 * (2 + axis.count / 4), axes: 1))
  }

  /// What the notebook's `lines` draws.
  /// - Parameter values: of the axis `x`, at most one more, and `example`.
  func lines(_ values: LabelledArray, _ title: String, x: String, unit: String) throws -> NotebookCell.Output {
    let others = values.cellAxes.filter { $0.name != x }
    let ordered = try values.ordered(others.map(\.name) + [x])
    let at = (ordered.axis(x)?.labels.texts ?? []).compactMap(Double.init)
    let series = (others.first.map { axis in names(axis).map { "\(axis.name) \($0)" } } ?? ["mean"]).enumerated().map {
      entry, name in
      let all = at.indices.map { bootstrap.interval(ordered.cell(entry * at.count + $0)) }
      return LineChart.Series(name: name, x: at, y: all.map(\.mean), low: all.map(\.low), high: all.map(\.high))
    }
    let figure = try LineChart(title: title, xName: x, yName: unit, series: series, withZero: true).figure()
    return .figure(NotebookCell.Drawn(figure: figure, width: 800, height: 500, axes: 1))
  }
}
