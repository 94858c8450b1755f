import ActivationStore
import Figures
import LabelledArrays

/// The logit lens: from which layer on the stream predicts the answer.
struct LogitLensReport: ReadingReport {
  static let word = "logit_lens"
  static func recognises(_ group: StoredGroup) -> Bool { group.axes.contains { $0.name == "layer" } }

  let group: StoredGroup
  private let map: ReadingMap

  init(_ group: StoredGroup, in file: ReportFile) throws {
    self.group = group
    map = ReadingMap(
      readout: try group.floats(with: file.metrics), arrays: file.metrics, isSequential: false, file: file)
  }

  func card(in report: inout Report) throws -> [String] {
    let words =
      "<p>Logit lens: the residual stream before each layer, and after the last, read through the final norm and the unembedding as if it were the output.</p>"
    return [words] + (try map.add(to: &report))
  }

  func add(to notebook: inout NotebookBuilder) throws { try notebook.addLens(group) }
}

extension NotebookBuilder {
  fileprivate mutating func addLens(_ group: StoredGroup) throws {
    guard let metric = ([source.file.shownMetric].compactMap(\.self) + group.names).first(where: group.has)
    else { return }
    let all = try group.values(metric)
    guard let firstRun = firstRun(all), all.axisNames == ["run", "layer", "position", "example"] else { return }
    let positions = all.axes[2].labels.texts
    let lengths = source.prompts.lengths
    guard lengths.count == all.examples, let longest = lengths.max(), longest > 0,
      positions == (0..<positions.count).map(String.init),
      positions.count >= longest, all.hasNumbers
    else { return }
    let last = atLast(all, lengths)
    guard last.hasNumbers else { return }
    say(
      "readout-\(group.name)-words",
      """
      ## \(markdownWords(group.name)): when the answer is there

      Logit lens: what the residual stream would say if the model ended at that layer; the last layer is the stream as the model itself reads it out. \
      \(source.prompts.isAligned ? "First at the last token, then at every position." : "At each \(source.exampleWord)'s own last token.")
      """)
    let runs = last.axes[0].labels.texts
    let layers = last.axes[1].labels.texts
    let rows = layers.indices.map { layer in
      [layers[layer]] + runs.indices.map { notebookNumber(notebookMean(last.cell($0 * layers.count + layer))) }
    }
    let title = "\(group.name): \(metric) at the last token, as read from each layer"
    run(
      "readout-\(group.name)",
      """
      lens = read(\(pythonLiteral(group.readPath)))[\(pythonLiteral(metric))]
      last = lens.isel(position=prompts["lengths"] - 1)
      table(["layer", *last["run"].values], [[str(layer), *(number(value) for value in last.sel(layer=layer).mean("example"))]
                                             for layer in last["layer"].values])
      lines(last, \(pythonLiteral(title)), "layer", \(pythonLiteral(metric)))
      """, uses: [.read, .table, .number, .lines],
      [.text(notebookTable(["layer"] + runs, rows)), try source.lines(last, title, x: "layer", unit: metric)])
    guard source.prompts.isAligned else { return }
    let everywhere = try all.select(Schema.Axis.run, at: firstRun.index).mean
    let mapTitle = "\(group.name): \(metric) by layer and position, \(firstRun.name)"
    run(
      "readout-\(group.name)-everywhere",
      "heatmap(lens.sel(run=\(pythonLiteral(firstRun.name))).mean(\"example\"), \(pythonLiteral(mapTitle)))",
      uses: [.heatmap],
      [try source.heatmap(everywhere, mapTitle)])
  }

  /// At the last token of each prompt: [run, layer, example].
  private func atLast(_ all: LabelledArray, _ lengths: [Int]) -> LabelledArray {
    let (positions, examples) = (all.axes[2].count, all.examples)
    let (outer, numbers) = (all.axes[0].count * all.axes[1].count, all.doubleValues)
    return LabelledArray(
      [all.axes[0], all.axes[1], all.axes[3]],
      (0..<outer * examples).map { index in
        let (place, example) = index.quotientAndRemainder(dividingBy: examples)
        let position = max(lengths[example], 1) - 1
        return numbers[(place * positions + position) * examples + example]
      })
  }
}
