/// What can be wrong at a line of an experiment or prompt file. `path` is the place inside the file: `sweeps[2].edit`.
public enum FileProblem: Error, Sendable, Hashable {
  // Keys and values
  case unknownKey(key: String, of: String, known: [String])
  case missingKey(key: String, of: String, meaning: String)
  case notExactlyOne(of: [String], found: [String], path: String)
  /// A key that means nothing where another one is.
  case cannotCombine(key: String, other: String, path: String)
  case keyNotText(path: String)
  case duplicateKeys([String])
  case wrongType(path: String, found: String, expected: String)
  /// A value of the right type that cannot be.
  case badValue(path: String, value: String, expected: String)
  case badLabelName(String)
  case unknownWord(path: String, word: String, known: [String])
  case emptyList(path: String, expected: String)
  /// The same word twice in a list that has each once.
  case repeated(path: String, word: String)
  /// Two questions of one kind with one name.
  case duplicateName(of: String, name: String, firstLine: Int)
  case nothingToDo
  /// What a program asks and a file cannot: `one` says of what kind it is.
  case notWritable(one: String, name: String)

  // Analyses
  case duplicateAnalysis(name: String, firstLine: Int)
  case duplicateCache(name: String, firstLine: Int)
  case everyWithOtherPositions(path: String)
  /// Analyses of an experiment that stores no activations.
  case analysesNeedCache
  /// Keys for analyses where there are none.
  case noAnalyses(key: String)

  // Tables of labels
  case emptyTable
  case raggedTable(found: Int, expected: Int)
  case noColumn(String, known: [String])
  case openQuote

  // Sweeps
  case coefficientNeedsAdd(path: String)
  case editNeedsArgument(path: String, edit: String, example: String)
  case logitsHaveOnePosition(path: String)
  case vectorOfOtherSite(found: String, site: String)
  case vectorOfOtherModel(found: String, model: String)
  case sequenceHasNoDirection
  /// A vector for each position has no one length.
  case normOfSequence(path: String)
  /// nil: the only vector, for all layers.
  case normOfNothing(path: String, layer: Int?)
  case normHasNoLayer(path: String, layer: Int?, layers: [Int])
  /// What a further edit cannot have, for it would need an axis of results.
  case standingHasAxis(path: String)
  case additivityNeedsAdd(path: String)
  /// Estimates are of the unedited run.
  case noEstimateWithOtherEdits(path: String)
  /// A metric whose change cannot be told from a gradient.
  case noEstimate(path: String, metric: String, reason: String)

  /// The sweep does not fit the model or the prompts; the reason is another module's.
  case sweepDoesNotFit(sweep: String, reason: String)
  case emptySelection(sweep: String, axis: String)
  case repeatedEntry(sweep: String, axis: String, entry: Int)

  // Prompts
  /// A line of a prompt file that is JSON, but no object.
  case lineIsNoPair(found: String)
  case mixedPrompts(path: String)
  case needsTokenizer(key: String, folder: String, instead: String)
  case notOneToken(key: String, text: String, pieces: [String])
  case unknownToken(key: String, text: String)
  case differentLengths(clean: [String], corrupted: [String])
  case emptyPrompt(key: String)
  case tokenOutOfRange(key: String, token: Int32, vocabulary: Int, isFromText: Bool)
  case promptTooLong(key: String, tokens: Int, context: Int)
  case noWrong(metric: String)
  case sameAnswer(String)

  // Mazes
  case needsMazes(key: String)

  /// What another module says, which happened because of this line.
  case caused(String)
}
