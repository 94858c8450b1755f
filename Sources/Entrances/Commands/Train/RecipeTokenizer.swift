import Datasets
import Diagnostics
import ExperimentFile
import Foundation
import Tokenization

/// The tokenizer of a recipe and its files.
struct RecipeTokenizer {
  let tokenizer: Tokenizer
  let files: [(name: String, bytes: [UInt8])]
  /// Differs if the files do.
  let description: String

  private static let names = [
    "tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json",
    "added_tokens.json",
  ]

  /// - Parameters:
  ///   - field: a folder; nil for the grammar's own tokenizer.
  /// - isGrammar: whether the text is the grammar's.
  ///   - folder: the folder that the field's path is relative to.
  init(_ field: Field?, isGrammar: Bool, folder: String, at place: Place) throws {
    guard let field else {
      guard isGrammar else {
        throw ExperimentError.inFile(
          place,
          .missingKey(key: "tokenizer", of: "", meaning: "a folder with a tokenizer; only the grammar has its own"))
      }
      let json = Array(GrammarTokenizer.json().utf8)
      let configuration = Array("{\"eos_token\": \"\(GrammarTokenizer.endOfText)\"}\n".utf8)
      tokenizer = try Tokenizer(json: json, configuration: configuration)
      files = [("tokenizer.json", json), ("tokenizer_config.json", configuration)]
      description = "the grammar's tokenizer \(fingerprint(files.map(\.bytes)))"
      return
    }
    let path = resolvedPath(try field.nonEmptyText(), relativeTo: folder)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      throw ExperimentError.nested(field.place, .inputNotFound, "\(visible(path)): no such folder")
    }
    do {
      guard let found = try Tokenizer.load(folder: path) else {
        throw field.error(
          .badValue(path: field.path, value: quoted(path), expected: "a folder with a tokenizer.json"))
      }
      tokenizer = found
    } catch {
      throw ExperimentError.wrapping(error, at: field.place)
    }
    files = try Self.names.filter { FileManager.default.fileExists(atPath: "\(path)/\($0)") }.map {
      ($0, try readBytes("\(path)/\($0)"))
    }
    description = "tokenizer \(fingerprint(files.map(\.bytes)))"
  }
}

/// A short number that distinguishes contents (FNV-1a, 64 bits).
func fingerprint(_ parts: some Sequence<[UInt8]>) -> String {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for part in parts {
    for byte in part { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    hash = (hash ^ 0xFFFF) &* 0x100_0000_01B3
  }
  return String(hash, radix: 16)
}
