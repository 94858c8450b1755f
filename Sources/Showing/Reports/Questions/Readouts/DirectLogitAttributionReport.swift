import ActivationStore
import Analysis
import Figures
import LabelledArrays

/// Direct logit attribution: which parts write the answer.
struct DirectLogitAttributionReport: ReadingReport {
  static let word = "direct_logit_attribution"
  static func recognises(_ group: StoredGroup) -> Bool { group.axes.contains { $0.name == "part" } }

  let group: StoredGroup
  private let readout: ArrayGroup

  init(_ group: StoredGroup, in file: ReportFile) throws {
    self.group = group
    readout = try group.floats(with: [Schema.Readout.logitDiff, Schema.Readout.bySource])
  }

  var notes: [String] { [Bootstrap.noteOfReports] }

  func card(in report: inout Report) throws -> [String] {
    let found = try parts()
    var table = Table("readout-\(readout.name)", header: ["run", "part", "mean", "low", "high", "n"])
    for part in found {
      let interval = part.interval
      table.add(
        [part.run, part.name] + [interval.value, interval.low, interval.high].map(Table.number) + [
          "\(readout.count(Schema.Axis.example))"
        ])
    }
    report.tables.append(table)
    var body = [
      "<p>Direct logit attribution: what each part of the residual stream adds directly to the logit difference, in the unpatched runs. The parts sum to the logit difference.</p>"
    ]
    if let bars = try bars(found) {
      report.figures.append(bars)
      body.append(Page.chart(bars.figure))
    }
    return body
  }

  /// A part of the residual stream, and what it contributes directly to the logit difference.
  private struct Part: Sendable {
    let run: String
    let name: String
    let interval: Interval
  }

  /// For each run, the parts with their bounds, the largest first, in the same order in all runs.
  private func parts() throws -> [Part] {
    guard let array = readout[Schema.Readout.logitDiff],
      array.axisNames == [Schema.Axis.run, "part", Schema.Axis.example]
    else { return [] }
    let (runs, names, examples) = (
      readout.labels(Schema.Axis.run), readout.labels("part"), readout.count(Schema.Axis.example)
    )
    guard examples > 0 else { return [] }
    let means = try Bootstrap.ofReports.means(ofRows: array.numbers(), examples: examples)
    let width = names.count
    func size(_ part: Int) -> Double { runs.indices.map { abs(means[$0 * width + part].value) }.max() ?? 0 }
    let order = names.indices.sorted { (size($0), $1) > (size($1), $0) }
    return runs.indices.flatMap { run in
      order.map { Part(run: runs[run], name: names[$0], interval: means[run * width + $0]) }
    }
  }

  /// The parts with the largest means.
  private func bars(_ parts: [Part], shown: Int = 15) throws -> NamedFigure? {
    let runs = readout.labels(Schema.Axis.run)
    let names = Array(parts.filter { $0.run == runs.first }.map(\.name).prefix(shown))
    guard !names.isEmpty else { return nil }
    let series = runs.map { run -> BarChart.Series in
      let own = Array(parts.filter { $0.run == run }.prefix(shown))
      return BarChart.Series(
        name: "\(run) run", values: own.map(\.interval.value), low: own.map(\.interval.low),
        high: own.map(\.interval.high))
    }
    let all = readout.count("part")
    let chart = BarChart(
      title: "\(readout.name): which parts make up the logit difference",
      subtitle:
        "direct logit attribution, the \(names.count) largest of \(all) parts; 95 % bootstrap over \(counted(readout.count(Schema.Axis.example), "example"))",
      valueName: "part of the logit difference", names: names, series: series)
    return NamedFigure(name: "readout-\(readout.name)", figure: try chart.figure())
  }

  func add(to notebook: inout NotebookBuilder) throws { try notebook.addDirect(group) }
}

extension NotebookBuilder {
  private static let mostParts = 20

  fileprivate mutating func addDirect(_ group: StoredGroup) throws {
    guard group.has(Schema.Readout.logitDiff) else { return }
    let all = try group.values(Schema.Readout.logitDiff)
    guard let firstRun = firstRun(all), all.axisNames == ["run", "part", "example"] else { return }
    let parts = try all.select(Schema.Axis.run, at: firstRun.index)
    let shown = try parts.top("part", Self.mostParts)
    guard shown.hasNumbers else { return }
    let numbers = parts.doubleValues
    let sums = (0..<parts.examples).map { example in
      stride(from: example, to: numbers.count, by: parts.examples).reduce(0) { sum, place in
        numbers[place].isNaN ? sum : sum + numbers[place]
      }
    }
    say(
      "readout-\(group.name)-words",
      """
      ## \(markdownWords(group.name)): who writes the answer

      Direct logit attribution: what each part of the model (embeddings, heads as layer.head, MLPs, biases) writes into the logit difference itself in the \
      \(firstRun.name) run. The parts add up to the logit difference. Drawn: the \(shown.axes[0].count) largest.
      """)
    let title = "\(group.name): what each part writes into the logit difference, \(firstRun.name)"
    run(
      "readout-\(group.name)",
      """
      direct = read(\(pythonLiteral(group.readPath)))
      parts = direct["logit_diff"].sel(run=\(pythonLiteral(firstRun.name)))
      print(f"all parts together: {number(parts.sum('part').mean())}")
      bars(top(parts, "part", \(Self.mostParts)), \(pythonLiteral(title)), "logit difference")
      """, uses: [.read, .number, .bars, .top],
      [
        .text("all parts together: \(notebookNumber(notebookMean(sums)))\n"),
        try source.bars(shown, title, unit: "logit difference"),
      ])
    try addSources(group)
  }

  /// The tokens from which heads take what they write.
  private mutating func addSources(_ group: StoredGroup) throws {
    guard group.has(Schema.Readout.bySource), !source.prompts.positionNames.isEmpty else { return }
    let all = try group.values(Schema.Readout.bySource)
    guard let firstRun = firstRun(all), all.axisNames == ["run", "layer", "head", "source", "example"] else { return }
    let heads = try all.select(Schema.Axis.run, at: firstRun.index).mean.merged(["layer", "head"])
      .top("layer.head", 12).ordered(["layer.head", "source"])
    guard heads.hasNumbers else { return }
    let title = "\(group.name): by the token that heads take it from, \(firstRun.name)"
    run(
      "readout-\(group.name)-sources",
      """
      sources = direct["by_source"].sel(run=\(pythonLiteral(firstRun.name))).mean("example")
      sources = top(merge(sources, ["layer", "head"]), "layer.head", 12)
      heatmap(sources.transpose("layer.head", "source"), \(pythonLiteral(title)))
      """, uses: [.read, .merge, .top, .heatmap], [try source.heatmap(heads, title)])
  }
}
