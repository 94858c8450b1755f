import Diagnostics

extension ExperimentError {
  public var message: String {
    switch self {
    case .fileNotFound(let file): "\(file): no such file"
    case .notAFile(let file): "\(file): not a regular file"
    case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)"
    case .notUTF8(let file): "\(file): the file is not UTF-8 text"
    case .brokenYAML(let file, let line, let column, let problem):
      "\(file):\(line): not YAML: \(problem) (column \(column))"
    case .brokenJSON(let file, let error): "\(file): \(error.message)"
    case .noExperiment(let file): "\(file): the file has no experiment; it needs the keys name, prompts and sweeps"
    case .noAnalysis(let file): "\(file): the file has no analysis; it needs the keys name, caches and analyses"
    case .noPrompts(let file): "\(file): the file has no prompts; give one JSON object per line"
    case .noDocuments(let file): "\(file): the file has no text; give one document per line"
    case .inFile(let place, let problem): "\(place): \(problem.text)"
    case .nested(let place, _, let message): place.map { "\($0): \(message)" } ?? message

    case .unknownVectorFormat(let file): "\(file): a vector is read from a .npy, .json or .gguf file"
    case .badVector(let file, let problem): "\(file): \(problem)"
    case .noControlVector(let reason): "a control vector (.gguf) cannot hold this: \(reason)"

    case .interrupted: "interrupted"
    case .interruptedWithRest(let done, let total, let file):
      "interrupted; \(done) of \(total) runs are in '\(visible(file))': run the same command with --resume to continue"
    case .cannotResume(let file, let difference):
      """
      '\(visible(file))' cannot be resumed: \(difference); undo the change, or run without --resume to start over (the existing file \
      is set aside)
      """
    case .cannotWrite(let file, let reason): "\(file): the file cannot be written: \(reason)"
    case .cannotCreateFolder(let folder, let reason): "\(folder): the folder cannot be created: \(reason)"

    case .noModel(let file): "\(file): no model: give the key 'model' (a folder, or bundled:NAME) or the option --model"
    case .bundledModelsMoved(let name, let place):
      "bundled:\(name): the folder \(place) is not next to the program; build again, or move it with the program"
    case .noSuchBundledModel(let name, let bundled):
      if bundled.isEmpty {
        "bundled:\(name): no model is bundled; name a folder (config.json, model.safetensors) as 'model' or with --model"
      } else {
        "bundled:\(name): no such bundled model" + suggestion(for: name, among: bundled)
      }
    }
  }
}

extension FileProblem {
  /// The message, without the place.
  package var text: String {
    switch self {
    case .unknownKey(let key, let path, let known):
      "unknown key \(quoted(key))\(inside(path))" + suggestion(for: key, among: known)
    case .missingKey(let key, let path, let meaning): "the key '\(key)' is missing\(inside(path)) (\(meaning))"
    case .notExactlyOne(let keys, let found, let path):
      "exactly one of \(list(keys)) is needed\(inside(path)); "
        + (found.isEmpty ? "there is none" : "there are \(list(found))")
    case .cannotCombine(let key, let other, let path): "'\(key)' cannot be combined with '\(other)'\(inside(path))"
    case .keyNotText(let path): "a key must be text\(inside(path))"
    case .duplicateKeys(let keys):
      "\(keys.count == 1 ? "repeated key" : "repeated keys"): \(list(keys.map { visible($0) }))"
    case .wrongType(let path, let found, let expected): "\(subject(path)) must be \(expected), not \(found)"
    case .badValue(let path, let value, let expected): "\(subject(path)) is \(value); it must be \(expected)"
    case .badLabelName(let name):
      "a label cannot be named \(quoted(name)): label names have 1 to 64 characters, no blanks and no /"
    case .unknownWord(let path, let word, let known):
      "\(subject(path)): there is no \(quoted(word))" + suggestion(for: word, among: known)
    case .emptyList(let path, let expected): "\(subject(path)) is empty; give at least one of \(expected)"
    case .repeated(let path, let word): "\(subject(path)) has \(quoted(word)) twice"
    case .duplicateName(let one, let name, let line): "\(one) named \(quoted(name)) is already defined at line \(line)"
    case .nothingToDo: "there is nothing to do: give sweeps, steering, readouts or a cache"

    case .notWritable(let one, let name):
      "\(one) named \(quoted(name)) cannot be written in an experiment file; read it from a file, or change it"

    case .duplicateAnalysis(let name, let line): "an analysis named \(quoted(name)) is already defined at line \(line)"
    case .duplicateCache(let name, let line):
      "a cache named \(quoted(name)) is already defined at line \(line); give one of them another 'name'"
    case .everyWithOtherPositions(let path):
      "\(subject(path)): 'every' makes each token an example, and cannot be combined with other positions"
    case .analysesNeedCache: "'analyses' need cached activations; give the key 'cache' too"
    case .noAnalyses(let key): "'\(key)' applies to analyses only, but there are none; give the key 'analyses'"

    case .emptyTable: "the table is empty; its first line must name the columns"
    case .raggedTable(let found, let expected):
      "the line has \(found) \(found == 1 ? "cell" : "cells") and the header \(expected)"
    case .noColumn(let name, let known):
      "there is no column \(quoted(name))" + suggestion(for: name, among: known)
    case .openQuote: "the quoted cell that begins here is never closed"

    case .coefficientNeedsAdd(let path): "\(subject(path)): only the edit 'add' has the axis 'coefficient'"
    case .editNeedsArgument(let path, let edit, let example):
      "\(subject(path)): the edit '\(edit)' is written as \(example)"
    case .logitsHaveOnePosition(let path):
      "\(subject(path)): the logits are read at the last position only; leave it out, or give the logits a sweep of their own"

    case .vectorOfOtherSite(let found, let site):
      "the vector was made at \(found) and is added at \(site); give 'anywhere: true' if that is intended"
    case .vectorOfOtherModel(let found, let model):
      "the vector was made with \(found), which has different weights from \(model); give 'anywhere: true' if that is intended"
    case .sequenceHasNoDirection:
      "the file has a vector for each position, but only one direction can be projected out; use a method other than 'difference'"
    case .normOfSequence(let path):
      "\(subject(path)): the file has a vector for each position, each with its own length; use a method other than 'difference'"
    case .normOfNothing(let path, let layer):
      "\(subject(path)): the vector\(layer.map { " for layer \($0)" } ?? "") is all zeros and cannot be brought to another length"
    case .normHasNoLayer(let path, let layer, let layers):
      "\(subject(path)): the file has vectors for layers \(list(layers.map(String.init))), "
        + (layer.map { "but none for layer \($0)" } ?? "but one length for all layers is needed")
    case .standingHasAxis(let path):
      "\(subject(path)): an edit under 'with' has a single coefficient, and its direction cannot come from another example"
    case .additivityNeedsAdd(let path): "\(subject(path)): additivity needs the edit 'add'"
    case .noEstimateWithOtherEdits(let path):
      "\(subject(path)): attribution estimates edits of the unedited run; leave out 'with', or the method"
    case .noEstimate(let path, let metric, let reason):
      "\(subject(path)): attribution cannot estimate the metric '\(metric)': \(reason)"

    case .sweepDoesNotFit(let sweep, let reason): "sweep '\(sweep)': \(reason)"
    case .emptySelection(let sweep, let axis): "sweep '\(sweep)': the selection along '\(axis)' is empty"
    case .repeatedEntry(let sweep, let axis, let entry):
      "sweep '\(sweep)': the selection along '\(axis)' has \(entry) twice"

    case .lineIsNoPair(let found):
      "the line must be one JSON object with clean, corrupted, answer, wrong, not \(found)"
    case .mixedPrompts(let path):
      "clean and corrupted\(inside(path)) must both be text or both be token ids (clean_tokens, corrupted_tokens)"
    case .needsTokenizer(let key, let folder, let instead):
      "'\(key)' cannot be tokenized: \(folder) has no tokenizer; give \(instead) instead"
    case .notOneToken(let key, let text, let pieces):
      "\(key) \(quoted(text)) must be one token, not \(pieces.count)"
        + (pieces.isEmpty ? "" : ": \(pieces.prefix(12).map(quoted).joined(separator: " "))")
        + (pieces.count > 12 ? " ..." : "") + leadingSpaceHint(text)
    case .unknownToken(let key, let text):
      "\(key) \(quoted(text)) is not in the tokenizer's vocabulary" + leadingSpaceHint(text)
    case .differentLengths(let clean, let corrupted):
      """
      clean and corrupted must have the same number of tokens; clean has \(clean.count), corrupted \(corrupted.count). \
      They differ from here on:
      \(sideBySide(clean, corrupted))
      """
    case .emptyPrompt(let key): "\(key) has no tokens; a prompt needs at least one"
    case .tokenOutOfRange(let key, let token, let vocabulary, let isFromText):
      "\(key): token \(token) is outside the model's vocabulary (0 to \(vocabulary - 1))"
        + (isFromText ? "; the tokenizer is not this model's" : "")
    case .promptTooLong(let key, let tokens, let context):
      "\(key) has \(tokens) tokens, more than the model's context of \(context)"
    case .noWrong(let metric): "'wrong' (or wrong_token) is missing; the metric \(metric) compares the answer with it"
    case .sameAnswer(let text): "answer and wrong are the same token, \(quoted(text)); there is nothing to compare"
    case .needsMazes(let key): "'\(key)' is for mazes, but the file has no key 'mazes'"
    case .caused(let message): message
    }
  }
}

private func list(_ words: [String]) -> String { words.joined(separator: ", ") }

private func inside(_ path: String) -> String { path.isEmpty ? "" : " in '\(path)'" }

private func subject(_ path: String) -> String { path.isEmpty ? "the file" : "'\(path)'" }

private func leadingSpaceHint(_ text: String) -> String {
  text.hasPrefix(" ") || text.isEmpty ? "" : "; if it follows a space, write the space too: \(quoted(" " + text))"
}

/// Two lists of tokens, from one before the first that differs; at most ten rows.
private func sideBySide(_ clean: [String], _ corrupted: [String]) -> String {
  let parting = zip(clean, corrupted).enumerated().first { $1.0 != $1.1 }?.offset ?? min(clean.count, corrupted.count)
  let first = max(0, parting - 1)
  let last = min(max(clean.count, corrupted.count), first + 10)
  func cell(_ tokens: [String], _ index: Int) -> String { index < tokens.count ? quoted(tokens[index]) : "-" }
  let left = (first..<last).map { cell(clean, $0) }
  let width = max(5, left.map(\.count).max() ?? 0)
  func row(_ position: String, _ clean: String, _ corrupted: String) -> String {
    let indent = String(repeating: " ", count: max(0, 8 - position.count))
    return "  \(indent)\(position)  \(clean)\(String(repeating: " ", count: width - clean.count))  \(corrupted)"
  }
  var rows = [row("position", "clean", "corrupted")]
  for index in first..<last { rows.append(row("\(index)", left[index - first], cell(corrupted, index))) }
  if last < max(clean.count, corrupted.count) { rows.append(row("...", "", "").trimmingTrailingSpaces) }
  return rows.joined(separator: "\n")
}

extension String {
  fileprivate var trimmingTrailingSpaces: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
