import ActivationStore
import Diagnostics
import Interventions

extension Field {
  private static let editWords = ["patch", "zero", "mean", "resample"]

  /// A word (`zero`) or a map with one key (`scale: 2`).
  /// - Parameters:
  ///   - folder: what vector files are relative to.
  ///   - site: what is edited.
  func edit(folder: String, site: SiteName) throws -> WrittenEdit {
    if case .text(let word) = try content() {
      switch word {
      case "patch": return WrittenEdit(.patch)
      case "zero": return WrittenEdit(.zero)
      case "mean": return WrittenEdit(.mean)
      case "resample": return WrittenEdit(.resample(seed: 0))
      case "scale": throw error(.editNeedsArgument(path: path, edit: word, example: "{scale: 2}"))
      case "add": throw error(.editNeedsArgument(path: path, edit: word, example: "{add: {from: difference}}"))
      default: throw error(.unknownWord(path: path, word: word, known: Self.editWords + ["scale", "add"]))
      }
    }
    let keys = try map(.edit)
    let chosen = try keys.exactlyOne(of: KeyTable.edit.keys.map(\.name))
    switch chosen.key {
    case "scale": return WrittenEdit(.scale(try chosen.field.float()))
    case "resample": return WrittenEdit(.resample(seed: try chosen.field.seed()))
    default: return try chosen.field.addition(folder: folder, site: site)
    }
  }

  private func seed() throws -> UInt64 {
    guard let field = try map(.resample)["seed"] else { return 0 }
    let integer = try field.integer()
    guard let seed = UInt64(exactly: integer) else {
      throw field.error(.badValue(path: field.path, value: "\(integer)", expected: "0 or more"))
    }
    return seed
  }

  private func addition(folder: String, site: SiteName) throws -> WrittenEdit {
    let keys = try map(.add)
    let direction: Edit.Direction
    var origin: VectorOrigin?
    let chosen = try keys.exactlyOne(of: ["from", "file", "vector"])
    if chosen.key != "vector" { try keys.refuse(["anywhere"], beside: chosen.key) }
    switch chosen.key {
    case "from":
      _ = try chosen.field.choice(of: ["difference"])
      direction = .difference
    case "vector":
      let isAnywhere = try keys["anywhere"].map { try $0.flag() } ?? false
      let vector = try chosen.field.steeringVector(folder: folder)
      guard isAnywhere || vector.site == site.rawValue else {
        throw chosen.field.error(.vectorOfOtherSite(found: vector.site, site: site.rawValue))
      }
      direction =
        vector.isSequence
        ? .sequences(vector.values, layers: vector.layers)
        : .vectors(vector.values.map { $0[0] }, layers: vector.layers)
      if !isAnywhere {
        origin = VectorOrigin(model: vector.model, modelSHA256: vector.modelSHA256, place: chosen.field.place)
      }
    default:
      let vectors: VectorFile
      do {
        vectors = try VectorFile(path: resolvedPath(try chosen.field.nonEmptyText(), relativeTo: folder))
      } catch let error as ExperimentError where error.kind != .badData {
        throw ExperimentError.nested(chosen.field.place, error.kind, error.message)
      }
      direction = .vectors(vectors.rows, layers: vectors.isByLayer ? Array(vectors.rows.indices) : nil)
    }
    let coefficients = try keys["coefficient"].map { try $0.oneOrMore(of: "numbers").map { try $0.float() } } ?? [1]
    return WrittenEdit(.add(direction, coefficients: coefficients), origin: origin)
  }

  private func steeringVector(folder: String) throws -> SteeringVector {
    do {
      return try SteeringVector(file: resolvedPath(try nonEmptyText(), relativeTo: folder))
    } catch {
      throw ExperimentError.wrapping(error, at: place)
    }
  }
}

/// An edit as a file has it.
struct WrittenEdit {
  let edit: Edit
  /// Of a vector that is to fit the model; nil for other edits, and where any model will do.
  let origin: VectorOrigin?

  init(_ edit: Edit, origin: VectorOrigin? = nil) {
    self.edit = edit
    self.origin = origin
  }
}

/// The model that a vector was made with.
public struct VectorOrigin: Sendable, Hashable {
  public let model: String
  public let modelSHA256: String
  /// Where the vector is asked for.
  public let place: Place
}
