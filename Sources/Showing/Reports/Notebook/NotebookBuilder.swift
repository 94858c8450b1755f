/// A notebook under construction: its cells, and the functions that they use.
struct NotebookBuilder {
  /// The section of a cell; parts can add to any section at any time.
  enum Place: CaseIterable {
    /// About the file.
    case opening
    /// The answers.
    case answers
    /// Next steps.
    case goingOn
    /// The origin of the numbers.
    case closing
  }

  let source: NotebookSource
  let parts: [any ReportPart]
  private var cells: [Place: [NotebookCell]] = [:]
  private var current = Place.answers
  private var helpers: Set<NotebookHelper> = []
  private var ids: Set<String> = []

  init(_ source: NotebookSource, _ parts: [any ReportPart]) {
    self.source = source
    self.parts = parts
  }

  /// Whether some part has effects between the two unpatched runs.
  var comparesRuns: Bool { parts.contains(where: \.comparesRuns) }

  /// Cells outside the section of answers.
  mutating func at(_ place: Place, _ body: (inout NotebookBuilder) throws -> Void) rethrows {
    let before = current
    current = place
    defer { current = before }
    try body(&self)
  }

  /// A cell of Markdown.
  mutating func say(_ id: String, _ markdown: String) {
    add(NotebookCell(id: unique(id), content: .markdown, source: markdown))
  }

  /// A cell of code.
  mutating func run(
    _ id: String, _ code: String, uses helpers: [NotebookHelper] = [], _ outputs: [NotebookCell.Output] = []
  ) {
    for helper in helpers { use(helper) }
    add(NotebookCell(id: unique(id), content: .code(outputs), source: code))
  }

  private mutating func add(_ cell: NotebookCell) { cells[current, default: []].append(cell) }

  /// The place of the functions in the opening; their number is known only at the end.
  mutating func leavePlaceForHelpers() { place = cells[.opening, default: []].count }
  private var place = 0

  /// All cells, including the functions that they use.
  func finished() -> [NotebookCell] {
    func cell(_ id: String, _ list: [NotebookHelper]) -> NotebookCell? {
      let used = list.filter(helpers.contains)
      guard !used.isEmpty else { return nil }
      return NotebookCell(id: id, content: .foldedCode, source: used.map(\.source).joined(separator: "\n\n\n"))
    }
    let computing = cell("helpers-computing", NotebookHelper.computing)
    let drawing = cell("helpers-drawing", NotebookHelper.drawing)
    let all = Place.allCases.flatMap { cells[$0, default: []] }
    guard computing != nil || drawing != nil else { return all }
    let words = NotebookCell(
      id: "helpers", content: .markdown,
      source: """
        ## A few helpers

        What the cells below share, defined here so that nothing needs to be installed (JupyterLab shows the two cells folded; a click opens them). With h5netcdf installed too, \
        `xr.open_dataset(RESULTS, group="sweeps/NAME", engine="h5netcdf")` opens a group just as `read` does.
        """)
    return all[..<place] + [words] + [computing, drawing].compactMap(\.self) + all[place...]
  }

  /// The letters, digits, - and _ of a text, with hyphens for the rest.
  func letters(of text: String) -> String {
    String(
      text.unicodeScalars.map { scalar -> Character in
        let stays = scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789_".unicodeScalars.contains(scalar))
        return stays ? Character(scalar) : "-"
      })
  }

  private mutating func use(_ helper: NotebookHelper) {
    if helpers.insert(helper).inserted { for other in helper.needs { use(other) } }
  }

  /// The id made from a text, with a number at the end if it is taken.
  private mutating func unique(_ text: String) -> String {
    let stem = String(letters(of: text).prefix(48))
    var id = stem
    var number = 2
    while !ids.insert(id).inserted {
      id = "\(stem)-\(number)"
      number += 1
    }
    return id
  }
}
