import Diagnostics
import Interventions

extension Field {
  private static let editWords = ["patch", "zero", "mean", "resample"]

  /// A word (`zero`) or a map with one key (`scale: 2`).
  /// - Parameter folder: what vector files are relative to.
  func edit(folder: String) throws -> Edit {
    if case .text(let word) = try content() {
      switch word {
      case "patch": return .patch
      case "zero": return .zero
      case "mean": return .mean
      case "resample": return .resample(seed: 0)
      case "scale": throw error(.editNeedsArgument(path: path, edit: word, example: "{scale: 2}"))
      case "add": throw error(.editNeedsArgument(path: path, edit: word, example: "{add: {from: difference}}"))
      default: throw error(.unknownWord(path: path, word: word, known: Self.editWords + ["scale", "add"]))
      }
    }
    let keys = try map(.edit)
    let chosen = try keys.exactlyOne(of: KeyTable.edit.keys.map(\.name))
    switch chosen.key {
    case "scale": return .scale(try chosen.field.float())
    case "resample": return .resample(seed: try chosen.field.seed())
    default: return try chosen.field.addition(folder: folder)
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

  private func addition(folder: String) throws -> Edit {
    let keys = try map(.add)
    let direction: Edit.Direction
    let chosen = try keys.exactlyOne(of: ["from", "file"])
    if chosen.key == "from" {
      _ = try chosen.field.choice(of: ["difference"])
      direction = .difference
    } else {
      let vectors: VectorFile
      do {
        vectors = try VectorFile(path: resolvedPath(try chosen.field.nonEmptyText(), relativeTo: folder))
      } catch let error as ExperimentError where error.kind != .badData {
        throw ExperimentError.nested(chosen.field.place, error.kind, error.message)
      }
      direction = .vectors(vectors.rows, layers: vectors.isByLayer ? Array(vectors.rows.indices) : nil)
    }
    let coefficients = try keys["coefficient"].map { try $0.oneOrMore(of: "numbers").map { try $0.float() } } ?? [1]
    return .add(direction, coefficients: coefficients)
  }
}
