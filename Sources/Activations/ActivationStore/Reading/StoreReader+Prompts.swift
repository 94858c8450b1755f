extension StoreReader {
  /// The lengths of the prompts [example].
  /// - Throws: `StoreError.missing`, `.wrongType`, `.damaged`.
  public func promptLengths() throws -> [Int] { try integers(at: Schema.prompts.path(Schema.Prompts.lengths)) }

  /// The rows of `/prompts`, unpadded. Answer and wrong tokens of -1 are nil, and empty labels are left out.
  /// - Throws: `StoreError.missing`, `.wrongType`, `.wrongShape`, `.damaged`.
  public func prompts() throws -> [PromptRow] {
    let lengths = try promptLengths()
    // Pictures have no tokens; their rows are labels.
    let cleanTokens = Schema.prompts.path(Schema.Prompts.cleanTokens)
    let hasTokens = contains(cleanTokens)
    let shape = hasTokens ? try describe(cleanTokens).shape : [lengths.count, 0]
    guard shape.count == 2, shape[0] == lengths.count, !hasTokens || lengths.allSatisfy({ $0 >= -1 && $0 <= shape[1] })
    else {
      throw StoreError.wrongShape(
        path: path, dataset: cleanTokens, found: shape,
        expected: "[\(lengths.count), \(lengths.max() ?? 0) or more]")
    }
    let present = Set(try listing(of: Schema.prompts.path).datasets)
    func column<T>(_ name: String, _ width: Int, _ read: (String) throws -> [T]) throws -> [T]? {
      guard present.contains(name) else { return nil }
      let values = try read(Schema.prompts.path(name))
      guard values.count == lengths.count * width else {
        throw StoreError.wrongShape(
          path: path, dataset: Schema.prompts.path(name), found: [values.count],
          expected: "\(lengths.count * width) values")
      }
      return values
    }
    let width = shape[1]
    let clean = try column(Schema.Prompts.cleanTokens, width, int32s)
    let corrupted = try column(Schema.Prompts.corruptedTokens, width, int32s)
    let cleanStrings = try column(Schema.Prompts.cleanTokenStrings, width, texts)
    let corruptedStrings = try column(Schema.Prompts.corruptedTokenStrings, width, texts)
    let (answer, wrong) = (
      try column(Schema.Prompts.answerToken, 1, int32s), try column(Schema.Prompts.wrongToken, 1, int32s)
    )
    let text = try column(Schema.Prompts.text, 1, texts)
    let labels = try present.sorted().compactMap { name -> (key: String, values: [String])? in
      guard let key = Schema.Prompts.label(ofDataset: name) else { return nil }
      return try column(name, 1, texts).map { (key, $0) }
    }
    return lengths.indices.map { example in
      let tokens = (example * width)..<(example * width + (hasTokens ? max(lengths[example], 0) : 0))
      return PromptRow(
        cleanTokens: clean.map { Array($0[tokens]) } ?? [], corruptedTokens: corrupted.map { Array($0[tokens]) },
        answerToken: answer.flatMap { $0[example] < 0 ? nil : $0[example] },
        wrongToken: wrong.flatMap { $0[example] < 0 ? nil : $0[example] },
        cleanTokenStrings: cleanStrings.map { Array($0[tokens]) },
        corruptedTokenStrings: corruptedStrings.map { Array($0[tokens]) }, text: text?[example],
        labels: labels.reduce(into: [:]) { labels, column in
          if !column.values[example].isEmpty { labels[column.key] = column.values[example] }
        })
    }
  }
}
