import ActivationStore
import LabelledArrays

/// Next steps: the same helpers, used for what a reader is likely to want next.
extension NotebookBuilder {
  mutating func addNextSteps(_ sweeps: [Shown]) throws {
    let candidates = sweeps.filter { !$0.axes.isEmpty && !$0.axes.contains(Schema.Axis.sourceExample) }
    // The sweep with the most to choose from.
    guard
      let main = candidates.max(by: {
        ($0.axes.count, -$0.cells.count) < ($1.axes.count, -$1.cells.count)
      }),
      let strongest = source.strongestCells(main.cells, 1).first
    else { return }
    say(
      "next",
      """
      # Going on

      Cells to change and run again.
      """)
    try addSelection(main, strongest)
    addGroups(main, strongest)
    try addComparisons(candidates)
    addRunsBesideEachOther()
    if !source.prompts.isAligned { try addFromTheEnd(candidates) }
    addExport(main)
    addSecondFile(main)
  }

  private func selection(_ shown: Shown, _ cell: Int, without: String? = nil) -> String {
    let place = shown.cells.place(ofCell: cell)
    let terms = zip(shown.cells.cellAxes, place).filter { $0.0.name != without }.map {
      axis, entry -> (String, String) in
      let label = axis.labels.texts[entry]
      return if case .texts = axis.labels { (axis.name, pythonLiteral(label)) } else { (axis.name, label) }
    }
    let isPlain = terms.allSatisfy { $0.0.unicodeScalars.allSatisfy { ("a"..."z").contains($0) || $0 == "_" } }
    return isPlain
      ? ".sel(" + terms.map { "\($0)=\($1)" }.joined(separator: ", ") + ")"
      : ".sel({" + terms.map { "\(pythonLiteral($0)): \($1)" }.joined(separator: ", ") + "})"
  }

  private mutating func addSelection(_ main: Shown, _ strongest: Int) throws {
    let axes = main.cells.cellAxes
    let kept = axes.first { ["position", "head"].contains($0.name) && axes.count > 1 } ?? axes[axes.count - 1]
    let place = main.cells.place(ofCell: strongest)
    let others = zip(axes, place).filter { $0.0.name != kept.name }
    let one = try others.reduce(main.cells) { try $0.select($1.0.name, at: $1.1) }.top(kept.name, 8)
    let what =
      others.isEmpty
      ? "" : " at " + joinedWords(others.map { "\($0.name.replacing("_", with: " ")) \($0.labels.texts[$1])" })
    say(
      "select-words",
      """
      ## Select

      By the labels of the axes: here everything\(markdownWords(what)), by \(markdownWords(kept.name)), the \(min(8, kept.count)) strongest.
      """)
    let rows = source.names(one.axes[0]).enumerated().map { entry, name in
      let values = one.cell(entry)
      return [name, notebookNumber(source.bootstrap.interval(values).mean), source.between(values)]
    }
    run(
      "select",
      """
      cells = \(main.call)
      one = top(cells\(others.isEmpty ? "" : selection(main, strongest, without: kept.name)), \(pythonLiteral(kept.name)), 8)
      rows = []
      for name, values in zip(names(one, \(pythonLiteral(kept.name))), one.values):
          mean, low, high = interval(values)
          rows.append([name, number(mean), f"{number(low)} to {number(high)}"])
      table([\(pythonLiteral(kept.name)), \(pythonLiteral(main.what)), "95 % interval"], rows)
      """, uses: [.effect, .top, .names, .interval, .number, .table],
      [.text(notebookTable([kept.name, main.what, "95 % interval"], rows))])
  }

  private mutating func addGroups(_ main: Shown, _ strongest: Int) {
    let values = main.cells.cell(strongest)
    let prompts = source.prompts
    var groups: (dataset: String, of: [String], shown: (String) -> String)?
    let fitting = prompts.labels.first { label in
      let kinds = Set(label.values)
      return (2...8).contains(kinds.count) && kinds.count * 2 <= label.values.count
    }
    if let fitting {
      groups = (fitting.name, fitting.values, notebookToken)
    } else if (2...8).contains(Set(prompts.lengths).count) {
      groups = (Schema.Prompts.lengths, prompts.lengths.map { "\($0)" }, \.self)
    }
    guard let groups, groups.of.count == values.count else { return }
    let isNumber = groups.dataset == Schema.Prompts.lengths
    let kinds = Set(groups.of).sorted {
      isNumber ? (Int($0) ?? 0) < (Int($1) ?? 0) : $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars)
    }
    let rows = kinds.map { kind in
      let own = zip(values, groups.of).filter { $0.1 == kind }.map(\.0)
      let mean = NotebookBootstrap(examples: own.count).interval(own).mean
      return [groups.shown(kind), notebookNumber(mean), source.between(own), "\(own.count)"]
    }
    let title = NotebookPrompts.short(groups.dataset)
    say(
      "groups-words",
      """
      ## Average over groups

      The strongest cell of \(markdownCode(main.group.name)) in \(source.exampleWord)s of each \(markdownWords(title.replacing("_", with: " "))). \
      Other columns of the file's prompts do as well\(others(than: groups.dataset)).
      """)
    run(
      "groups",
      """
      cell = \(main.call)\(selection(main, strongest))
      groups = prompts[\(pythonLiteral(groups.dataset))].values
      rows = []
      for group in np.unique(groups):
          mean, low, high = interval(cell.values[groups == group])
          rows.append([\(isNumber ? "str(group)" : "shown(group)"), number(mean), f"{number(low)} to {number(high)}", str((groups == group).sum())])
      table([\(pythonLiteral(title)), \(pythonLiteral(main.what)), "95 % interval", \(pythonLiteral("\(source.exampleWord)s"))], rows)
      """, uses: [.effect, .interval, .number, .table, .shown],
      [.text(notebookTable([title, main.what, "95 % interval", "\(source.exampleWord)s"], rows))])
  }

  private func others(than dataset: String) -> String {
    let names = source.prompts.labels.map(\.name).filter { $0 != dataset && $0 != NotebookPrompts.mazes }.map(
      markdownCode)
    return names.isEmpty ? "" : ": \(joinedWords(Array(names.prefix(6))))"
  }

  /// Two sweeps over the same cells, and two metrics of one sweep.
  private mutating func addComparisons(_ sweeps: [Shown]) throws {
    let pairs = sweeps.indices.lazy.flatMap { a in sweeps.indices.dropFirst(a + 1).map { (sweeps[a], sweeps[$0]) } }
    if let (a, b) = pairs.first(where: { $0.cells.axes == $1.cells.axes && $0.what == $1.what }) {
      addDifference(
        "sweeps", "Compare two sweeps",
        "\(markdownCode(a.group.name)) minus \(markdownCode(b.group.name)), cell by cell and \(source.exampleWord) by \(source.exampleWord): where they differ most. "
          + "An interval without 0 indicates a difference.", a, b)
    }
    guard let metric = source.file.shownMetric, let second = source.metrics.dropFirst().first else { return }
    for a in sweeps where a.axes.count > 0 {
      guard let b = try shown(a.group, metric: second, estimate: a.isEstimate), b.what == a.what,
        b.isEstimate == a.isEstimate
      else { continue }
      addDifference(
        "metrics", "Compare two metrics",
        "The effect on \(markdownCode(metric)) minus that on \(markdownCode(second)) in \(markdownCode(a.group.name)).",
        a, b)
      break
    }
  }

  private mutating func addDifference(_ id: String, _ title: String, _ words: String, _ a: Shown, _ b: Shown) {
    let difference = LabelledArray(a.cells.axes, zip(a.cells.doubleValues, b.cells.doubleValues).map { $0 - $1 })
    guard difference.hasNumbers else { return }
    say("compare-\(id)-words", "## \(title)\n\n\(words)")
    run(
      "compare-\(id)",
      """
      first = \(a.call)
      second = \(b.call)
      strongest(first - second, 5, "difference")
      """, uses: [.effect, .strongest], [source.strongest(difference, count: 5, what: "difference")])
  }

  private mutating func addRunsBesideEachOther() {
    guard let metric = source.file.shownMetric, let clean = source.baselines[.clean]?[metric],
      let corrupted = source.baselines[.corrupted]?[metric], clean.count == corrupted.count, !clean.isEmpty
    else { return }
    let gaps = zip(clean, corrupted).map { Double($0) - Double($1) }
    let sizes = gaps.map { $0.isNaN ? Double.infinity : abs($0) }
    let order = sizes.indices.sorted { (sizes[$0], $0) < (sizes[$1], $1) }.prefix(5)
    let rows = order.map {
      ["\($0)", notebookNumber(Double(clean[$0])), notebookNumber(Double(corrupted[$0])), notebookNumber(gaps[$0])]
    }
    say(
      "runs-words",
      """
      ## Compare clean and corrupted

      Without any edit, \(source.exampleWord) by \(source.exampleWord). Where the two hardly differ, effects are divided by next to nothing: look at those before trusting a mean.
      """)
    run(
      "runs",
      """
      clean_values, corrupted_values = (read(f"baseline/{run}")[METRIC].values for run in ("clean", "corrupted"))
      gap = clean_values - corrupted_values
      print(f"clean above corrupted in {(gap > 0).sum()} of {len(gap)}; where they differ least:")
      rows = [[str(example), *(number(values[example]) for values in (clean_values, corrupted_values, gap))]
              for example in np.argsort(np.abs(gap), kind="stable")[:5]]
      table(["example", "clean", "corrupted", "gap"], rows)
      """, uses: [.read, .number, .table],
      [
        .text(
          "clean above corrupted in \(gaps.count { $0 > 0 }) of \(gaps.count); where they differ least:\n"
            + notebookTable(["example", "clean", "corrupted", "gap"], rows))
      ])
  }

  /// Prompts of different lengths, aligned at their last tokens.
  private mutating func addFromTheEnd(_ sweeps: [Shown]) throws {
    let lengths = source.prompts.lengths
    guard Set(lengths).count > 1, let shortest = lengths.min(), shortest > 0,
      let shown = sweeps.first(where: { shown in
        guard let axis = shown.cells.cellAxes.first(where: { $0.name == "position" }), shown.axes.count == 2 else {
          return false
        }
        return axis.labels.texts == (0..<axis.count).map(String.init) && axis.count >= (lengths.max() ?? 0)
      })
    else { return }
    let other = shown.axes.first { $0 != "position" } ?? ""
    let width = min(shortest, 16)
    let ordered = try shown.cells.ordered([other, Schema.Axis.position])
    let (rows, positions, examples) = (ordered.axes[0].count, ordered.axes[1].count, ordered.examples)
    let numbers = ordered.doubleValues
    var values: [Double] = []
    for row in 0..<rows {
      for back in stride(from: width, to: 0, by: -1) {
        for example in 0..<examples {
          values.append(numbers[(row * positions + lengths[example] - back) * examples + example])
        }
      }
    }
    let labels = stride(from: width, to: 0, by: -1).map { "-\($0)" }
    let map = LabelledArray(
      [ordered.axes[0], LabelledAxis("from the end", .texts(labels)), ordered.axes[2]], values
    ).mean
    guard map.hasNumbers else { return }
    let title = "\(shown.group.name): \(shown.unit), positions counted from the end"
    say(
      "from-the-end-words",
      """
      ## Count positions from the end

      The \(source.exampleWord)s have different lengths. Side by side by their last tokens, ends at least mean the same.
      """)
    run(
      "from-the-end",
      """
      cells = \(shown.call)
      back = xr.DataArray(np.arange(-\(width), 0), dims="from the end", coords={"from the end": np.arange(-\(width), 0)})
      ends = cells.isel(position=prompts["\(Schema.Prompts.lengths)"] + back)
      heatmap(ends.mean("example").transpose(\(pythonLiteral(other)), "from the end"), \(pythonLiteral(title)))
      """, uses: [.effect, .heatmap], [try source.heatmap(map, title)])
  }

  private mutating func addExport(_ main: Shown) {
    let file = "\(letters(of: main.group.name))-cells.csv"
    say(
      "export-words",
      """
      ## Take it elsewhere

      The means as a table of one row a cell, beside this notebook. Without `.mean("example")` there is a row for each \(source.exampleWord) too.
      """)
    let count = main.cells.cellAxes.shape.count
    run(
      "export",
      """
      frame = \(main.call).mean("example").to_dataframe(\(pythonLiteral(main.what)))
      frame.to_csv(\(pythonLiteral(file)))
      print(f"{len(frame)} rows")
      """, uses: [.effect], [.text("\(count) rows\n")])
  }

  private mutating func addSecondFile(_ main: Shown) {
    say(
      "second-words",
      """
      ## Compare with another run

      Results of the same sweep from another run, such as of another model or other \(source.exampleWord)s. Until `SECOND` names one, the file is compared with itself.
      """)
    let call = "effect(\(main.arguments), path=SECOND)\(main.squeeze)"
    run(
      "second",
      """
      SECOND = RESULTS  # such as Path("../../activations/another.h5")
      mine = \(main.call).mean("example")
      theirs = \(call).mean("example")
      difference = np.abs(mine - theirs)
      print(f"largest difference of a cell's mean: {number(difference.max())}")
      """, uses: [.effect, .number], [.text("largest difference of a cell's mean: 0.000\n")])
  }
}
