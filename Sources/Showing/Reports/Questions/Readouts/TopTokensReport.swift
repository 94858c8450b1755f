import ActivationStore
import Figures
import LabelledArrays

/// What each layer predicts: its top tokens at every position.
struct TopTokensReport: ReadingReport {
  static let word = "top_tokens"
  static func recognises(_ group: StoredGroup) -> Bool { group.has(Schema.Readout.token) }

  let group: StoredGroup
  private let file: ReportFile
  private let found: TopTokens?

  /// The largest number of table rows; beyond it, the table has fewer prompts.
  private static let mostRows = 200_000

  init(_ group: StoredGroup, in file: ReportFile) throws {
    self.group = group
    self.file = file
    found = try TopTokens(group)
  }

  func card(in report: inout Report) throws -> [String] {
    guard let found else { return ["<p>There are no tokens by layer and position in this readout.</p>"] }
    let (table, tabled) = table(found)
    report.tables.append(table)
    report.figures += try figures(found)
    let grid = grid(found)
    report.grids.append(grid)
    let many =
      found.examples == 1
      ? ""
      : " Over all prompts, a square has the most frequent token, and the mean probability of each prompt's own top token."
    let part =
      tabled == found.examples
      ? "" : " The table has the first \(tabled) of \(found.examples) prompts; the results file has all."
    return [
      """
      <p>What each layer would say: the residual stream before each layer (down), and after the last, read through the final norm and the unembedding as if it were the output. \
      Each square has the token that comes first there; the colour is its probability. Pointing at a square lists \(found.places == 1 ? "it" : "the \(found.places) best").\(many)\(part)</p>
      """,
      Page.map(grid),
    ]
  }

  private func table(_ found: TopTokens) -> (Table, prompts: Int) {
    let each = found.cells * found.places
    let prompts = min(found.examples, max(1, Self.mostRows / max(1, each)))
    var table = Table(
      "readout-\(group.name)",
      header: ["example"] + found.axes.map(\.name) + ["place", "token", "text", "probability"])
    let labels = found.axes.map(\.labels.texts)
    for example in 0..<prompts {
      for cell in 0..<found.cells {
        let entries = zip(labels, found.axes.shape.unravel(cell)).map { $0[$1] }
        for place in 0..<found.places where found.isThere(cell, place: place, example: example) {
          table.add(
            ["\(example)"] + entries + [
              "\(place)", "\(found.token(cell, place: place, example: example))",
              found.text(cell, place: place, example: example) ?? "",
              Table.number(found.probability(cell, place: place, example: example)),
            ])
        }
      }
    }
    return (table, prompts)
  }

  private func grid(_ found: TopTokens) -> Grid {
    let best = found.best
    let means = (0..<found.cells).map { cell in
      Float(finiteMean(best[cell * found.examples..<(cell + 1) * found.examples]))
    }
    var grid = Grid(
      id: "readout-\(group.name)", title: group.name, valueName: "probability", axes: found.axes.map(Grid.Axis.init),
      rows: [1], columns: [2], facets: [0], start: [0], runAxis: 0, places: nil, isSweep: false, isSequential: true,
      layers: [Grid.Layer(metric: "probability", source: "run", arrays: [("value", means)], raw: best)])
    grid.words = Grid.Words(found)
    return grid
  }

  /// The first prompt's tokens, a figure per run.
  private func figures(_ found: TopTokens) throws -> [NamedFigure] {
    let (runs, layers) = (found.axes[0].labels.texts, found.axes[1])
    return try runs.enumerated().compactMap { run, name -> NamedFigure? in
      let tokens = name == "corrupted" ? file.tokens.corrupted : file.tokens.clean
      let shown = min(found.axes[2].count, tokens.first?.count ?? found.axes[2].count, 60)
      let cells = layers.labels.texts.indices.map { layer in
        (0..<shown).map { found.axes.shape.ravel([run, layer, $0]) }
      }
      let values = cells.map {
        $0.map { found.isThere($0, example: 0) ? Double(found.probability($0, example: 0)) : .nan }
      }
      guard values.joined().contains(where: \.isFinite) else { return nil }
      let labels = (0..<shown).map { position in
        tokens.first.map { "\(position) \(shownToken($0[position]))" } ?? found.axes[2].labels.texts[position]
      }
      let map = Heatmap(
        title: "\(group.name): the token that each layer predicts, \(name)",
        subtitle:
          "the residual stream read as the output; \(found.examples == 1 ? "the only prompt" : "the first of \(found.examples) prompts"); the last row is the model's own output",
        rowsName: "layer", columnsName: "position", valueName: "probability of the token",
        rowLabels: layers.labels.shown,
        columnLabels: labels, values: values, colours: .sequential(0...1),
        texts: cells.map { $0.map { found.word($0, example: 0) } })
      return NamedFigure(name: "readout-\(group.name)-\(fileName(name))", figure: try map.figure())
    }
  }

  func add(to notebook: inout NotebookBuilder) throws {
    if let found { try notebook.addTopTokens(found, group) }
  }
}

extension Grid {
  /// The texts of cells, in addition to their numbers: for single examples and over all.
  struct Words: Sendable {
    /// Each word once.
    let texts: [String]
    /// How many texts each cell has at most, and for how many examples, counted from the first.
    let places: Int, examples: Int
    /// [cell, place, example]: the words' numbers, -1 for none, and their values.
    let words: [Float], values: [Float]
    /// [cell, place]: over all examples, the most frequent top tokens and their counts.
    let common: [Float], times: [Float]

    /// The largest number of numbers that texts may take in a page.
    static let room = 400_000
  }
}

extension Grid.Words {
  fileprivate init(_ found: TopTokens) {
    var numbers: [String: Int] = [:]
    var texts: [String] = []
    func number(_ word: String) -> Float {
      if let known = numbers[word] { return Float(known) }
      numbers[word] = texts.count
      texts.append(word)
      return Float(texts.count - 1)
    }
    let (cells, places) = (found.cells, found.places)
    let examples = min(found.examples, Self.room / max(1, 2 * cells * places))
    var (words, values, common, times): ([Float], [Float], [Float], [Float]) = ([], [], [], [])
    for cell in 0..<cells {
      for place in 0..<places {
        for example in 0..<examples {
          let isThere = found.isThere(cell, place: place, example: example)
          words.append(isThere ? number(found.word(cell, place: place, example: example)) : -1)
          values.append(isThere ? found.probability(cell, place: place, example: example) : .nan)
        }
      }
      let all = found.commonest(cell)
      for place in 0..<places {
        common.append(all.indices.contains(place) ? number(all[place].word) : -1)
        times.append(all.indices.contains(place) ? Float(all[place].examples) : 0)
      }
    }
    self.init(
      texts: texts, places: places, examples: examples, words: words, values: values, common: common, times: times)
  }
}
