import ActivationStore
import Analysis
import Figures

/// A complete report: the text of the page, and its figures and tables.
struct Report {
  let file: ReportFile
  /// The opening first.
  let parts: [any ReportPart]
  /// Facts about the file for the head of the page, as HTML.
  var facts: [String] = []
  var grids: [Grid] = []
  var figures: [NamedFigure] = []
  var tables: [Table] = []
  /// The key results, as list elements, and a description of each.
  var short: [String] = []
  var shortWords: [String] = []
  var sections: [Page.Section] = []
  /// How many cells an unfinished file has, and how many there will be.
  var done = 0, cells = 0

  /// - Parameter check: called between parts; what it throws ends the export.
  init(_ file: ReportFile, _ parts: [any ReportPart], check: () throws -> Void = {}) throws {
    self.file = file
    self.parts = parts
    for part in parts {
      try check()
      try part.show(in: &self, check: check)
    }
    if let summary = summary() { sections.insert(summary, at: 0) }
  }

  /// Whether some part has effects between the two unpatched runs.
  var comparesRuns: Bool { parts.contains(where: \.comparesRuns) }

  /// The page, and what was left out of it.
  func page() -> (text: String, numbers: Int) {
    let embedded = PageData(file, grids)
    let page = Page(name: file.name, sections: sections + [methods(embedded)], head: head(), data: embedded.json)
    return (page.text, embedded.numbers)
  }

  /// A section with a card per body; nothing if there are none.
  mutating func addSection(_ id: String, _ title: String, cards: [String], hasMaps: Bool = false) {
    if cards.isEmpty { return }
    let body = cards.map { "<div class=\"card\">\($0)</div>" }.joined(separator: "\n")
    sections.append(Page.Section(id: id, title: title, body: body, hasMaps: hasMaps))
  }

  // MARK: Head

  private func head() -> String {
    let unfinished =
      file.isComplete
      ? ""
      : "<p class=\"banner\" role=\"alert\">unfinished: \(done) of \(cells) cells. The run did not finish; the numbers here may change.</p>"
    return """
      <div class="kicker"><span>Patchbay report</span><button id="theme" type="button" hidden>Theme</button></div>
      <h1>\(html(file.name))</h1>
      <p class="meta">\(facts.joined(separator: " · "))</p>
      \(unfinished)
      """
  }

  private func summary() -> Page.Section? {
    guard !short.isEmpty else { return nil }
    let words = shortWords.joined(separator: ", and ")
    return Page.Section(
      id: "short", title: "In short",
      body:
        "<p>\(words.prefix(1).uppercased() + words.dropFirst()).</p><ul class=\"short\">\(short.joined(separator: "\n"))</ul>"
    )
  }

  // MARK: How it was computed

  private func methods(_ embedded: PageData) -> Page.Section {
    var notes: [String] = []
    // First about the answers, then about the file.
    for note in (parts.dropFirst() + parts.prefix(1)).flatMap(\.notes) where !notes.contains(note) {
      notes.append(note)
    }
    if !embedded.leftOut.isEmpty {
      notes.append(
        "To keep this page small, it has only means, not the values of single examples, of: \(embedded.leftOut.joined(separator: ", ")). The results file has all values."
      )
    }
    if !file.siblings.isEmpty { notes.append("Next to the results file: \(listed(file.siblings)).") }
    notes.append(
      "Made from \(file.fileName) alone. Every figure is in figures/ as SVG and PNG, every table in tables/ as CSV.")
    return Page.Section(
      id: "methods", title: "How to read the numbers", body: notes.map { "<p>\(html($0))</p>" }.joined(separator: "\n"))
  }
}
