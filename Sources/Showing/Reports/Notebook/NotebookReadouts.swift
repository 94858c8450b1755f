import ActivationStore
import LabelledArrays

/// What was read off the unedited runs: who writes the answer, when it is there, where heads look.
extension NotebookBuilder {
  private static let mostParts = 20, mostHeads = 6

  mutating func addReadouts() throws {
    for group in source.readouts {
      switch group.text(Schema.Readout.read) {
      case "direct_logit_attribution"?: try addDirect(group)
      case "logit_lens"?: try addLens(group)
      case "attention"?: try addAttention(group)
      default: break
      }
    }
  }

  /// The run that is looked at: the clean one, where the file has it.
  private func firstRun(_ values: LabelledArray) -> (name: String, index: Int)? {
    guard let axis = values.axis(Schema.Axis.run), axis.count > 0 else { return nil }
    let index = axis.labels.firstIndex(of: .text("clean")) ?? 0
    return (axis.labels.texts[index], index)
  }

  private mutating func addDirect(_ group: StoredGroup) throws {
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

  /// Which tokens heads take what they write from.
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

  private mutating func addLens(_ group: StoredGroup) throws {
    guard let metric = ([source.metric].compactMap(\.self) + group.names).first(where: group.has)
    else { return }
    let all = try group.values(metric)
    guard let firstRun = firstRun(all), all.axisNames == ["run", "layer", "position", "example"] else { return }
    let positions = all.axes[2].labels.texts
    let lengths = source.prompts.lengths
    guard lengths.count == all.examples, let longest = lengths.max(), longest > 0,
      positions == (0..<positions.count).map(String.init),
      positions.count >= longest, all.hasNumbers
    else { return }
    let last = atLast(all, lengths)
    guard last.hasNumbers else { return }
    say(
      "readout-\(group.name)-words",
      """
      ## \(markdownWords(group.name)): when the answer is there

      Logit lens: what the residual stream would say if the model ended at that layer; the last layer is the stream as the model itself reads it out. \
      \(source.prompts.isAligned ? "First at the last token, then at every position." : "At each \(source.exampleWord)'s own last token.")
      """)
    let runs = last.axes[0].labels.texts
    let layers = last.axes[1].labels.texts
    let rows = layers.indices.map { layer in
      [layers[layer]] + runs.indices.map { notebookNumber(notebookMean(last.cell($0 * layers.count + layer))) }
    }
    let title = "\(group.name): \(metric) at the last token, as each layer would have it"
    run(
      "readout-\(group.name)",
      """
      lens = read(\(pythonLiteral(group.readPath)))[\(pythonLiteral(metric))]
      last = lens.isel(position=prompts["lengths"] - 1)
      table(["layer", *last["run"].values], [[str(layer), *(number(value) for value in last.sel(layer=layer).mean("example"))]
                                             for layer in last["layer"].values])
      lines(last, \(pythonLiteral(title)), "layer", \(pythonLiteral(metric)))
      """, uses: [.read, .table, .number, .lines],
      [.text(notebookTable(["layer"] + runs, rows)), try source.lines(last, title, x: "layer", unit: metric)])
    guard source.prompts.isAligned else { return }
    let everywhere = try all.select(Schema.Axis.run, at: firstRun.index).mean
    let mapTitle = "\(group.name): \(metric) by layer and position, \(firstRun.name)"
    run(
      "readout-\(group.name)-everywhere",
      "heatmap(lens.sel(run=\(pythonLiteral(firstRun.name))).mean(\"example\"), \(pythonLiteral(mapTitle)))",
      uses: [.heatmap],
      [try source.heatmap(everywhere, mapTitle)])
  }

  /// At the last token of each prompt: [run, layer, example].
  private func atLast(_ all: LabelledArray, _ lengths: [Int]) -> LabelledArray {
    let (positions, examples) = (all.axes[2].count, all.examples)
    let (outer, numbers) = (all.axes[0].count * all.axes[1].count, all.doubleValues)
    return LabelledArray(
      [all.axes[0], all.axes[1], all.axes[3]],
      (0..<outer * examples).map { index in
        let (place, example) = index.quotientAndRemainder(dividingBy: examples)
        let position = max(lengths[example], 1) - 1
        return numbers[(place * positions + position) * examples + example]
      })
  }

  private mutating func addAttention(_ group: StoredGroup) throws {
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
          map, "\(group.name): where head \(head) looks, \(firstRun.name)", colours: .sequential(0...1)))
    }
    let rest = all.axes[1].count - heads.count
    say(
      "readout-\(group.name)-words",
      """
      ## \(markdownWords(group.name)): where heads look

      Rows look, columns are looked at; each row adds up to 1. \
      \(aligned ? "Means over the \(source.examples) \(firstRun.name) prompts." : "Prompts differ in length, so this is the first one; `example=` takes another.")\
      \(rest > 0 ? " Drawn: the first \(heads.count) heads of \(all.axes[1].count)." : "")
      """)
    let title = "{head} looks, \(firstRun.name)"
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

  /// Text of the file, with the braces that formatting would take doubled, and text that has formatting.
  private func formatted(_ plain: String, _ fields: String) -> String {
    "f" + pythonLiteral(plain.replacing("{", with: "{{").replacing("}", with: "}}") + fields)
  }

  /// The first prompt's own attention, with its tokens in a run.
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
