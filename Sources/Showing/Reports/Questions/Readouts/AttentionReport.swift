import ActivationStore
import Figures
import LabelledArrays

/// Where heads attend.
struct AttentionReport: ReadingReport {
  static let word = "attention"
  static func recognises(_ group: StoredGroup) -> Bool { group.has(Schema.Readout.pattern) }

  let group: StoredGroup
  private let map: ReadingMap

  init(_ group: StoredGroup, in file: ReportFile) throws {
    self.group = group
    map = ReadingMap(
      readout: try group.floats(with: [Schema.Readout.pattern]), arrays: [Schema.Readout.pattern], isSequential: true,
      file: file)
  }

  func card(in report: inout Report) throws -> [String] {
    let words =
      "<p>Attention of the unpatched runs: how much each token (down) attends to each earlier token (across).</p>"
    return [words] + (try map.add(to: &report))
  }

  func add(to notebook: inout NotebookBuilder) throws { try notebook.addAttention(group) }
}

extension NotebookBuilder {
  private static let mostHeads = 6

  fileprivate mutating func addAttention(_ group: StoredGroup) throws {
    guard group.has(Schema.Readout.pattern) else { return }
    let all = try group.values(Schema.Readout.pattern)
    guard let firstRun = firstRun(all), all.axisNames == ["run", "head", "destination", "source", "example"] else {
      return
    }
    let heads = all.axes[1].labels.texts.prefix(Self.mostHeads)
    let runOf = try all.select(Schema.Axis.run, at: firstRun.index)
    let aligned = source.prompts.isAligned
    let tokens = firstRun.name == "corrupted" && !source.prompts.corrupted.isEmpty ? "corrupted" : "clean"
    var outputs: [NotebookCell.Output] = []
    for (index, head) in heads.enumerated() {
      let own = try runOf.select("head", at: index)
      guard let map = aligned ? own.mean : try firstExample(own, of: tokens), map.hasNumbers else { return }
      outputs.append(
        try source.heatmap(
          map, "\(group.name): where head \(head) attends, \(firstRun.name)", colours: .sequential(0...1)))
    }
    let rest = all.axes[1].count - heads.count
    say(
      "readout-\(group.name)-words",
      """
      ## \(markdownWords(group.name)): where heads attend

      Rows look, columns are looked at; each row adds up to 1. \
      \(aligned ? "Means over the \(source.examples) \(firstRun.name) prompts." : "Prompts differ in length, so this is the first one; `example=` takes another.")\
      \(rest > 0 ? " Drawn: the first \(heads.count) heads of \(all.axes[1].count)." : "")
      """)
    let title = "{head} attends, \(firstRun.name)"
    let of: String
    if aligned {
      of = """
        for head in patterns["head"].values[:\(Self.mostHeads)]:
            heatmap(patterns.sel(head=head).mean("example"), \(formatted("\(group.name): where head ", title)), "Blues", (0, 1))
        """
    } else {
      of = """
        own = patterns.isel(example=0, destination=slice(lengths[0]), source=slice(lengths[0]))
        tokens = [f"{at} {shown(token)}" for at, token in enumerate(\(tokens)[0][:lengths[0]])]
        own = own.assign_coords(destination=tokens, source=tokens)
        for head in own["head"].values[:\(Self.mostHeads)]:
            heatmap(own.sel(head=head), \(formatted("\(group.name): where head ", title)), "Blues", (0, 1))
        """
    }
    run(
      "readout-\(group.name)",
      "patterns = read(\(pythonLiteral(group.readPath)))[\"pattern\"].sel(run=\(pythonLiteral(firstRun.name)))\n" + of,
      uses: [.read, .heatmap], outputs)
  }

  /// Text of the file with braces doubled for Python's formatting, followed by text with formatting.
  private func formatted(_ plain: String, _ fields: String) -> String {
    "f" + pythonLiteral(plain.replacing("{", with: "{{").replacing("}", with: "}}") + fields)
  }

  /// The first prompt's own attention, with its tokens in one run.
  private func firstExample(_ values: LabelledArray, of run: String) throws -> LabelledArray? {
    let all = run == "corrupted" ? source.prompts.corrupted : source.prompts.clean
    guard let length = source.prompts.lengths.first, let tokens = all.first, length > 0, tokens.count >= length,
      values.axes[0].count >= length, values.axes[1].count >= length
    else { return nil }
    let kept = (0..<length).map(\.self)
    let own = try values.select(Schema.Axis.example, at: 0).keep("destination", kept).keep("source", kept)
    let labels = AxisLabels.texts(tokens.prefix(length).enumerated().map { "\($0) \(notebookToken($1))" })
    return own.relabelled(own.axes.map { LabelledAxis($0.name, labels) })
  }
}
