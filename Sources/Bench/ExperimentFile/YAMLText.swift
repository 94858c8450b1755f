import Yams

/// The one document of a YAML text; nil if there is none.
func compose(_ text: String, file: String) throws -> Node? {
  if let place = ComplexKeys.placeInFileWithAliases(in: text) {
    throw ExperimentError.brokenYAML(
      file: file, line: place.line, column: place.column,
      problem: "a key that is a list, a map or an alias cannot be used in a file that has aliases")
  }
  do {
    return try Yams.compose(yaml: text)
  } catch let error as YamlError {
    throw error.located(in: file, text: text)
  }
}

extension YamlError {
  /// The error with its line.
  fileprivate func located(in file: String, text: String) -> ExperimentError {
    switch self {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let circumstance = context.map { ", \($0.text)" } ?? ""
      return .brokenYAML(file: file, line: mark.line, column: mark.column, problem: problem + circumstance)
    case .reader(let problem, let offset, _, _):
      let before = text.utf8.prefix(offset ?? 0)
      let line = 1 + before.count { $0 == UInt8(ascii: "\n") }
      let column = 1 + before.reversed().prefix { $0 != UInt8(ascii: "\n") }.count
      return .brokenYAML(file: file, line: line, column: column, problem: problem)
    case .duplicatedKeysInMapping(let duplicates, let context):
      return .inFile(Place(file: file, line: context.mark.line), .duplicateKeys(duplicates.sorted()))
    case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
      return .brokenYAML(file: file, line: 1, column: 1, problem: "\(self)")
    }
  }
}
