import Diagnostics
import ExperimentFile
import Workbenches

/// One line of the prompt file of `patchbay cache`, as written.
struct PromptLine: Sendable {
  /// A prompt, or a pair of them.
  enum Content: Sendable {
    case single(PromptSpec.Prompt, key: String)
    case pair(clean: PromptSpec.Prompt, cleanKey: String, corrupted: PromptSpec.Prompt, corruptedKey: String)
  }

  let content: Content
  let answer: PromptSpec.Token?
  let wrong: PromptSpec.Token?
  /// Every other key with a single value, by name.
  let labels: [String: String]
  /// Keys that are ignored, since their values are not single.
  let otherKeys: [String]

  private static let singleKeys = ["prompt", "text", "tokens"]
  private static let cleanKeys = ["clean", "clean_tokens"]
  private static let corruptedKeys = ["corrupted", "corrupted_tokens"]
  private static let otherKnown = ["answer", "answer_token", "wrong", "wrong_token"]
  private static let known = singleKeys + cleanKeys + corruptedKeys + otherKnown

  /// - Throws: `ExperimentError` at the line.
  init(_ bytes: ArraySlice<UInt8>, at place: Place) throws {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: Array(bytes))
    } catch {
      throw ExperimentError.brokenJSON(
        file: place.file, JSONError(line: place.line, column: error.column, problem: error.problem))
    }
    guard let object = value.objectValue else {
      throw ExperimentError.inFile(
        place,
        .wrongType(
          path: "line \(place.line)", found: value.kindName, expected: "an object such as {\"prompt\": \"...\"}"))
    }
    let fields = Fields(object: object, place: place)
    let prompt = try fields.one(of: Self.singleKeys + Self.cleanKeys)
    guard let prompt else { throw Self.noPrompt(in: object, at: place) }
    if Self.cleanKeys.contains(prompt) {
      guard let corrupted = try fields.one(of: Self.corruptedKeys) else {
        throw ExperimentError.inFile(
          place, .missingKey(key: "corrupted", of: "", meaning: "the other prompt of the pair; or corrupted_tokens"))
      }
      content = .pair(
        clean: try fields.prompt(prompt), cleanKey: prompt, corrupted: try fields.prompt(corrupted),
        corruptedKey: corrupted)
    } else {
      if let stray = try fields.one(of: Self.corruptedKeys) {
        throw ExperimentError.inFile(
          place, .missingKey(key: "clean", of: "", meaning: "'\(stray)' needs it; a single prompt is 'prompt'"))
      }
      content = .single(try fields.prompt(prompt), key: prompt)
    }
    answer = try fields.token(["answer", "answer_token"])
    wrong = try fields.token(["wrong", "wrong_token"])
    (labels, otherKeys) = fields.labels(except: Self.known)
  }

  private static func noPrompt(in object: JSONObject, at place: Place) -> ExperimentError {
    for key in object.keys where !known.contains(key) {
      if nearestName(to: key, among: known) != nil {
        return .inFile(place, .unknownKey(key: key, of: "", known: known))
      }
    }
    return .inFile(place, .notExactlyOne(of: singleKeys + cleanKeys, found: [], path: ""))
  }
}

/// The members of a line, by key and type.
private struct Fields {
  let object: JSONObject
  let place: Place

  /// The one key of several that is there, or nil.
  func one(of keys: [String]) throws -> String? {
    let found = keys.filter { object[$0] != nil }
    guard found.count <= 1 else {
      throw ExperimentError.inFile(place, .notExactlyOne(of: keys, found: found, path: ""))
    }
    return found.first
  }

  func prompt(_ key: String) throws -> PromptSpec.Prompt {
    guard let value = object[key] else { return .tokens([]) }
    if !key.hasSuffix("tokens") {
      guard let text = value.stringValue else { throw wrongType(key, value, "text") }
      return .text(text)
    }
    guard let elements = value.arrayValue else { throw wrongType(key, value, "a list of token ids") }
    return .tokens(try elements.map { try id($0, key) })
  }

  /// An answer; the first one if several are accepted.
  func token(_ keys: [String]) throws -> PromptSpec.Token? {
    guard let key = try one(of: keys), let given = object[key] else { return nil }
    let value = given.arrayValue?.first ?? given
    if key.hasSuffix("_token") { return .id(try id(value, key)) }
    guard let text = value.stringValue else { throw wrongType(key, value, "text") }
    return .text(text)
  }

  /// Every key except some as a label, including those of the map `labels`; and the keys that cannot be labels.
  func labels(except known: [String]) -> (labels: [String: String], others: [String]) {
    var labels: [String: String] = [:]
    var others: [String] = []
    let inner = object["labels"]?.objectValue
    let members = object.members.filter { !known.contains($0.key) && !($0.key == "labels" && inner != nil) }
    for (key, value) in members.map({ ($0.key, $0.value) }) + (inner?.members.map { ($0.key, $0.value) } ?? [])
    where !value.isNull {
      if PromptLabels.isName(key), let text = PromptLabels.text(value) {
        labels[key] = text
      } else {
        others.append(key)
      }
    }
    return (labels, others)
  }

  private func id(_ value: JSONValue, _ key: String) throws -> Int32 {
    guard let integer = value.integerValue, let id = Int32(exactly: integer) else {
      throw wrongType(key, value, "a token id")
    }
    return id
  }

  private func wrongType(_ key: String, _ value: JSONValue, _ expected: String) -> ExperimentError {
    .inFile(place, .wrongType(path: key, found: value.kindName, expected: expected))
  }
}
