/// What can be wrong in a line of an experiment or prompt file. `path` is the place inside the file: `sweeps[2].edit`.
public enum FileProblem: Error, Sendable, Hashable {
  // Keys and values
  case unknownKey(key: String, of: String, known: [String])
  case missingKey(key: String, of: String, meaning: String)
  case notExactlyOne(of: [String], found: [String], path: String)
  /// A key that has no meaning together with another.
  case cannotCombine(key: String, other: String, path: String)
  case keyNotText(path: String)
  case duplicateKeys([String])
  case wrongType(path: String, found: String, expected: String)
  /// A value of the right type that is not allowed.
  case badValue(path: String, value: String, expected: String)
  case badLabelName(String)
  case unknownWord(path: String, word: String, known: [String])
  case emptyList(path: String, expected: String)
  /// The same word twice in a list of distinct words.
  case repeated(path: String, word: String)
  /// Two questions of the same kind with the same name.
  case duplicateName(of: String, name: String, firstLine: Int)
  case nothingToDo
  /// Something that a program requests and no file can express; `one` names its kind.
  case notWritable(one: String, name: String)

  // Analyses
  case duplicateAnalysis(name: String, firstLine: Int)
  case duplicateCache(name: String, firstLine: Int)
  case everyWithOtherPositions(path: String)
  /// Analyses of an experiment that stores no activations.
  case analysesNeedCache
  /// Keys for analyses, but no analyses.
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
  /// A vector per position has no single length.
  case normOfSequence(path: String)
  /// The layer is nil for a single vector for all layers.
  case normOfNothing(path: String, layer: Int?)
  case normHasNoLayer(path: String, layer: Int?, layers: [Int])
  /// A further edit cannot have this, since it would need an axis of results.
  case standingHasAxis(path: String)
  case additivityNeedsAdd(path: String)
  /// Estimates are for the unedited run.
  case noEstimateWithOtherEdits(path: String)
  /// A metric whose change cannot be estimated from a gradient.
  case noEstimate(path: String, metric: String, reason: String)

  /// The sweep does not fit the model or the prompts; the reason is another module's.
  case sweepDoesNotFit(sweep: String, reason: String)
  case emptySelection(sweep: String, axis: String)
  case repeatedEntry(sweep: String, axis: String, entry: Int)

  // Prompts
  /// A line of a prompt file that is JSON, but not an object.
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

  /// Another module's message about something that this line caused.
  case caused(String)
}
