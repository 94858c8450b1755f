import ActivationStore
import Diagnostics
import ExperimentFile
import Interventions

extension Field {
  /// A word (`zero`) or a map with one key (`scale: 2`).
  /// - Parameters:
  /// - folder: the folder that vector files are relative to.
  ///   - site: what is edited.
  package func edit(folder: String, site: SiteName) throws -> WrittenEdit {
    if case .text(let word) = try content() {
      guard let kind = Edit.kinds.first(where: { $0.form.name == word }) else {
        throw error(.unknownWord(path: path, word: word, known: Edit.kinds.map { $0.form.name }))
      }
      guard kind.form.isWord else {
        throw error(.editNeedsArgument(path: path, edit: word, example: kind.form.example))
      }
      return try WrittenEdit(kind, EditFields(edit: self, form: kind.form, argument: nil, folder: folder, site: site))
    }
    let chosen = try map(.edit).exactlyOne(of: KeyTable.edit.keys.map(\.name))
    guard let kind = Edit.kinds.first(where: { $0.form.name == chosen.key }) else {
      preconditionFailure("the keys are the kinds'")
    }
    return try WrittenEdit(
      kind, EditFields(edit: self, form: kind.form, argument: chosen.field, folder: folder, site: site))
  }

  /// A direction and its coefficients.
  /// - Parameter table: the available keys.
  fileprivate func addition(
    _ table: KeyTable, folder: String, site: SiteName
  ) throws -> (addition: Edit.Addition, origin: VectorOrigin?) {
    let keys = try map(table)
    let chosen = try keys.exactlyOne(of: ["from", "file", "vector", "values"])
    if chosen.key != "vector" { try keys.refuse(["anywhere"], with: chosen.key) }
    if chosen.key != "values" { try keys.refuse(["layers"], with: chosen.key) }
    if chosen.key == "from" { try keys.refuse(["norm"], with: chosen.key) }
    var direction: Edit.Direction
    var origin: VectorOrigin?
    switch chosen.key {
    case "from":
      let word = try chosen.field.choice(of: ["difference", "example-difference"])
      direction = word == "difference" ? .difference : .exampleDifference
    case "vector":
      let (vector, from) = try chosen.field.steeringVector(keys["anywhere"], folder: folder, site: site)
      direction = vector.direction
      origin = from
    case "values": direction = try chosen.field.writtenVectors(keys["layers"])
    default:
      let (rows, layers, from) = try chosen.field.vectorRows(folder: folder)
      direction = .vectors(rows, layers: layers)
      origin = from
    }
    if let norm = keys["norm"] { direction = try norm.rescaled(direction, folder: folder, site: site) }
    let coefficients = try keys["coefficient"].map { try $0.oneOrMore(of: "numbers").map { try $0.float() } } ?? [1]
    return (Edit.Addition(direction, coefficients: coefficients), origin)
  }

  /// A vector for all layers, or one per layer.
  /// - Parameter table: the available keys.
  fileprivate func direction(
    _ table: KeyTable, folder: String, site: SiteName
  ) throws -> (vectors: [[Float]], layers: [Int]?, origin: VectorOrigin?) {
    let keys = try map(table)
    let chosen = try keys.exactlyOne(of: ["file", "vector", "values"])
    if chosen.key != "values" { try keys.refuse(["layers"], with: chosen.key) }
    guard chosen.key == "vector" else {
      try keys.refuse(["anywhere"], with: chosen.key)
      if chosen.key == "values" {
        guard case .vectors(let vectors, let layers) = try chosen.field.writtenVectors(keys["layers"]) else {
          throw chosen.field.error(.sequenceHasNoDirection)
        }
        return (vectors, layers, nil)
      }
      let (rows, layers, origin) = try chosen.field.vectorRows(folder: folder)
      return (rows, layers, origin)
    }
    let (vector, origin) = try chosen.field.steeringVector(keys["anywhere"], folder: folder, site: site)
    guard !vector.isSequence else { throw chosen.field.error(.sequenceHasNoDirection) }
    return (vector.values.map { $0[0] }, vector.layers, origin)
  }

  /// A vector file's vector, or the direction of an analysis.
  func writtenVector(folder: String, site: SiteName, allowsMismatch: Bool) throws -> WrittenVector {
    do {
      if case .map = try content() {
        return WrittenVector(try foundDirection(folder: folder).vector(at: site, allowingMismatch: allowsMismatch))
      }
      return try WrittenVector(path: resolvedPath(try nonEmptyText(), relativeTo: folder))
    } catch {
      throw ExperimentError.wrapping(error, at: place)
    }
  }

  /// A direction found by an analysis.
  private func foundDirection(folder: String) throws -> FoundDirection {
    let keys = try map(.found)
    // Numbers are accepted like texts: 0 for the first component, -1 for the last token.
    func label(_ field: Field) throws -> String {
      if case .integer(let number) = try field.content() { return "\(number)" }
      return try field.nonEmptyText()
    }
    return FoundDirection(
      file: resolvedPath(try keys.required("analysis").nonEmptyText(), relativeTo: folder),
      study: try keys.required("study").nonEmptyText(), direction: try label(keys.required("direction")),
      pairs: try keys["pairs"]?.integer(), position: try keys["position"].map(label),
      source: try keys["source"].map(label))
  }

  /// The vectors of a `.npy`, `.json` or `.gguf` file, and the layers that they are for.
  private func vectorRows(folder: String) throws -> (rows: [[Float]], layers: [Int]?, origin: VectorOrigin?) {
    do {
      let vectors = try VectorFile(path: resolvedPath(try nonEmptyText(), relativeTo: folder))
      let origin = vectors.note.map { VectorOrigin(model: "", modelSHA256: nil, note: $0, place: place) }
      return (vectors.rows, vectors.layers, origin)
    } catch let error as ExperimentError where error.kind != .badData {
      throw ExperimentError.nested(place, error.kind, error.message)
    }
  }

  /// The vector of a vector file and, if it must fit the model, which model that is.
  package func steeringVector(
    _ anywhere: Field?, folder: String, site: SiteName
  ) throws -> (vector: SteeringVector, origin: VectorOrigin?) {
    let allowsMismatch = try anywhere?.flag() ?? false
    let written = try writtenVector(folder: folder, site: site, allowsMismatch: allowsMismatch)
    let vector = written.vector
    guard allowsMismatch || vector.site == site.rawValue else {
      throw error(.vectorOfOtherSite(found: vector.site, site: site.rawValue))
    }
    let sha256 = allowsMismatch ? nil : written.modelSHA256
    guard sha256 != nil || written.note != nil else { return (vector, nil) }
    return (vector, VectorOrigin(model: vector.model, modelSHA256: sha256, note: written.note, place: place))
  }
}

/// An edit as written in a file.
package struct WrittenEdit {
  package let edit: Edit
  /// The origins of vectors that must fit the model; empty for other edits, and if any model is allowed.
  package let origins: [VectorOrigin]

  package init(_ edit: Edit) {
    self.edit = edit
    origins = []
  }

  fileprivate init<K: EditKind>(_ kind: K.Type, _ fields: EditFields) throws {
    var fields = fields
    edit = Edit(try K(reading: &fields))
    origins = fields.origins
  }
}

/// The value of an edit's key.
private struct EditFields: EditArguments {
  /// The whole edit.
  let edit: Field
  let form: EditForm
  /// nil if the edit is written as a word.
  let argument: Field?
  let folder: String
  let site: SiteName
  private(set) var origins: [VectorOrigin] = []

  init(edit: Field, form: EditForm, argument: Field?, folder: String, site: SiteName) {
    self.edit = edit
    self.form = form
    self.argument = argument
    self.folder = folder
    self.site = site
  }

  private var field: Field { argument ?? edit }

  /// The keys of the argument.
  private var table: KeyTable {
    guard let table = KeyTable.argument(of: form) else {
      preconditionFailure("an edit that reads keys has a table of them")
    }
    return table
  }

  private subscript(key: String) -> Field? { get throws { try argument?.map(table)[key] } }

  func number() throws -> Float { try field.float() }

  func number(_ key: String) throws -> Float? { try self[key]?.float() }

  func seed(_ key: String) throws -> UInt64? {
    guard let field = try self[key] else { return nil }
    let integer = try field.integer()
    guard let seed = UInt64(exactly: integer) else {
      throw field.error(.badValue(path: field.path, value: "\(integer)", expected: "0 or more"))
    }
    return seed
  }

  /// One direction, or a list of several that are added together.
  mutating func additions() throws -> [Edit.Addition] {
    let table = table
    let fields = if case .list = try field.content() { try field.list(of: "directions") } else { [field] }
    let written = try fields.map { try $0.addition(table, folder: folder, site: site) }
    origins += written.compactMap(\.origin)
    return written.map(\.addition)
  }

  mutating func vectors() throws -> (vectors: [[Float]], layers: [Int]?) {
    let (vectors, layers, origin) = try field.direction(table, folder: folder, site: site)
    origins += origin.map { [$0] } ?? []
    return (vectors, layers)
  }

  func wrong(_ value: String, expected: String) -> any Error {
    field.error(.badValue(path: field.path, value: value, expected: expected))
  }
}

/// The model that a vector was made with, and how the vector was read.
public struct VectorOrigin: Sendable, Hashable {
  public let model: String
  /// nil if any model is allowed, or the file does not record it.
  public let modelSHA256: String?
  /// A remark on how the file was read.
  public var note: String?
  /// Where the vector is requested.
  public let place: Place
}
