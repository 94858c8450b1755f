import Diagnostics
import Foundation
import Tokenization

/// Files that lie beside the package rather than in it; tests that need them are skipped where they are absent.
enum SharedFiles {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared").path

  static let gpt2 = root + "/models/gpt2-tokenizer"
  static let stories = root + "/models/stories260K"

  static func exist(_ paths: String...) -> Bool {
    paths.allSatisfy { FileManager.default.fileExists(atPath: $0) }
  }

  static func golden(_ name: String) -> String { "\(root)/golden/tokenizers/\(name).jsonl" }

  static let haveGPT2 = exist(gpt2 + "/tokenizer.json", golden("gpt2"))
  static let haveStories = exist(stories + "/tokenizer.json", golden("stories260K"))
}

/// One line of a golden file: what the `tokenizers` library makes of a text.
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

/// A folder for the time of one test.
struct TemporaryFolder: ~Copyable {
  let path: String

  init(_ files: [String: String] = [:]) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tokenizer-\(UUID().uuidString)")
    path = folder.path
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, text) in files { try Data(text.utf8).write(to: folder.appendingPathComponent(name)) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Strings as their UTF-8 bytes, because Swift takes composed and decomposed letters for equal and a tokenizer must not.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
