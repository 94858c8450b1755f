import ActivationStore
import LabelledArrays

/// A section per sweep: what was done, a picture, the strongest cells.
extension NotebookBuilder {
  /// A sweep's effects as in the notebook.
  struct Shown {
    let group: StoredGroup
    /// The code that returns the cells: the function call, its arguments, and the removal of axes of one entry.
    var call: String { "effect(\(arguments))" + squeeze }
    let arguments: String, squeeze: String
    /// Without axes of one entry.
    let cells: LabelledArray
    /// The kind of cells: `effect`, or `change` if no example has an effect.
    let what: String
    let isEstimate: Bool

    static let effectUnit = "normalised effect"
    var unit: String { what == "effect" ? Self.effectUnit : "change of the metric" }
    var axes: [String] { cells.cellAxes.map(\.name) }
  }

  /// - Returns: nil if the file does not have the metric of that sweep, or has no finite value of it.
  func shown(_ group: StoredGroup, metric: String, estimate: Bool = false) throws -> Shown? {
    let isEstimate = estimate || !group.has(metric)
    for raw in [false, true] {
      guard let all = try source.effect(group, metric: metric, estimate: isEstimate, raw: raw) else { return nil }
      guard all.hasNumbers else { continue }
      var arguments = pythonLiteral(group.name)
      if metric != source.file.shownMetric { arguments += ", \(pythonLiteral(metric))" }
      arguments += (isEstimate ? ", estimate=True" : "") + (raw ? ", raw=True" : "")
      let single = all.cellAxes.filter { $0.count == 1 }.map(\.name)
      let squeeze = single.isEmpty ? "" : ".squeeze(\(pythonList(single)), drop=True)"
      return Shown(
        group: group, arguments: arguments, squeeze: squeeze, cells: try all.first(of: single),
        what: raw ? "change" : "effect",
        isEstimate: isEstimate)
    }
    return nil
  }

  mutating func addSweeps(_ groups: [StoredGroup]) throws -> [Shown] {
    guard let metric = source.file.shownMetric else { return [] }
    var all: [Shown] = []
    for group in groups {
      guard let shown = try shown(group, metric: metric) else { continue }
      all.append(shown)
      try addSweep(shown, metric: metric)
      if group.has(metric), group.has(Schema.Sweep.attribution(of: metric)) { try addEstimate(shown, metric: metric) }
    }
    return all
  }

  private mutating func addSweep(_ shown: Shown, metric: String) throws {
    let (group, cells) = (shown.group, shown.cells)
    let view = try NotebookSweepView(cells)
    let lacksPaths =
      group.has(Schema.Sweep.hasPath) ? try group.array(Schema.Sweep.hasPath).numbers().contains(0) : false
    var words = "## \(markdownWords(group.name))\n\n" + NotebookSweepWords(group: group, source: source).text
    if shown.what == "change" {
      words +=
        "\n\nNo \(source.exampleWord) has a normalised effect, since its two baselines are the same; the change of the metric is shown instead."
    }
    if let sentence = strongestWords(shown) { words += "\n\n" + sentence }
    if lacksPaths { words += " Pairs without a path from the sender to the receiver have no value." }
    if let note = view.note { words += " " + note }
    if !source.prompts.isAligned, source.prompts.hasTokens, shown.axes.contains("position") {
      words +=
        " The prompts differ in length: the same position has different words in them, and few prompts reach the last positions."
    }
    if isFaint(view, shown.unit) {
      words += " All effects are small; colours end at ±\(NotebookSweepView.leastEffect)."
    }
    say("sweep-\(group.name)-words", words)
    let title = "\(group.name): \(shown.isEstimate ? "estimated " : "")\(shown.unit) (\(metric))"
    guard view.shape != .single else {
      let values = cells.cell(0)
      run(
        "sweep-\(group.name)",
        """
        cells = \(shown.call)
        mean, low, high = interval(cells)
        print(f"\(shown.what) {number(mean)}, 95 % interval {number(low)} to {number(high)}")
        """, uses: [.effect, .interval, .number],
        [
          .text(
            "\(shown.what) \(notebookNumber(source.bootstrap.interval(values).mean)), 95 % interval \(source.between(values))\n"
          )
        ])
      return
    }
    run(
      "sweep-\(group.name)", "cells = \(shown.call)\n" + drawing(view, title, shown.unit),
      uses: [.effect] + view.helpers, [try drawn(view, title, shown.unit)])
    run(
      "sweep-\(group.name)-strongest", "strongest(cells\(shown.what == "effect" ? "" : ", what=\"change\""))",
      uses: [.strongest],
      [source.strongest(cells, what: shown.what)])
  }

  /// The lines of code that draw `cells`.
  private func drawing(_ view: NotebookSweepView, _ title: String, _ unit: String) -> String {
    let name = view.variable
    let (title, label) = (pythonLiteral(title), pythonLiteral(unit))
    let call =
      switch view.shape {
      case .single: ""
      case .bars: "bars(\(name), \(title), \(label))"
      case .lines(let x): "lines(\(name), \(title), \(pythonLiteral(x)), \(label))"
      case .map: "heatmap(\(name), \(title)\(isFaint(view, unit) ? ", least=\(NotebookSweepView.leastEffect)" : ""))"
      }
    return (view.steps + [call]).joined(separator: "\n")
  }

  private func drawn(_ view: NotebookSweepView, _ title: String, _ unit: String) throws -> NotebookCell.Output {
    switch view.shape {
    case .single, .bars: try source.bars(view.picture, title, unit: unit)
    case .lines(let x): try source.lines(view.picture, title, x: x, unit: unit)
    case .map: try source.heatmap(view.picture, title, least: isFaint(view, unit) ? NotebookSweepView.leastEffect : 0)
    }
  }

  /// Whether all effects are so small that colours would exaggerate them.
  private func isFaint(_ view: NotebookSweepView, _ unit: String) -> Bool {
    view.shape == .map && unit == Shown.effectUnit
      && !view.picture.doubleValues.contains { $0.isFinite && abs($0) >= NotebookSweepView.leastEffect }
  }

  private func strongestWords(_ shown: Shown) -> String? {
    guard !shown.cells.cellAxes.isEmpty, let cell = source.strongestCells(shown.cells, 1).first else { return nil }
    let values = shown.cells.cell(cell)
    let place = zip(shown.cells.cellAxes, shown.cells.place(ofCell: cell)).map { axis, entry in
      "\(markdownWords(axis.name.replacing("_", with: " "))) \(Self.placeName(source.names(axis)[entry], axis.labels.texts[entry]))"
    }
    let mean = notebookNumber(source.bootstrap.interval(values).mean)
    return "The strongest cell is \(place.joined(separator: ", ")): \(mean) (95 % interval \(source.between(values)))."
  }

  /// A label, with the token there in parentheses.
  private static func placeName(_ name: String, _ label: String) -> String {
    guard name.hasPrefix(label + " ") else { return markdownWords(name) }
    return "\(label) (\(markdownWords(String(name.dropFirst(label.count + 1)))))"
  }

  /// How the estimates of a sweep compare with its runs.
  private mutating func addEstimate(_ exact: Shown, metric: String) throws {
    guard let estimate = try shown(exact.group, metric: metric, estimate: true), estimate.what == exact.what else {
      return
    }
    let view = try NotebookSweepView(estimate.cells, name: "estimates")
    guard view.shape != .single else { return }
    let group = exact.group
    let title = "\(group.name): estimated \(estimate.unit) (\(metric))"
    let pairs = zip(exact.cells.mean.doubleValues, estimate.cells.mean.doubleValues).filter {
      $0.isFinite && $1.isFinite
    }
    var code = "cells = \(exact.call)\nestimates = \(estimate.call)\n"
    var printed = ""
    if let correlation = notebookCorrelation(pairs) {
      code += """
        means = np.array([cells.mean("example").values.ravel(), estimates.mean("example").values.ravel()])
        means = means[:, np.isfinite(means).all(axis=0)]
        print(f"correlation over {means.shape[1]} cells: {number(np.corrcoef(means)[0, 1])}")

        """
      printed = "correlation over \(pairs.count) cells: \(notebookNumber(correlation))\n"
    }
    code += "strongest(estimates - cells, 5, \"error\")\n" + drawing(view, title, estimate.unit)
    let errors = LabelledArray(
      exact.cells.axes, zip(estimate.cells.doubleValues, exact.cells.doubleValues).map { $0 - $1 })
    say(
      "sweep-\(group.name)-estimate-words",
      """
      ### Do the estimates agree?

      The same cells by one gradient each, how well they go with the runs, and where they are furthest off (estimate less run).
      """)
    guard case .text(let table) = source.strongest(errors, count: 5, what: "error") else { return }
    run(
      "sweep-\(group.name)-estimate", code, uses: [.effect, .strongest, .number] + view.helpers,
      [.text(printed + table), try drawn(view, title, estimate.unit)])
  }
}

/// Pearson's correlation; nil if one side hardly varies, since it would consist of rounding errors.
func notebookCorrelation(_ pairs: [(Double, Double)]) -> Double? {
  guard pairs.count > 2 else { return nil }
  let (a, b) = (notebookMean(pairs.map(\.0)), notebookMean(pairs.map(\.1)))
  var (ab, aa, bb) = (0.0, 0.0, 0.0)
  for (x, y) in pairs {
    ab += (x - a) * (y - b)
    aa += (x - a) * (x - a)
    bb += (y - b) * (y - b)
  }
  guard aa > 1e-9, bb > 1e-9 else { return nil }
  return ab / (aa * bb).squareRoot()
}
