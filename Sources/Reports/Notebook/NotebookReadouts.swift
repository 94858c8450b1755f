/// What was read off the unedited runs: who writes the answer, when it is there, where heads look.
extension NotebookBuilder {
  private static let mostParts = 20, mostHeads = 6

  mutating func addReadouts() throws {
    for group in source.readouts {
      switch group.text("read") {
      case "direct_logit_attribution"?: try addDirect(group)
      case "logit_lens"?: try addLens(group)
      case "attention"?: try addAttention(group)
      default: break
      }
    }
  }

  /// The run that is looked at: the clean one, where the file has it.
  private func firstRun(_ values: LabelledValues) -> (name: String, index: Int)? {
    guard let axis = values.axes.first(where: { $0.name == "run" }), !axis.labels.isEmpty else { return nil }
    let index = axis.labels.firstIndex(of: "clean") ?? 0
    return (axis.labels[index], index)
  }

  private mutating func addDirect(_ group: NotebookGroup) throws {
    guard group.has("logit_diff") else { return }
    let all = try group.values("logit_diff")
    guard let firstRun = firstRun(all), all.names == ["run", "part", "example"] else { return }
    let parts = all.selecting("run", firstRun.index)
    let shown = parts.top("part", Self.mostParts)
    guard shown.hasNumbers else { return }
    let sums = (0..<parts.examples).map { example in
      stride(from: example, to: parts.values.count, by: parts.examples).reduce(0) { sum, place in
        parts.values[place].isNaN ? sum : sum + parts.values[place]
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
      direct = read(\(pythonLiteral(group.path)))
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
  private mutating func addSources(_ group: NotebookGroup) throws {
    guard group.has("by_source"), !source.prompts.positionNames.isEmpty else { return }
    let all = try group.values("by_source")
    guard let firstRun = firstRun(all), all.names == ["run", "layer", "head", "source", "example"] else { return }
    let heads = all.selecting("run", firstRun.index).mean.merged(["layer", "head"]).top("layer.head", 12)
      .transposed(["layer.head", "source"])
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

  private mutating func addLens(_ group: NotebookGroup) throws {
    guard let metric = ([source.metric].compactMap(\.self) + group.datasets.keys.sorted()).first(where: group.has)
    else { return }
    let all = try group.values(metric)
    guard let firstRun = firstRun(all), all.names == ["run", "layer", "position", "example"] else { return }
    let positions = all.axes[2].labels
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
    let runs = last.axes[0].labels
    let layers = last.axes[1].labels
    let rows = layers.indices.map { layer in
      [layers[layer]] + runs.indices.map { notebookNumber(notebookMean(last.cell($0 * layers.count + layer))) }
    }
    let title = "\(group.name): \(metric) at the last token, as each layer would have it"
    run(
      "readout-\(group.name)",
      """
      lens = read(\(pythonLiteral(group.path)))[\(pythonLiteral(metric))]
      last = lens.isel(position=prompts["lengths"] - 1)
      table(["layer", *last["run"].values], [[str(layer), *(number(value) for value in last.sel(layer=layer).mean("example"))]
                                             for layer in last["layer"].values])
      lines(last, \(pythonLiteral(title)), "layer", \(pythonLiteral(metric)))
      """, uses: [.read, .table, .number, .lines],
      [.text(notebookTable(["layer"] + runs, rows)), try source.lines(last, title, x: "layer", unit: metric)])
    guard source.prompts.isAligned else { return }
    let everywhere = all.selecting("run", firstRun.index).mean
    let mapTitle = "\(group.name): \(metric) by layer and position, \(firstRun.name)"
    run(
      "readout-\(group.name)-everywhere",
      "heatmap(lens.sel(run=\(pythonLiteral(firstRun.name))).mean(\"example\"), \(pythonLiteral(mapTitle)))",
      uses: [.heatmap],
      [try source.heatmap(everywhere, mapTitle)])
  }

  /// At the last token of each prompt: [run, layer, example].
  private func atLast(_ all: LabelledValues, _ lengths: [Int]) -> LabelledValues {
    let (positions, examples) = (all.axes[2].count, all.examples)
    let outer = all.axes[0].count * all.axes[1].count
    return LabelledValues(
      axes: [all.axes[0], all.axes[1], all.axes[3]],
      values: (0..<outer * examples).map { index in
        let (place, example) = index.quotientAndRemainder(dividingBy: examples)
        let position = max(lengths[example], 1) - 1
        return all.values[(place * positions + position) * examples + example]
      })
  }

  private mutating func addAttention(_ group: NotebookGroup) throws {
    guard group.has("pattern") else { return }
    let all = try group.values("pattern")
    guard let firstRun = firstRun(all), all.names == ["run", "head", "destination", "source", "example"] else { return }
    let heads = all.axes[1].labels.prefix(Self.mostHeads)
    let runOf = all.selecting("run", firstRun.index)
    let aligned = source.prompts.isAligned
    let tokens = firstRun.name == "corrupted" && !source.prompts.corrupted.isEmpty ? "corrupted" : "clean"
    var outputs: [NotebookCell.Output] = []
    for (index, head) in heads.enumerated() {
      let own = runOf.selecting("head", index)
      guard let map = aligned ? own.mean : firstExample(own, of: tokens), map.hasNumbers else { return }
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
      "patterns = read(\(pythonLiteral(group.path)))[\"pattern\"].sel(run=\(pythonLiteral(firstRun.name)))\n" + of,
      uses: [.read, .heatmap], outputs)
  }

  /// Text of the file, with the braces that formatting would take doubled, and text that has formatting.
  private func formatted(_ plain: String, _ fields: String) -> String {
    "f" + pythonLiteral(plain.replacing("{", with: "{{").replacing("}", with: "}}") + fields)
  }

  /// The first prompt's own attention, with its tokens in a run.
  private func firstExample(_ values: LabelledValues, of run: String) -> LabelledValues? {
    let all = run == "corrupted" ? source.prompts.corrupted : source.prompts.clean
    guard let length = source.prompts.lengths.first, let tokens = all.first, length > 0,
      values.axes[0].count >= length, values.axes[1].count >= length
    else { return nil }
    let kept = (0..<length).map(\.self)
    var own = values.selecting("example", 0).keeping("destination", kept).keeping("source", kept)
    let labels = tokens.enumerated().map { "\($0) \(notebookToken($1))" }
    for axis in own.axes.indices { own.axes[axis].labels = labels }
    return own
  }
}
