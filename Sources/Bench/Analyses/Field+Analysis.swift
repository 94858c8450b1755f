import ActivationStore
import Analysis
import ExperimentFile
import Interventions

/// What an analysis inherits from its file.
package struct AnalysisDefaults {
  var labels: LabelSource?
  var classes: [String]?
  var split = SplitSpec()
  var select = SelectionSpec()
  var limit = 50_000

  package init() {}
}

extension KeyedFields {
  /// The keys that a file and each of its analyses can have, on top of inherited settings.
  package func analysisDefaults(over outer: AnalysisDefaults, folder: String) throws -> AnalysisDefaults {
    var all = outer
    if let field = self["labels"] {
      all.labels = try field.labelSource(folder: folder)
      // Inherited classes belong to other labels.
      all.classes = nil
    }
    if let field = self["classes"] { all.classes = try field.classNames() }
    if let field = self["split"] { all.split = try field.split() }
    if let field = self["select"] { all.select = try field.selection(over: outer.select) }
    if let field = self["limit"] { all.limit = try field.integer(from: 2) }
    return all
  }
}

extension AnalysisDefaults {
  var labelSpec: LabelSpec? { labels.map { LabelSpec($0, classes: classes) } }
}

extension Field {
  /// A list of analyses with unique names.
  package func analyses(over defaults: AnalysisDefaults, folder: String) throws -> [AnalysisSpec] {
    var analyses: [AnalysisSpec] = []
    for element in try list(of: "analyses") {
      let analysis = try element.analysis(over: defaults, folder: folder)
      if let first = analyses.first(where: { $0.name == analysis.name }) {
        throw element.error(.duplicateAnalysis(name: analysis.name, firstLine: first.place.line))
      }
      if case .units(_, .readers(let other, _)?) = analysis.kind {
        let readers = analyses.filter { if case .readers = $0.kind { true } else { false } }
        guard readers.contains(where: { $0.name == other }) else {
          throw element.error(.unknownWord(path: "\(element.path).along", word: other, known: readers.map(\.name)))
        }
      }
      analyses.append(analysis)
    }
    return analyses
  }

  private func analysis(over defaults: AnalysisDefaults, folder: String) throws -> AnalysisSpec {
    let content = try content()
    guard case .map(let members) = content else {
      throw error(.wrongType(path: path, found: content.description, expected: KeyTable.analysis.what))
    }
    guard let kindField = members.first(where: { $0.key == "kind" })?.field else {
      throw error(.missingKey(key: "kind", of: path, meaning: oneOf(AnalysisKindName.allCases.map(\.rawValue))))
    }
    let kind = try kindField.choice(AnalysisKindName.self)
    let keys = try map(kind.wholeTable)
    let name = try keys.required("name").text()
    guard isPartName(name) else {
      throw keys.required("name").error(
        .badValue(path: "\(path).name", value: quoted(name), expected: "letters, digits, -, _ and points only"))
    }
    let own = try keys.analysisDefaults(over: defaults, folder: folder)
    return AnalysisSpec(
      name: name, kind: try keys.kind(kind, folder: folder, defaults: defaults), labels: own.labelSpec,
      split: own.split, select: own.select, limit: own.limit, place: place)
  }

  // MARK: Labels

  fileprivate func labelSource(folder: String) throws -> LabelSource {
    switch try content() {
    case .text(let word):
      switch word {
      case "run": return .run
      case "cache": return .cache
      case "token": return .token
      case "position": return .position
      default: return .key(try nonEmptyText())
      }
    case .map:
      let keys = try map(.analysisLabels)
      if let key = keys["key"] {
        try keys.refuse(["file", "column"], with: "key")
        return .key(try key.nonEmptyText())
      }
      let file = try keys.needed("file", in: .analysisLabels)
      let column = try keys.needed("column", in: .analysisLabels)
      let path = resolvedPath(try file.nonEmptyText(), relativeTo: folder)
      let name = try column.nonEmptyText()
      do {
        return .column(name, values: try LabelTable(path).values(of: name))
      } catch let error as ExperimentError where error.kind == .inputNotFound {
        throw ExperimentError.nested(file.place, error.kind, error.message)
      }
    case let other:
      throw error(.wrongType(path: path, found: other.description, expected: KeyTable.analysisLabels.what))
    }
  }

  fileprivate func classNames() throws -> [String] {
    var names: [String] = []
    for element in try list(of: "classes") {
      guard let name = try element.label(), !name.isEmpty else {
        throw element.error(.wrongType(path: path, found: "nothing", expected: "a list of classes"))
      }
      if names.contains(name) { throw element.error(.repeated(path: path, word: name)) }
      names.append(name)
    }
    return names
  }

  fileprivate func split() throws -> SplitSpec {
    let keys = try map(.analysisSplit)
    var split = SplitSpec()
    if let field = keys["train"] {
      split.train = Double(try field.float())
      guard split.train > 0, split.train < 1 else {
        throw field.error(
          .badValue(path: field.path, value: "\(split.train)", expected: "between 0 and 1, both excluded"))
      }
    }
    split.by = try keys["by"].map { try $0.nonEmptyText() }
    split.seed = try keys["seed"].map { UInt64(try $0.integer(from: 0)) } ?? 0
    return split
  }

  // MARK: Selection

  fileprivate func selection(over outer: SelectionSpec) throws -> SelectionSpec {
    let keys = try map(.analysisSelect)
    var select = outer
    if let field = keys["caches"] { select.caches = try field.names(of: "names of caches") }
    if let field = keys["runs"] {
      select.runs = try field.oneOrMore(of: "runs").map {
        try $0.choice(of: [StoredRun.clean.rawValue, StoredRun.corrupted.rawValue]) == StoredRun.clean.rawValue
          ? .clean : .corrupted
      }
    }
    if let field = keys["hooks"] { select.hooks = try field.names(of: "hook names") }
    if let field = keys["layers"] { select.layers = try field.selector() }
    if let field = keys["heads"] { select.heads = try field.selector() }
    if let field = keys["positions"] { select.positions = try field.positionRules() }
    if let field = keys["examples"] { select.examples = try field.exampleValues() }
    return select
  }

  private func names(of expected: String) throws -> [String] {
    var names: [String] = []
    for element in try oneOrMore(of: expected) {
      let name = try element.nonEmptyText()
      if names.contains(name) { throw element.error(.repeated(path: path, word: name)) }
      names.append(name)
    }
    return names
  }

  private func exampleValues() throws -> [String: [String]] {
    guard case .map(let members) = try content() else {
      throw error(
        .wrongType(path: path, found: try content().description, expected: "a map from labels to values that count"))
    }
    var values: [String: [String]] = [:]
    for member in members {
      values[member.key] = try member.field.oneOrMore(of: "values").map { element in
        guard let text = try element.label() else {
          throw element.error(.wrongType(path: element.path, found: "nothing", expected: "text or a number"))
        }
        return text
      }
    }
    return values
  }

  private func positionRules() throws -> [PositionRule] {
    var rules: [PositionRule] = []
    for element in try oneOrMore(of: "positions") {
      let rule = try element.positionRule()
      if rules.contains(rule) { throw element.error(.repeated(path: path, word: rule.label)) }
      rules.append(rule)
    }
    if rules.contains(.every), rules.count > 1 { throw error(.everyWithOtherPositions(path: path)) }
    return rules
  }

  private func positionRule() throws -> PositionRule {
    switch try content() {
    case .integer(let index): return .index(index)
    case .text("mean"): return .mean
    case .text("every"): return .every
    case .text(let text) where text.hasPrefix("{") && text.hasSuffix("}") && text.count > 2:
      return .span(label: String(text.dropFirst().dropLast()), occurrence: -1, edge: .last)
    case .map:
      let keys = try map(.analysisPosition)
      let what = try keys.exactlyOne(of: ["token", "span"])
      let occurrence = try keys["occurrence"].map { try $0.occurrence() } ?? -1
      if what.key == "token" {
        try keys.refuse(["at"], with: "token")
        return .token(try what.field.nonEmptyText(), occurrence: occurrence)
      }
      return .span(
        label: try what.field.nonEmptyText(), occurrence: occurrence,
        edge: try keys["at"].map { try $0.choice(PositionRule.Edge.self) } ?? .last)
    case let other:
      throw error(.wrongType(path: path, found: other.description, expected: KeyTable.analysisPosition.what))
    }
  }

  private func occurrence() throws -> Int {
    let number = try integer()
    guard number != 0 else {
      throw error(.badValue(path: path, value: "0", expected: "1 or more, or counted from the end: -1, -2"))
    }
    return number
  }
}
