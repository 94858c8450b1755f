import Datasets
import Diagnostics
import ExperimentFile
import Tokenization
import Training

/// The text of a recipe as tokens: for training and for validation.
struct RecipeText {
  let source: TokenSource
  let validation: TokenSource
  /// Differs if the text does.
  let description: String

  /// One in this many documents is for validation.
  private static let validationShare = 50

  /// - Parameters:
  /// - data: the key `grammar` or `text` and its value.
  ///   - folder: the folder that a file's path is relative to.
  init(_ data: Field.Member, folder: String, tokenizer: Tokenizer) throws {
    let end = tokenizer.endOfText.map { [$0] } ?? []
    if data.key == "grammar" {
      let keys = try data.field.map(.recipeGrammar)
      let seed = UInt64(try keys["seed"].map { try $0.integer(from: 0) } ?? 0)
      let (text, held) = (GrammarText(seed: seed), GrammarText(seed: ~seed))
      source = TokenSource { try tokenizer.encode(text.document($0)) + end }
      validation = TokenSource { try tokenizer.encode(held.document($0)) + end }
      // The grammar may change between versions of the program.
      let beginning = fingerprint((0..<100).map { Array(text.document($0).utf8) })
      description = "grammar, seed \(seed), text \(beginning)"
      return
    }
    let file = resolvedPath(try data.field.nonEmptyText(), relativeTo: folder)
    let documents: [String]
    do {
      documents = try Self.documents(file)
    } catch let error as ExperimentError where error.kind == .inputNotFound {
      throw ExperimentError.nested(data.field.place, error.kind, error.message)
    }
    let tokens = try documents.map { try tokenizer.encode($0) + end }
    let isKept = { (index: Int) in index > 0 && index % Self.validationShare == 0 }
    let training = tokens.indices.filter { !isKept($0) }.map { tokens[$0] }
    // Too short a text has nothing to spare.
    let others = tokens.count > Self.validationShare ? tokens.indices.filter(isKept).map { tokens[$0] } : training
    source = TokenSource(count: training.count) { training[$0] }
    validation = TokenSource(count: others.count) { others[$0] }
    description = "\(tokens.count) documents, text \(fingerprint(documents.lazy.map { Array($0.utf8) }))"
  }

  /// A file's documents: its lines that are not blank, or their key `text` in a .jsonl file.
  private static func documents(_ file: String) throws -> [String] {
    // By bytes: "\r\n" is one character, and other line ends may be part of a document.
    let lines = try readText(file).utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    var documents: [String] = []
    for (index, bytes) in lines.enumerated() {
      let line = String(Substring(bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes))
      guard !line.allSatisfy(\.isWhitespace) else { continue }
      documents.append(file.hasSuffix(".jsonl") ? try text(of: line, at: Place(file: file, line: index + 1)) : line)
    }
    guard !documents.isEmpty else { throw ExperimentError.noDocuments(file: file) }
    return documents
  }

  private static func text(of line: String, at place: Place) throws -> String {
    let value: JSONValue
    do {
      value = try JSONValue(parsing: Array(line.utf8))
    } catch {
      throw ExperimentError.brokenJSON(
        file: place.file, JSONError(line: place.line, column: error.column, problem: error.problem))
    }
    guard let text = value.objectValue?["text"]?.stringValue else {
      throw ExperimentError.inFile(place, .missingKey(key: "text", of: "", meaning: "the document, as a text"))
    }
    return text
  }
}
