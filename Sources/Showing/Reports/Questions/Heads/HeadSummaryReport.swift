import ActivationStore
import Analysis
import Figures
import LabelledArrays

/// What the strongest heads of the sweeps do: `/heads` of results.
struct HeadSummaryReport: ReportPart {
  let file: ReportFile
  let group: StoredGroup
  private typealias Names = Schema.HeadSummary
  /// Sources in a figure: those that get most attention.
  private static let mostSources = 14, leastShare = 0.02

  init?(in file: ReportFile) throws {
    guard file.format == .results, let group = try file.group(Schema.heads) else { return nil }
    (self.file, self.group) = (file, group)
    if heads.isEmpty { return nil }
  }

  var notes: [String] { [Bootstrap.noteOfReports] }

  private var heads: [String] { group.axes.first { $0.name == "head" }?.labels.texts ?? [] }
  private var examples: Int { group.axes.first { $0.name == Schema.Axis.example }?.count ?? 0 }

  func show(in report: inout Report, check: () throws -> Void) throws {
    let direct = try directs()
    let gazes = try gazes()
    let sweeps = try effects()
    var columns = sweeps.map {
      (name: "effect in \($0.name)", values: $0.values.map { $0.map { tableNumber($0) } ?? "–" })
    }
    if let direct {
      columns.append(
        (
          "writes into the logit difference",
          direct.map { "\(tableNumber($0.value)) [\(tableNumber($0.low, 2)), \(tableNumber($0.high, 2))]" }
        ))
    }
    for gaze in gazes {
      columns.append(
        (
          "attends \(HeadWords.gaze(gaze.from)) to",
          gaze.shares.map { shares in
            guard let best = largest(shares) else { return "–" }
            return "\(gaze.names[best]) \(tableNumber(shares[best], 2))"
          }
        ))
    }
    var cards: [String] = [
      "<p>The heads with the largest effects in sweeps over heads, and what they do in the \(html(run)) runs: their effect in each sweep, what they write directly into the logit difference (with 95 % bootstrap intervals), and where most of their attention goes.</p>"
        + htmlTable(
          ["head"] + columns.map(\.name), heads.indices.map { head in [heads[head]] + columns.map { $0.values[head] } },
          labels: 1, caption: "\(counted(heads.count, "head")), over \(counted(examples, "example"))")
    ]
    report.tables.append(table(sweeps, direct, gazes))
    var charts: [NamedFigure] = []
    if let direct, direct.contains(where: { $0.value.isFinite }) {
      let bars = BarChart(
        title: "What the strongest heads write into the logit difference",
        subtitle: "mean over \(counted(examples, "example")) in the \(run) runs; 95 % bootstrap",
        valueName: "part of the logit difference", names: heads,
        series: [
          .init(name: "direct", values: direct.map(\.value), low: direct.map(\.low), high: direct.map(\.high))
        ])
      charts.append(NamedFigure(name: "heads-direct", figure: try bars.figure()))
    }
    for gaze in gazes { charts.append(try picture(gaze)) }
    report.figures += charts
    cards[0] += Page.charts(charts)
    report.addSection(Schema.heads.name, "What the strongest heads do", cards: cards)
  }

  private var run: String { group.attributes[Names.run]?.plain ?? "clean" }

  /// What each head writes to the logit difference; nil if there are no wrong tokens.
  private func directs() throws -> [Interval]? {
    guard group.axes(of: Names.direct)?.map(\.name) == ["head", Schema.Axis.example], examples > 0 else { return nil }
    return try Bootstrap.ofReports.means(ofRows: group.numbers(Names.direct).numbers(), examples: examples)
  }

  /// Where heads attend from a place: [head][source], means over examples.
  struct Gaze {
    let from: String
    let names: [String]
    let shares: [[Double]]
    /// How many examples have such a place.
    let examples: Int
  }

  private func gazes() throws -> [Gaze] {
    guard let axes = group.axes(of: Names.attention),
      axes.map(\.name) == ["from", "head", "to", Schema.Axis.example], examples > 0
    else { return [] }
    let values = try group.numbers(Names.attention).numbers()
    let labels = axes[2].labels.texts
    let names = labels.map { label in
      guard let position = Int(label) else { return HeadWords.source(label) }
      let places = file.tokens.places
      return "position \(label)" + (places.indices.contains(position) ? " \(places[position].name)" : "")
    }
    let (heads, sources) = (axes[1].count, labels.count)
    return axes[0].labels.texts.enumerated().compactMap { from, name in
      let shares = (0..<heads).map { head in
        (0..<sources).map { source -> Double in
          // Attention to anything else is not to a single place.
          if labels[source] == "other" { return .nan }
          let row = (from * heads + head) * sources + source
          return finiteMean(values[row * examples..<(row + 1) * examples])
        }
      }
      let own = values[from * heads * sources * examples..<(from + 1) * heads * sources * examples]
      let seen = Set(own.indices.filter { own[$0].isFinite }.map { $0 % examples })
      return seen.isEmpty ? nil : Gaze(from: name, names: names, shares: shares, examples: seen.count)
    }
  }

  private func picture(_ gaze: Gaze) throws -> NamedFigure {
    func most(_ source: Int) -> Double { gaze.shares.map { $0[source] }.filter(\.isFinite).max() ?? -1 }
    let ranked = gaze.names.indices.sorted { (most($0), $1) > (most($1), $0) }
    let shown = ranked.prefix(Self.mostSources).filter { most($0) >= Self.leastShare || $0 == ranked[0] }.sorted()
    let map = Heatmap(
      title: "Where the strongest heads attend \(HeadWords.gaze(gaze.from))",
      subtitle:
        "mean attention in the \(run) runs over \(counted(gaze.examples, "example"))\(shown.count < gaze.names.count ? "; the \(shown.count) sources that get most" : "")",
      rowsName: "head", columnsName: "attends to", valueName: "attention", rowLabels: heads,
      columnLabels: shown.map { gaze.names[$0] }, values: gaze.shares.map { row in shown.map { row[$0] } },
      colours: .sequential(0...1))
    return NamedFigure(name: "heads-\(fileName(gaze.from))", figure: try map.figure())
  }

  private func table(_ sweeps: [(name: String, values: [Double?])], _ direct: [Interval]?, _ gazes: [Gaze]) -> Table {
    var table = Table("heads", header: ["head", "what", "of", "value", "low", "high", "n"])
    func add(_ head: Int, _ what: String, _ of: String, _ value: Interval, n: Int? = nil) {
      guard value.value.isFinite else { return }
      table.add(
        [heads[head], what, of] + [value.value, value.low, value.high].map(Table.number) + ["\(n ?? examples)"])
    }
    for head in heads.indices {
      for sweep in sweeps {
        if let value = sweep.values[head] {
          add(head, "effect", sweep.name, .init(value: value, low: .nan, high: .nan))
        }
      }
      if let direct { add(head, "direct", "logit_diff", direct[head]) }
      for gaze in gazes {
        for (name, share) in zip(gaze.names, gaze.shares[head]) {
          add(
            head, "attention \(HeadWords.gaze(gaze.from))", name, .init(value: share, low: .nan, high: .nan),
            n: gaze.examples)
        }
      }
    }
    return table
  }

  /// Each head's mean normalised effect in the sweeps over heads; nil if a sweep does not have the head.
  private func effects() throws -> [(name: String, values: [Double?])] {
    let names = group.attributes[Names.sweeps]?.list ?? []
    return try file.groups(of: Schema.sweeps).filter { names.contains($0.name) }.compactMap { group in
      let sweep = try SweepData(group, in: file)
      let found = try sweep.effects(in: file)
      guard let effects = (found.first { $0.metric == file.shownMetric } ?? found.first)?.effects else { return nil }
      var own: [String: Double] = [:]
      for cell in 0..<effects.cells where effects.effects[cell].value.isFinite {
        own[sweep.labels(ofCell: cell).joined(separator: ".")] = effects.effects[cell].value
      }
      return (sweep.name, heads.map { own[$0] })
    }
  }

  func add(to notebook: inout NotebookBuilder) throws {
    guard group.axes(of: Names.direct)?.map(\.name) == ["head", Schema.Axis.example] else { return }
    let direct = try group.values(Names.direct)
    guard direct.hasNumbers, direct.examples == notebook.source.examples else { return }
    let title = "what the strongest heads write into the logit difference, \(run)"
    notebook.say(
      "heads-words",
      """
      ## What the strongest heads do

      The heads with the largest effects in \(joinedWords(group.texts(Names.sweeps).map(markdownCode))), in the \(markdownWords(run)) runs: what each writes into the logit difference itself. \
      `attention` in the same group says where they look.
      """)
    notebook.run(
      "heads",
      """
      heads = read(\(pythonLiteral(group.readPath)))
      strongest(heads["\(Names.direct)"], \(heads.count), "direct")
      bars(heads["\(Names.direct)"], \(pythonLiteral(title)), "logit difference")
      """, uses: [.read, .strongest, .bars],
      [
        notebook.source.strongest(direct, count: heads.count, what: "direct"),
        try notebook.source.bars(direct, title, unit: "logit difference"),
      ])
  }
}
