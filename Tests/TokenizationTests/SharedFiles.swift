import Diagnostics
import Foundation
import TestSupport
import Tokenization

/// Tokenizers, and the results of the `tokenizers` library for texts.
enum SharedFiles {
  static let gpt2 = SharedFolder.path("models/gpt2-tokenizer")
  static let stories = SharedFolder.path("models/stories260K")

  static func golden(_ name: String) -> String { SharedFolder.path("golden/tokenizers/\(name).jsonl") }
}

/// One line of a golden file: a text and the result of the `tokenizers` library.
struct GoldenLine {
  let text: String
  let ids: [Int32]
  let decoded: String

  static func read(_ path: String) throws -> [GoldenLine] {
    let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
    return try bytes.split(separator: 0x0A).map { line in
      let value = try JSONValue(parsing: Array(line))
      return GoldenLine(
        text: value["text"]?.stringValue ?? "",
        ids: (value["ids"]?.arrayValue ?? []).compactMap { $0.integerValue.map(Int32.init) },
        decoded: value["decoded"]?.stringValue ?? "")
    }
  }
}

/// Strings as their UTF-8 bytes, because Swift treats composed and decomposed letters as equal and a tokenizer must
/// not.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
