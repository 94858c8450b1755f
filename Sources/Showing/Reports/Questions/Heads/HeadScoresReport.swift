import ActivationStore
import Figures
import LabelledArrays

/// Where every head of a model attends, what its weights copy, and which heads compose: files of `patchbay heads`.
struct HeadScoresReport: ReportPart {
  let file: ReportFile
  /// The groups of scores of single heads, with their titles.
  private let groups: [(group: StoredGroup, title: String, words: String)]
  private let composition: StoredGroup?
  private typealias Names = Schema.Heads
  /// Rows in a list of the strongest heads.
  private static let most = 5, mostPairs = 10

  init?(in file: ReportFile) throws {
    guard file.format == .heads else { return nil }
    self.file = file
    composition = try file.group(Schema.composition)
    groups = try [
      (Schema.heads, "Where heads attend, on random sequences"),
      (Schema.headsOnPrompts, "Where heads attend, on prompts"),
      (Schema.copying, "What weights copy"),
    ].compactMap { section, title in
      guard let group = try file.group(section) else { return nil }
      return (group, title, Self.words(section, group))
    }
  }

  private static func words(_ section: Schema.Section, _ group: StoredGroup) -> String {
    func text(_ key: String) -> String { group.attributes[key]?.plain ?? "?" }
    switch section {
    case Schema.heads:
      return
        "Mean attention, 0 to 1, to the positions that a kind of head attends to, over \(text(Names.sequences)) sequences of \(text(Names.length)) random tokens followed by the same tokens again (seed \(text(Names.seed)))."
    case Schema.headsOnPrompts:
      return "The same over the prompts of \(text(Names.prompts))."
    default:
      return
        "The sum of the eigenvalues of a circuit from tokens to tokens, over the sum of their magnitudes: 1 for copying, −1 for the opposite, about 0 for random weights. These scores depend only on weights."
    }
  }

  var notes: [String] {
    let gains = file.attributes[Names.normGains]?.plain
    return [
      "Definitions and sources are in Documentation/heads.md. Gains of norms are \(gains == "stored" ? "ignored" : "folded into the weights"); biases and rotary positions are ignored."
    ]
  }

  func show(in report: inout Report, check: () throws -> Void) throws {
    for (group, title, words) in groups {
      try check()
      let scores = try scores(group)
      guard !scores.isEmpty else { continue }
      report.tables.append(try table(group, scores))
      report.shortWords = ["the strongest head of each kind"]
      report.short += try scores.compactMap { try Self.short($0, of: title) }
      let grid = try grid(group, title, scores)
      report.grids.append(grid)
      let parts = ["<p>\(html(words))</p>", Page.map(grid), try strongest(scores)]
      report.figures += try scores.map { try figure($0, group) }
      report.addSection(group.name, title, cards: [parts.joined(separator: "\n")], hasMaps: true)
    }
    if let composition { try show(composition, in: &report) }
  }

  /// Scores of heads by layer.
  private func scores(_ group: StoredGroup) throws -> [LabelledArray] {
    let names = group.names.filter { group.axes(of: $0)?.map(\.name) == ["layer", "head"] }
    return try names.map { try group.numbers($0) }.filter { try $0.numbers().contains(where: \.isFinite) }
  }

  /// The heads with the largest scores, the largest first.
  private static func ranked(_ scores: LabelledArray) throws -> [(head: String, value: Double)] {
    let values = try scores.doubles()
    return values.indices.filter { values[$0].isFinite }.sorted { (values[$0], $1) > (values[$1], $0) }.map {
      (scores.labels(of: $0).map(\.text).joined(separator: "."), values[$0])
    }
  }

  private static func short(_ scores: LabelledArray, of title: String) throws -> String? {
    guard let best = try ranked(scores).first else { return nil }
    return
      "<li><span class=\"what\">\(html(scores.name))</span><span class=\"value\">head \(html(best.head))</span><span class=\"bounds\">\(tableNumber(best.value, 2))</span> <span>\(html(title))</span></li>"
  }

  /// How many prompts had a destination of a detector; nil for scores of weights.
  private static func prompts(_ scores: LabelledArray) -> String? { scores.attributes[Names.prompts]?.plain }

  private func strongest(_ scores: [LabelledArray]) throws -> String {
    htmlTable(
      ["score", "what it measures", "prompts", "strongest heads"],
      try scores.map { array in
        [
          array.name, HeadWords.score(array.name) ?? "", Self.prompts(array) ?? "–",
          try Self.ranked(array).prefix(Self.most).map { "\($0.head) \(tableNumber($0.value, 2))" }.joined(
            separator: ", "),
        ]
      }, labels: 4, caption: "The \(Self.most) strongest heads of each kind")
  }

  private func table(_ group: StoredGroup, _ scores: [LabelledArray]) throws -> Table {
    var table = Table(group.name, header: ["score", "layer", "head", "value", "n"])
    for array in scores {
      let values = try array.doubles()
      for cell in values.indices where values[cell].isFinite {
        table.add(
          [array.name] + array.labels(of: cell).map(\.text) + [Table.number(values[cell]), Self.prompts(array) ?? ""])
      }
    }
    return table
  }

  /// All scores, with a chooser.
  private func grid(_ group: StoredGroup, _ title: String, _ scores: [LabelledArray]) throws -> Grid {
    let values = try scores.flatMap { try $0.numbers() }
    let axes = [LabelledAxis("score", .texts(scores.map(\.name)))] + scores[0].axes
    return Grid(
      id: group.name, title: title, valueName: "score", axes: axes.map(Grid.Axis.init), rows: [1], columns: [2],
      facets: [0], start: [0], runAxis: nil, places: nil, isSweep: false, isSequential: !values.contains { $0 < 0 },
      layers: [.init(metric: "score", source: "run", arrays: [("value", values)], raw: nil)])
  }

  private func figure(_ scores: LabelledArray, _ group: StoredGroup) throws -> NamedFigure {
    let values = try scores.doubles()
    let width = scores.axes[1].count
    let n = Self.prompts(scores).map { "; over \($0) prompts" } ?? "; depends only on weights"
    let map = Heatmap(
      title: "\(scores.name)\(group.path == Schema.headsOnPrompts.path ? ", on prompts" : "")",
      subtitle: (HeadWords.score(scores.name) ?? "the score of each head") + n, rowsName: "layer", columnsName: "head",
      valueName: "score", rowLabels: scores.axes[0].labels.shown, columnLabels: scores.axes[1].labels.shown,
      values: (0..<scores.axes[0].count).map { Array(values[$0 * width..<($0 + 1) * width]) },
      colours: values.contains { $0 < 0 }
        ? .diverging(limit: 1) : .sequential(0...(values.filter(\.isFinite).max() ?? 1)))
    return NamedFigure(name: "\(group.name)-\(fileName(scores.name))", figure: try map.figure())
  }

  // MARK: Composition

  private func show(_ composition: StoredGroup, in report: inout Report) throws {
    let axes = ["sender_layer", "sender_head", "receiver_layer", "receiver_head"]
    let inputs = composition.names.filter { composition.axes(of: $0)?.map(\.name) == axes }
    guard !inputs.isEmpty else { return }
    var baseline: Double? = nil
    if case .number(let number)? = composition.attributes[Names.baseline] { baseline = number }
    var table = Table("composition", header: ["input"] + axes + ["score"])
    var rows: [[String]] = []
    var strongest: [(input: String, sender: String, receiver: String, score: Double)] = []
    for input in inputs {
      let array = try composition.numbers(input)
      let values = try array.doubles()
      let ranked = values.indices.filter { values[$0].isFinite }.sorted { (values[$0], $1) > (values[$1], $0) }
      for cell in ranked { table.add([input] + array.labels(of: cell).map(\.text) + [Table.number(values[cell])]) }
      for cell in ranked.prefix(Self.mostPairs) {
        let labels = array.labels(of: cell).map(\.text)
        let (sender, receiver) = ("\(labels[0]).\(labels[1])", "\(labels[2]).\(labels[3])")
        rows.append(
          [input, sender, receiver, tableNumber(values[cell])]
            + (baseline.map { [tableNumber(values[cell] / $0, 1)] } ?? []))
        strongest.append((input, sender, receiver, values[cell]))
      }
    }
    guard !rows.isEmpty else { return }
    report.tables.append(table)
    let random = baseline.map { ", compared with \(tableNumber($0)) for random matrices" } ?? ""
    var parts = [
      "<p>\(html("How much a later head reads what an earlier one writes, into its queries (Q), keys (K) or values (V): the norm of the product of the two heads' matrices over the product of their norms\(random). These scores depend only on weights."))</p>"
    ]
    let bars = BarChart(
      title: "Which heads compose",
      subtitle: "the \(strongest.count) strongest pairs, \(Self.mostPairs) of each input; depends only on weights",
      valueName: "composition score", names: strongest.map { "\($0.sender) → \($0.receiver).\($0.input.lowercased())" },
      series: [.init(name: "score", values: strongest.map(\.score))])
    let figure = NamedFigure(name: "composition", figure: try bars.figure())
    report.figures.append(figure)
    parts.append(Page.chart(figure.figure))
    parts.append(
      htmlTable(
        ["input", "earlier head", "later head", "score"] + (baseline == nil ? [] : ["times random"]), rows, labels: 3,
        caption: "The \(Self.mostPairs) strongest pairs of each input"))
    report.addSection(composition.name, "Which heads compose", cards: [parts.joined(separator: "\n")])
  }

  func add(to notebook: inout NotebookBuilder) throws {
    for (group, title, words) in groups {
      let scores = try scores(group)
      guard !scores.isEmpty else { continue }
      notebook.say("\(group.name)-words", "## \(title)\n\n\(markdownWords(words))")
      var outputs: [NotebookCell.Output] = []
      for array in scores {
        let values = try array.inDoubles()
        outputs.append(
          try notebook.source.heatmap(
            values, array.name,
            colours: values.doubleValues.contains { $0 < 0 } ? .diverging(limit: 1) : .sequential(0...1)))
      }
      notebook.run(
        group.name,
        """
        scores = read(\(pythonLiteral(group.readPath)))
        for name in \(pythonList(scores.map(\.name))):
            signed = bool((scores[name] < 0).any())
            heatmap(scores[name], name, "RdBu_r" if signed else "Blues", (-1, 1) if signed else (0, 1))
        """, uses: [.read, .heatmap], outputs)
    }
  }
}
