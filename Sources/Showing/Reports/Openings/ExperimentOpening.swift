import ActivationStore
import Analysis
import Figures

/// The opening of an experiment: its text, its examples and the two unpatched runs.
struct ExperimentOpening: ReportPart {
  let file: ReportFile

  init?(in file: ReportFile) throws {
    guard file.format == .results else { return nil }
    self.file = file
  }

  var notes: [String] { [Bootstrap.noteOfReports] }

  func show(in report: inout Report, check: () throws -> Void) throws {
    let baselines = try BaselineRow.all(file)
    report.tables += [ExperimentTables.prompts(file), ExperimentTables.baselines(baselines)]
    report.facts += file.origin + [html(counted(file.prompts.count, "example"))]
    report.sections.append(experiment(comparesRuns: report.comparesRuns))
    if let section = Self.section(baselines) { report.sections.append(section) }
  }

  func add(to notebook: inout NotebookBuilder) throws { notebook.addExperiment() }

  private func experiment(comparesRuns: Bool) -> Page.Section {
    let yaml = FileText(file.text)
    var parts: [String] = []
    let hasTokens = file.tokens.longest > 0
    if comparesRuns { parts.append("<p class=\"lead\">\(html(direction))</p>") }
    if let metric = file.shownMetric {
      let rest = file.metrics.dropFirst().map {
        "<code>\(html($0))</code> (\(html(MetricWords.metric($0, hasTokens: hasTokens))))"
      }
      parts.append(
        "<p>The metric shown is <code>\(html(metric))</code>: \(html(MetricWords.metric(metric, hasTokens: hasTokens))).\(rest.isEmpty ? "" : " The file also has \(listed(rest)).")</p>"
      )
    }
    let drawn = file.attributes[Schema.ResultsRoot.promptsDrawn]?.plain.split(separator: ";").first.map(
      String.init)
    parts.append(
      "<p>Over \(html(drawn ?? counted(file.prompts.count, hasTokens ? "pair of prompts" : "example", hasTokens ? "pairs of prompts" : nil))).</p>"
    )
    parts.append(pair())
    let omissions = comparesRuns ? omissions : []
    if !omissions.isEmpty {
      parts.append("<h3>Left out</h3><ul>\(omissions.map { "<li>\(html($0))</li>" }.joined())</ul>")
    }
    if yaml.comment != nil { parts.append(yaml.authorsWords) }
    parts.append(
      "<details><summary>The experiment file</summary><pre tabindex=\"0\">\(html(file.text))</pre></details>"
    )
    return Page.Section(id: "experiment", title: "The experiment", body: parts.joined(separator: "\n"))
  }

  /// The first prompts, with marks on the tokens that differ; for mazes, their drawing.
  private func pair() -> String {
    guard let prompt = file.prompts.first else { return "" }
    if let maze = prompt.labels["maze"], file.tokens.longest == 0 {
      let drawing = maze.split(separator: "/").joined(separator: "\n")
      return "<details><summary>The first maze</summary><pre>\(html(drawing))</pre></details>"
    }
    guard let clean = file.tokens.clean.first, let corrupted = file.tokens.corrupted.first, !clean.isEmpty else {
      return ""
    }
    func shown(_ own: [String], _ other: [String]) -> String {
      own.enumerated().map { index, token in
        let differs = !other.indices.contains(index) || other[index] != token
        return "<span class=\"tok\(differs ? " d" : "")\">\(html(shownToken(token)))</span>"
      }.joined()
    }
    let metric = file.shownMetric
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
      <dl class="pair"><dt>clean</dt><dd>\(shown(clean, corrupted))\(value(file.clean))</dd>
      <dt>corrupted</dt><dd>\(shown(corrupted, clean))\(value(file.corrupted))</dd>\(answers(prompt))</dl>
      """
  }

  /// The answer and the token that it is compared with, if some prompt contains them: files have no vocabulary.
  private func answers(_ prompt: PromptRow) -> String {
    func word(_ token: Int32?) -> String? {
      guard let token else { return nil }
      for prompt in file.prompts {
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

  private static func section(_ rows: [BaselineRow]) -> Page.Section? {
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

  /// What was patched into what.
  private var direction: String {
    file.isDenoising
      ? "Denoising: activations of the clean run were put into the corrupted run. An effect of 0 means no change; an effect of 1 means that the clean run's value is reached."
      : "Noising: activations of the corrupted run were put into the clean run. An effect of 0 means no change; an effect of 1 means that the corrupted run's value is reached."
  }

  /// What is missing from effects and why, one line each.
  private var omissions: [String] {
    var lines: [String] = []
    if let note = file.attributes[Schema.ResultsRoot.promptsDrawn]?.plain {
      let parts = note.split(separator: ";").map { $0.drop { $0 == " " } }
      lines += parts.dropFirst().map { "Drawing: \($0)." }
    }
    for metric in file.metrics {
      let without = file.withoutEffect(metric)
      if without.isEmpty { continue }
      lines.append(
        "\(metric): \(counted(without.count, "example")) with the same value in both unpatched runs \(without.count == 1 ? "has" : "have") no normalised effect (\(shortList(without)))."
      )
    }
    if !file.tokens.isAligned, file.tokens.longest > 0 {
      let shortest = file.tokens.clean.map(\.count).min() ?? 0
      lines.append(
        "Prompts have \(shortest) to \(file.tokens.longest) tokens: cells at positions that some prompts lack are averaged over the other prompts (column n)."
      )
    }
    return lines
  }

  private func shortList(_ numbers: [Int]) -> String {
    let shown = numbers.prefix(8).map { "\($0)" }.joined(separator: ", ")
    return "number \(shown)\(numbers.count > 8 ? ", ..." : "")"
  }
}
