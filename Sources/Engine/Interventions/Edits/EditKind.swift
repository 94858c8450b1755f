import Diagnostics
import Execution

/// One kind of edit: its form in files, what it takes, whether it fits a site, and how it is placed.
///
/// A new kind is one file, with a type that conforms to this, and an entry in `Edit.kinds`.
public protocol EditKind: Sendable, Hashable {
  /// How experiment files write it.
  static var form: EditForm { get }

  /// Reads its argument from a file.
  /// - Throws: what `arguments` throws, for anything missing or meaningless.
  init(reading arguments: inout some EditArguments) throws

  /// The value of its key in an experiment file, such that `init(reading:)` gives the same edit; nil if the word is
  /// all.
  var argument: JSONValue? { get }

  /// The run that it takes numbers from, besides the one that is edited.
  var takes: EditSource.Run { get }
  /// What is added, in order.
  var additions: [Edit.Addition] { get }
  /// The vectors that it was given, to distinguish edits by their numbers.
  var vectors: [[Float]] { get }
  /// What results files say about it besides its name, by attribute.
  var settings: [String: EditSetting] { get }
  /// What happened to the activation, for a report: "was kept between 0 and 1". nil for the kinds that reports have
  /// their own words for.
  var words: String? { get }
  /// Whether an activation that is the same in both runs stays unchanged. Used for scheduling only; results do not
  /// depend on it.
  var keepsSharedValues: Bool { get }

  /// Checks that it can be applied at a site.
  /// - Throws: `InterventionError` saying what does not fit.
  func check(_ place: EditedSite) throws

  /// The placed edits of one layer of one row.
  /// - Throws: `InterventionError.needsOtherRun` if the run that it takes from is missing, `.noVectorForLayer`.
  func place(on target: EditTarget) throws -> [PlacedEdit]
}

extension EditKind {
  public var argument: JSONValue? { nil }
  public var takes: EditSource.Run { .none }
  public var additions: [Edit.Addition] { [] }
  public var vectors: [[Float]] { [] }
  public var settings: [String: EditSetting] { [:] }
  public var words: String? { nil }
  public var keepsSharedValues: Bool { false }
  public func check(_ place: EditedSite) throws {}
}

/// A number or a word that results files store for an edit.
public enum EditSetting: Sendable, Hashable {
  case text(String)
  case number(Float)
}

/// How experiment files write a kind of edit: as a word (`zero`), or a map with that word as its only key (`scale: 2`).
public struct EditForm: Sendable {
  /// What comes after the key.
  public enum Argument: Sendable {
    /// Nothing: the word is all.
    case none
    case number
    /// A map with these keys.
    case keys([Key])
    /// Directions and their coefficients.
    case additions
    /// A vector for all layers, or one for each.
    case vectors
  }

  /// A key and its meaning, in a few words.
  public struct Key: Sendable, Hashable {
    public let name: String
    public let meaning: String

    public init(_ name: String, _ meaning: String) {
      self.name = name
      self.meaning = meaning
    }
  }

  public let name: String
  /// What comes after the key, in a few words, for messages.
  public let meaning: String
  public let argument: Argument
  /// Such as `{scale: 2}`.
  public let example: String
  /// Whether the word without an argument is an edit.
  public let isWord: Bool

  /// A kind that is written as a word.
  public init(word: String) {
    name = word
    meaning = ""
    argument = .none
    example = word
    isWord = true
  }

  /// A kind that has an argument.
  /// - Parameter isWord: whether the word alone is also allowed.
  public init(_ name: String, _ meaning: String, _ argument: Argument, example: String, isWord: Bool = false) {
    self.name = name
    self.meaning = meaning
    self.argument = argument
    self.example = example
    self.isWord = isWord
  }
}

/// The argument of an edit's key in a file. Every function throws an error that names the file's line.
public protocol EditArguments {
  /// The argument itself as a number, finite.
  mutating func number() throws -> Float
  /// The value of a key of the argument, a finite number; nil if the key is left out.
  mutating func number(_ key: String) throws -> Float?
  /// The value of a key that seeds a generator; nil if it is left out.
  mutating func seed(_ key: String) throws -> UInt64?
  mutating func additions() throws -> [Edit.Addition]
  /// One vector for all layers (`layers` is nil), or one for each.
  mutating func vectors() throws -> (vectors: [[Float]], layers: [Int]?)
  /// An error about the argument.
  /// - Parameters:
  ///   - value: what it is, in words.
  ///   - expected: what it must be.
  func wrong(_ value: String, expected: String) -> any Error
}

extension Edit {
  /// As in experiment files: its word, or a map with that word as its only key.
  package var written: JSONValue {
    guard let argument = kind.argument else { return .string(name) }
    var map = JSONObject()
    map.append(key: name, value: argument)
    return .object(map)
  }
}
