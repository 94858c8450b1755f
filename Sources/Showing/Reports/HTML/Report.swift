import ActivationStore
import Analysis
import Figures

/// A report put together: what the page says, and which figures and tables go with it.
struct Report {
  let data: ReportData
  var grids: [Grid] = []
  var figures: [NamedFigure] = []
  var tables: [Table] = []
  var short: [String] = []
  var sections: [Page.Section] = []
  /// How many drawn signs or all of them, for the footnote.
  private var isExact: Bool { CellEffects.flips.isExact(data.prompts.count) }

  /// - Parameter check: called between parts; what it throws ends the export.
  init(_ data: ReportData, check: () throws -> Void = {}) throws {
    self.data = data
    let baselines = BaselineRow.all(data)
    tables.append(ReportTables.prompts(data))
    tables.append(ReportTables.baselines(baselines))
    let swept = try sweeps(check)
    try circuit(swept)
    try readouts(check)
    try steering(check)
    additivity()
    sections.insert(contentsOf: [summary(), experiment(), Self.section(baselines, data)].compactMap(\.self), at: 0)
  }

  /// The page, and what had to be left out of it.
  func page() -> (text: String, numbers: Int) {
    let embedded = PageData(data, grids)
    let page = Page(name: data.name, sections: sections + [methods(embedded)], head: head(), data: embedded.json)
    return (page.text, embedded.numbers)
  }

  // MARK: Head

  func head() -> String {
    let sha = data.header.modelSHA256.prefix(12)
    let facts = [
      "model <code>\(html(data.header.model))</code>",
      sha.isEmpty ? "" : "weights <code title=\"SHA-256 \(html(data.header.modelSHA256))\">\(html(sha))</code>",
      "patchbay \(html(data.header.patchbayVersion))", html(counted(data.prompts.count, "example")),
    ].filter { !$0.isEmpty }
    let unfinished =
      data.isComplete
      ? ""
      : "<p class=\"banner\" role=\"alert\">unfinished: \(data.done) of \(data.cells) cells. The run did not come to its end; what is here may change.</p>"
    return """
      <div class="kicker"><span>Patchbay report</span><button id="theme" type="button" hidden>Theme</button></div>
      <h1>\(html(data.name))</h1>
      <p class="meta">\(facts.joined(separator: " · "))</p>
      \(unfinished)
      """
  }

  func summary() -> Page.Section? {
    guard !short.isEmpty else { return nil }
    return Page.Section(
      id: "short", title: "In short",
      body:
        "<p>\(data.sweeps.isEmpty ? "What changes most in each study." : "The strongest cell of each sweep, by its mean effect\(data.shownMetric.map { " on <code>\(html($0))</code>" } ?? "")\(data.steering.isEmpty ? "" : ", and what changes most in each steering study").")</p><ul class=\"short\">\(short.joined(separator: "\n"))</ul>"
    )
  }

  // MARK: The experiment

  func experiment() -> Page.Section {
    let yaml = ExperimentText(data.header.experiment)
    var parts: [String] = []
    let hasTokens = data.tokens.longest > 0
    if !data.sweeps.isEmpty { parts.append("<p class=\"lead\">\(html(ReportWords.direction(data)))</p>") }
    if let metric = data.shownMetric {
      let rest = data.metrics.dropFirst().map {
        "<code>\(html($0))</code> (\(html(ReportWords.metric($0, hasTokens: hasTokens))))"
      }
      parts.append(
        "<p>Shown is <code>\(html(metric))</code>: \(html(ReportWords.metric(metric, hasTokens: hasTokens))).\(rest.isEmpty ? "" : " Also there: \(listed(rest)).")</p>"
      )
    }
    let drawn = data.header.attributes[Schema.ResultsRoot.promptsDrawn]?.plain.split(separator: ";").first.map(
      String.init)
    parts.append(
      "<p>Over \(html(drawn ?? counted(data.prompts.count, hasTokens ? "pair of prompts" : "example", hasTokens ? "pairs of prompts" : nil))).</p>"
    )
    parts.append(pair())
    let omissions = data.sweeps.isEmpty ? [] : ReportWords.omissions(data)
    if !omissions.isEmpty {
      parts.append("<h3>Left out</h3><ul>\(omissions.map { "<li>\(html($0))</li>" }.joined())</ul>")
    }
    if yaml.comment != nil {
      let words = yaml.paragraphs.map { $0.isCode ? "<pre>\(html($0.text))</pre>" : "<p>\(html($0.text))</p>" }
      parts.append(
        "<details open><summary>In the author's words</summary><blockquote>\(words.joined(separator: "\n"))</blockquote></details>"
      )
    }
    parts.append(
      "<details><summary>The experiment file</summary><pre tabindex=\"0\">\(html(data.header.experiment))</pre></details>"
    )
    return Page.Section(id: "experiment", title: "The experiment", body: parts.joined(separator: "\n"))
  }

  /// The first prompts, tokens that differ marked; of mazes, their drawing.
  func pair() -> String {
    guard let prompt = data.prompts.first else { return "" }
    if let maze = prompt.labels["maze"], data.tokens.longest == 0 {
      let drawing = maze.split(separator: "/").joined(separator: "\n")
      return "<details><summary>The first maze</summary><pre>\(html(drawing))</pre></details>"
    }
    guard let clean = data.tokens.clean.first, let corrupted = data.tokens.corrupted.first, !clean.isEmpty else {
      return ""
    }
    func shown(_ own: [String], _ other: [String]) -> String {
      own.enumerated().map { index, token in
        let differs = !other.indices.contains(index) || other[index] != token
        return "<span class=\"tok\(differs ? " d" : "")\">\(html(shownToken(token)))</span>"
      }.joined()
    }
    let metric = data.shownMetric
    func value(_ run: [String: [Float]]) -> String {
      metric.flatMap { name in
        run[name]?.first.map { " <span class=\"meta\">\(html(name)) \(tableNumber(Double($0), 2))</span>" }
      } ?? ""
    }
    let changed = zip(clean, corrupted).count { $0 != $1 }
    let note =
      changed == 0
      ? "both the same" : "\(counted(changed, "token")) of \(clean.count) \(changed == 1 ? "differs" : "differ")"
    return """
      <h3>The first pair <span class="meta">(\(note))</span></h3>
      <dl class="pair"><dt>clean</dt><dd>\(shown(clean, corrupted))\(value(data.clean))</dd>
      <dt>corrupted</dt><dd>\(shown(corrupted, clean))\(value(data.corrupted))</dd>\(answers(prompt))</dl>
      """
  }

  /// The answer and the token that it is compared with, where some prompt has them: files keep no vocabulary.
  func answers(_ prompt: PromptRow) -> String {
    func word(_ token: Int32?) -> String? {
      guard let token else { return nil }
      for prompt in data.prompts {
        guard let texts = prompt.cleanTokenStrings, let place = prompt.cleanTokens.firstIndex(of: token),
          texts.indices.contains(place)
        else { continue }
        return "<span class=\"tok\">\(html(shownToken(texts[place])))</span>"
      }
      return nil
    }
    guard let answer = word(prompt.answerToken) else { return "" }
    let wrong = word(prompt.wrongToken).map { " rather than \($0)" } ?? ""
    return "<dt>clean answer</dt><dd>\(answer)\(wrong)</dd>"
  }

  static func section(_ rows: [BaselineRow], _ data: ReportData) -> Page.Section? {
    guard !rows.isEmpty else { return nil }
    func cells(_ interval: Interval?) -> [String] {
      guard let interval else { return ["–", "–"] }
      return [tableNumber(interval.value), "\(tableNumber(interval.low)) to \(tableNumber(interval.high))"]
    }
    let table = htmlTable(
      ["metric", "clean", "95 % interval", "corrupted", "95 % interval", "examples"],
      rows.map { [$0.metric] + cells($0.clean) + cells($0.corrupted) + ["\($0.examples)"] }, labels: 1,
      caption: "The unpatched runs: means over examples")
    return Page.Section(id: "baselines", title: "Without patching", body: "<div class=\"card\">\(table)</div>")
  }

  // MARK: How it was computed

  func methods(_ embedded: PageData) -> Page.Section {
    let p =
      isExact
      ? "all \(1 << data.prompts.count) choices of signs were gone through"
      : "\(CellEffects.flips.flips) random choices of signs (seed \(CellEffects.flips.seed)); p = (1 + as far from 0) / (1 + choices), so that it is at least \(tableNumber(1 / Double(CellEffects.flips.flips + 1), 4))"
    var notes = [
      "Effect: (patched − base) / (other − base), example by example, then the mean over examples. Ratio of means: the same of the means. They differ where the distance between the two runs differs between examples. Examples without a distance have no effect and are counted out.",
      "Intervals: percentile bootstrap over examples, \(CellEffects.bootstrap.redraws) redraws (seed \(CellEffects.bootstrap.seed)), all cells under the same redraws. They say how much depends on which examples were drawn, not whether the experiment asks the right question.",
      "p: sign-flip permutation test, two-sided, of the mean effect against 0, for each cell by itself: \(p). p (FDR): Benjamini and Hochberg's correction over the cells of the sweep. The ten strongest were picked for being strong, so that their intervals are a little optimistic.",
    ]
    if data.steering.contains(where: { study in SteeringFigures.Measure.allCases.contains { study[$0.change] != nil } })
    {
      notes.append("Intervals of steering in mazes are those of the results file.")
    }
    if !embedded.leftOut.isEmpty {
      notes.append(
        "To keep this page small, it holds means only, no values of single examples, of: \(embedded.leftOut.joined(separator: ", ")). The results file has all."
      )
    }
    if !data.siblings.isEmpty { notes.append("Beside the results file: \(listed(data.siblings)).") }
    let file = data.path.split(separator: "/").last.map(String.init) ?? data.path
    notes.append("Made from \(file) alone. Every figure is in figures/ as SVG and PNG, every table in tables/ as CSV.")
    return Page.Section(
      id: "methods", title: "How to read the numbers", body: notes.map { "<p>\(html($0))</p>" }.joined(separator: "\n"))
  }
}
