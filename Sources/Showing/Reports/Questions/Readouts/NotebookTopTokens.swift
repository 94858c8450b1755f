import ActivationStore
import Figures
import LabelledArrays

extension NotebookBuilder {
  private static let mostWords = 24

  /// The first prompt's tokens: at its end as a table, at its last positions as a picture.
  mutating func addTopTokens(_ found: TopTokens, _ group: StoredGroup) throws {
    let prompts = source.prompts
    let runs = found.axes[0].labels.texts
    let side = runs.firstIndex(of: "clean") ?? 0
    let tokens = runs[side] == "corrupted" && !prompts.corrupted.isEmpty ? "corrupted" : "clean"
    guard let length = prompts.lengths.first, let own = (tokens == "clean" ? prompts.clean : prompts.corrupted).first,
      length > 0, found.axes[2].count >= length, own.count >= length
    else { return }
    let layers = found.axes[1].labels.texts
    func cell(_ layer: Int, _ position: Int) -> Int { found.axes.shape.ravel([side, layer, position]) }
    func word(_ cell: Int, _ place: Int) -> String {
      guard let text = found.text(cell, place: place, example: 0) else {
        return "\(found.token(cell, place: place, example: 0))"
      }
      return notebookToken(text)
    }
    let isThere = layers.indices.allSatisfy { layer in
      (0..<length).allSatisfy { found.isThere(cell(layer, $0), place: found.places - 1, example: 0) }
    }
    guard isThere else { return }
    let hasTexts = found.text(0, example: 0) != nil
    let rows = layers.indices.map { layer in
      [layers[layer]]
        + (0..<found.places).map { place in
          let at = cell(layer, length - 1)
          return "\(word(at, place)) \(notebookNumber(Double(found.probability(at, place: place, example: 0)), 2))"
        }
    }
    let shown = Array(max(0, length - Self.mostWords)..<length)
    let title = "\(group.name): the token that each layer predicts, \(runs[side])"
    say(
      "readout-\(group.name)-words",
      """
      ## \(markdownWords(group.name)): what each layer predicts

      The residual stream before each layer, and after the last, read as if it were the output: the tokens that come first, with their probabilities, in the \
      \(runs[side]) run of the first \(source.exampleWord) (`example=` takes another). The table is for the last position; the picture has the first token at \
      \(shown.count == length ? "every position" : "the last \(shown.count) positions").
      """)
    let figure = try Heatmap(
      title: title, rowsName: "layer", columnsName: "position", valueName: "probability", rowLabels: layers,
      columnLabels: shown.map { "\($0) \(notebookToken(own[$0]))" },
      values: layers.indices.map { layer in
        shown.map { Double(found.probability(cell(layer, $0), example: 0)) }
      }, colours: .sequential(0...1), texts: layers.indices.map { layer in shown.map { word(cell(layer, $0), 0) } }
    ).figure()
    run(
      "readout-\(group.name)",
      """
      said = read(\(pythonLiteral(group.readPath))).sel(run=\(pythonLiteral(runs[side]))).isel(example=0, position=slice(lengths[0]))
      words = \(hasTexts ? "np.vectorize(shown, otypes=[object])(said[\"\(Schema.Readout.text)\"].values)" : "said[\"\(Schema.Readout.token)\"].values.astype(str)")
      chances = said["\(Schema.Readout.probability)"]
      rows = [[str(layer), *(f"{word} {number(chance, 2)}" for word, chance in zip(words[at, -1], chances.values[at, -1]))]
              for at, layer in enumerate(said["layer"].values)]
      table(["layer", *(str(place + 1) for place in said["place"].values)], rows)
      columns = [f"{at} {shown(token)}" for at, token in enumerate(\(tokens)[0][:lengths[0]])]
      wordmap(chances[:, -\(Self.mostWords):, 0], words[:, -\(Self.mostWords):, 0], columns[-\(Self.mostWords):], \(pythonLiteral(title)))
      """, uses: [.read, .shown, .number, .table, .wordmap],
      [
        .text(notebookTable(["layer"] + (0..<found.places).map { "\($0 + 1)" }, rows)),
        .figure(
          NotebookCell.Drawn(
            figure: figure, width: 100 * min(18, 3 + shown.count), height: 100 * min(12, 2 + layers.count / 3), axes: 2)
        ),
      ])
  }
}
