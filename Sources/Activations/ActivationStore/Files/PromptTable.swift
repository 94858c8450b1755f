import CHDF5
import LabelledArrays

/// Writes `/prompts` piece by piece: `clean_tokens` and its like are [example, position] int32, padded with -1.
struct PromptTable {
  private let group: LabelledGroup
  private let file: String
  private let columns: PromptColumns
  private let examples: Int
  private let positions: Int

  /// Creates the group and its datasets, empty.
  /// - Parameter positions: the length of the longest prompt.
  init(in output: OutputFile, columns: PromptColumns, examples: Int, positions: Int) throws {
    group = try output.addGroup(Schema.prompts.path)
    file = output.target
    self.columns = columns
    self.examples = examples
    self.positions = positions
    try group.addAxis(LabelledAxis(Schema.Axis.example, .range(examples)))
    let (both, one) = ([Schema.Axis.example, Schema.Axis.position], [Schema.Axis.example])
    // Examples that are not prompts (mazes) have no tokens, only labels.
    if positions > 0 {
      try group.addAxis(LabelledAxis(Schema.Axis.position, .range(positions)))
      try group.addDataset(Schema.Prompts.cleanTokens, axes: both, type: .int32, integerFill: -1)
    }
    try group.addDataset(Schema.Prompts.lengths, axes: one, type: .int32, integerFill: -1)
    if columns.contains(.corruptedTokens) {
      try group.addDataset(Schema.Prompts.corruptedTokens, axes: both, type: .int32, integerFill: -1)
    }
    if columns.contains(.answerToken) {
      try group.addDataset(Schema.Prompts.answerToken, axes: one, type: .int32, integerFill: -1)
    }
    if columns.contains(.wrongToken) {
      try group.addDataset(Schema.Prompts.wrongToken, axes: one, type: .int32, integerFill: -1)
    }
    if columns.contains(.cleanTokenStrings) {
      try group.addDataset(Schema.Prompts.cleanTokenStrings, axes: both, type: .text)
    }
    if columns.contains(.corruptedTokenStrings) {
      try group.addDataset(Schema.Prompts.corruptedTokenStrings, axes: both, type: .text)
    }
    if columns.contains(.text) { try group.addDataset(Schema.Prompts.text, axes: one, type: .text) }
    for key in columns.labels.sorted() {
      try group.addDataset(Schema.Prompts.dataset(ofLabel: key), axes: one, type: .text)
    }
  }

  /// Writes rows, starting at example `first`.
  /// - Throws: `StoreError.promptMismatch`, `.writeFailed`.
  func write(_ rows: some Collection<PromptRow>, from first: Int) throws {
    var (piece, next): ([PromptRow], Int) = ([], first)
    for row in rows {
      piece.append(row)
      guard piece.count == Self.rowsAtATime else { continue }
      try write(piece: piece, from: next)
      next += piece.count
      piece.removeAll(keepingCapacity: true)
    }
    try write(piece: piece, from: next)
  }

  private static let rowsAtATime = 256

  private func write(piece rows: [PromptRow], from first: Int) throws {
    guard !rows.isEmpty else { return }
    for (index, row) in rows.enumerated() { try check(row, first + index) }
    try integers(Schema.Prompts.lengths, rows, from: first) { [Int32($0.cleanTokens.count)] }
    if positions > 0 {
      try integers(Schema.Prompts.cleanTokens, rows, from: first) { padded($0.cleanTokens, with: -1) }
    }
    if columns.contains(.corruptedTokens) {
      try integers(Schema.Prompts.corruptedTokens, rows, from: first) { padded($0.corruptedTokens ?? [], with: -1) }
    }
    if columns.contains(.answerToken) {
      try integers(Schema.Prompts.answerToken, rows, from: first) { [$0.answerToken ?? -1] }
    }
    if columns.contains(.wrongToken) {
      try integers(Schema.Prompts.wrongToken, rows, from: first) { [$0.wrongToken ?? -1] }
    }
    if columns.contains(.cleanTokenStrings) {
      try texts(Schema.Prompts.cleanTokenStrings, rows, from: first) { padded($0.cleanTokenStrings ?? [], with: "") }
    }
    if columns.contains(.corruptedTokenStrings) {
      try texts(Schema.Prompts.corruptedTokenStrings, rows, from: first) {
        padded($0.corruptedTokenStrings ?? [], with: "")
      }
    }
    if columns.contains(.text) { try texts(Schema.Prompts.text, rows, from: first) { [$0.text ?? ""] } }
    for key in columns.labels.sorted() {
      try texts(Schema.Prompts.dataset(ofLabel: key), rows, from: first) { [$0.labels[key] ?? ""] }
    }
  }

  private func check(_ row: PromptRow, _ example: Int) throws {
    func refuse(_ problem: String) -> StoreError { .promptMismatch(path: file, example: example, problem: problem) }
    guard example >= 0, example < examples else { throw refuse("only \(examples) prompts were announced") }
    let length = row.cleanTokens.count
    guard length <= positions else { throw refuse("\(length) tokens, but the longest was announced as \(positions)") }
    guard columns.isSuperset(of: row.columns) else { throw refuse("it has parts that were not announced") }
    for (count, name) in [
      (row.corruptedTokens?.count, "corrupted tokens"), (row.cleanTokenStrings?.count, "clean token strings"),
      (row.corruptedTokenStrings?.count, "corrupted token strings"),
    ] {
      if let count, count != length { throw refuse("\(length) clean tokens, but \(count) \(name)") }
    }
  }

  private func padded<T>(_ values: [T], with padding: T) -> [T] {
    values + Array(repeating: padding, count: positions - values.count)
  }

  private func box(_ dataset: LabelledGroup.Dataset, _ first: Int, _ rows: Int) -> Box {
    Box(start: dataset.shape.indices.map { $0 == 0 ? first : 0 }, count: [rows] + dataset.shape.dropFirst())
  }

  private func integers(_ name: String, _ rows: [PromptRow], from first: Int, _ values: (PromptRow) -> [Int32]) throws {
    let dataset = try group.dataset(name)
    try writing(file, Schema.prompts.path(name)) {
      let all = rows.flatMap(values)
      try dataset.with { try $0.write(all, as: pb_native_int32(), box(dataset, first, rows.count)) }
    }
  }

  private func texts(_ name: String, _ rows: [PromptRow], from first: Int, _ values: (PromptRow) -> [String]) throws {
    let dataset = try group.dataset(name)
    try writing(file, Schema.prompts.path(name)) {
      let all = rows.flatMap(values)
      try dataset.with { try $0.write(texts: all, box(dataset, first, rows.count)) }
    }
  }
}
