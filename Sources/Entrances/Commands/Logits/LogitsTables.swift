import Diagnostics

/// The tables of `patchbay logits` as text.
struct LogitsTables {
  let reader: PromptReader

  /// The top tokens of one prompt.
  func top(_ scores: TokenScores, count: Int) -> String {
    var table = TextTable(
      header: ["rank", "token", "id", "logit", "prob"], alignments: [.right, .left, .right, .right, .right])
    for (rank, token) in scores.top(count).enumerated() {
      table.add([
        "\(rank)", reader.label(token), "\(token)", decimal(scores.logit(token), 2),
        probability(scores.probability(token)),
      ])
    }
    return table.text
  }

  /// The top tokens of either prompt, in both.
  func top(_ prompt: TokenScores, against: TokenScores, count: Int) -> String {
    let first = prompt.top(count)
    let second = against.top(count).filter { !first.contains($0) }
    var table = TextTable(
      header: ["token", "id", "logit", "prob", "rank", "against: logit", "prob", "rank"],
      alignments: [.left, .right, .right, .right, .right, .right, .right, .right])
    for token in first + second {
      table.add(
        [reader.label(token), "\(token)"]
          + [prompt, against].flatMap { scores in
            [decimal(scores.logit(token), 2), probability(scores.probability(token)), "\(scores.rank(token))"]
          })
    }
    return table.text
  }

  /// For every token but the last, how the next one was predicted.
  func following(_ tokens: [Int32], scores: (Int) -> TokenScores) -> String {
    var table = TextTable(
      header: ["position", "token", "followed by", "logit", "prob", "rank", "top"],
      alignments: [.right, .left, .left, .right, .right, .right])
    for position in tokens.indices.dropLast() {
      let (scores, next) = (scores(position), tokens[position + 1])
      table.add([
        "\(position)", reader.label(tokens[position]), reader.label(next), decimal(scores.logit(next), 2),
        probability(scores.probability(next)), "\(scores.rank(next))", scores.top(1).map(reader.label).joined(),
      ])
    }
    return table.text
  }

  /// Both prompts token by token, and how each patch affects the answer.
  struct Patches {
    let prompt: [Int32]
    let against: [Int32]
    /// The answer in the unpatched run.
    let unpatched: ResidualPatching.Cell
    let layers: [Int]
    /// [layers, positions]; nil if both runs are the same there
    let cells: [[ResidualPatching.Cell?]]
  }

  /// All layers: a line per position, a column per layer, in blocks that fit `columns` characters.
  func compact(_ patches: Patches, columns: Int) -> String {
    let widest = patches.cells.joined().map { Self.brief($0).count }.max() ?? 0
    let labels = patches.prompt.indices.map { tokenLabels(patches, $0) }
    let labelled = labels.map { $0[0].count }.max()! + labels.map { $0[1].count }.max()! + 12
    let perBlock = max(1, (columns - labelled) / (widest + 2))
    let blocks = stride(from: 0, to: patches.layers.count, by: perBlock).map { start in
      let shown = start..<min(patches.layers.count, start + perBlock)
      var table = TextTable(
        header: ["position", "token", "against"] + shown.map { "L\(patches.layers[$0])" },
        alignments: [.right, .left, .left] + shown.map { _ in .right })
      for position in patches.prompt.indices {
        table.add(["\(position)"] + labels[position] + shown.map { Self.brief(patches.cells[$0][position]) })
      }
      return table.text
    }
    return blocks.joined(separator: "\n\n")
  }

  /// One layer: a line per position, from the unpatched answer to the patched one.
  func detailed(_ patches: Patches, layer index: Int) -> String {
    var table = TextTable(
      header: ["position", "token", "against", "answer"], alignments: [.right])
    for position in patches.prompt.indices {
      let (before, after) = (patches.unpatched, patches.cells[index][position])
      table.add(
        ["\(position)"] + tokenLabels(patches, position) + [
          after.map { "\(Self.full(before)) -> \(Self.full($0))" } ?? "."
        ])
    }
    return "layer \(patches.layers[index])\n\(table.text)"
  }

  private func tokenLabels(_ patches: Patches, _ position: Int) -> [String] {
    let (token, other) = (patches.prompt[position], patches.against[position])
    return [reader.label(token), token == other ? "=" : reader.label(other)]
  }

  static func full(_ cell: ResidualPatching.Cell) -> String { "\(decimal(cell.logit, 2)) rank \(cell.rank)" }

  private static func brief(_ cell: ResidualPatching.Cell?) -> String {
    cell.map { "\(decimal($0.logit, 2)) r\($0.rank)" } ?? "."
  }
}
