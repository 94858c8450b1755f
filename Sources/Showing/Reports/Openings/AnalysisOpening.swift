import ActivationStore
import Analysis
import LabelledArrays

/// The opening of an analysis: its text, and the analysed caches.
struct AnalysisOpening: ReportPart {
  let file: ReportFile

  init?(in file: ReportFile) throws {
    guard file.format == .analysis else { return nil }
    self.file = file
  }

  private var caches: [(name: String, file: String, weights: String)] {
    func texts(_ key: String) -> [String] { file.attributes[key]?.list ?? [] }
    let (names, files) = (texts(Schema.AnalysisRoot.caches), texts(Schema.AnalysisRoot.cacheFiles))
    let weights = texts(Schema.Root.modelSHA256)
    return names.enumerated().map { index, name in
      (
        name, files.indices.contains(index) ? files[index] : "",
        weights.indices.contains(index) ? weights[index] : ""
      )
    }
  }

  func show(in report: inout Report, check: () throws -> Void) throws {
    report.facts += [html("analysis of \(counted(caches.count, "cache"))"), "patchbay \(html(file.patchbayVersion))"]
    let text = FileText(file.text)
    var parts = [
      htmlTable(
        ["cache", "file", "model's weights (SHA-256)"],
        caches.map { [$0.name, $0.file, String($0.weights.prefix(12))] },
        labels: 3, caption: "The caches whose activations were analysed")
    ]
    if text.comment != nil { parts.append(text.authorsWords) }
    if !file.text.isEmpty {
      parts.append(
        "<details><summary>The analysis file</summary><pre tabindex=\"0\">\(html(file.text))</pre></details>")
    }
    report.sections.append(
      Page.Section(id: "experiment", title: "The analysis", body: parts.joined(separator: "\n")))
  }

  func add(to notebook: inout NotebookBuilder) throws {
    let words = """
      # \(markdownWords(file.name))

      What was found in cached activations (\(joinedWords(caches.map { markdownCode($0.name) }))). Everything here comes from one file, \
      \(markdownCode(file.fileName)), which Patchbay \(markdownWords(file.patchbayVersion)) wrote.

      \(NotebookBuilder.neededWords)
      """
    let hasText = !file.text.isEmpty
    notebook.at(.opening) {
      $0.say("title", words)
      $0.addSetup()
      $0.addPlainNames()
    }
    notebook.at(.closing) {
      $0.addClosing(text: hasText ? Schema.AnalysisRoot.analysis : nil, what: "The analysis")
    }
  }
}
