import Diagnostics
import Foundation

extension Tokenizer {
  /// Loads the tokenizer of a model's folder: `tokenizer.json`, or else GPT-2's `vocab.json` and `merges.txt`; beside either,
  /// `tokenizer_config.json` may say what begins and ends a text.
  ///
  /// - Returns: nil when the folder has none of these files, for models that do not read text.
  /// - Throws: `folderNotFound`, `mergesMissing` and `vocabularyMissing`, and every error about the contents.
  public static func load(folder: String) throws(TokenizerError) -> Tokenizer? {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
      throw .folderNotFound(folder)
    }
    func path(_ name: String) -> String { folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)" }
    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    let configuration =
      exists("tokenizer_config.json")
      ? try TokenizerConfiguration(root(of: path("tokenizer_config.json"))) : TokenizerConfiguration()
    if exists("tokenizer.json") {
      return try Tokenizer(
        tokenizerJSON: try root(of: path("tokenizer.json")), configuration: configuration)
    }
    switch (exists("vocab.json"), exists("merges.txt")) {
    case (false, false): return nil
    case (true, false): throw .mergesMissing(folder: folder)
    case (false, true): throw .vocabularyMissing(folder: folder)
    case (true, true):
      return try Tokenizer(
        vocabulary: try root(of: path("vocab.json")), merges: try contents(of: path("merges.txt")),
        mergesFile: path("merges.txt"), configuration: configuration)
    }
  }

  /// Loads one tokenizer.json by itself.
  public static func load(file: String) throws(TokenizerError) -> Tokenizer {
    guard FileManager.default.fileExists(atPath: file) else { throw .fileNotFound(file) }
    return try Tokenizer(tokenizerJSON: try root(of: file), configuration: TokenizerConfiguration())
  }

  /// Reads the text of a tokenizer.json.
  /// - Parameter configuration: the text of its tokenizer_config.json.
  /// - Parameter file: what messages call the file.
  public init(
    json: [UInt8], configuration: [UInt8]? = nil, file: String = "tokenizer.json"
  ) throws(TokenizerError) {
    var read = TokenizerConfiguration()
    if let configuration {
      read = try TokenizerConfiguration(Self.parse(configuration, file: "tokenizer_config.json"))
    }
    try self.init(tokenizerJSON: Self.parse(json, file: file), configuration: read)
  }

  private init(tokenizerJSON root: JSONField, configuration: TokenizerConfiguration) throws(TokenizerError) {
    var parts = TokenizerParts(file: root.file, model: try TokenizerModel(try root.required("model")))
    if let field = try root.member("normalizer") { parts.normalizer = try Normalizer(field) }
    if let field = try root.member("pre_tokenizer") { parts.preTokenizer = try PreTokenizer(field) }
    if let field = try root.member("post_processor") { parts.postProcessor = try PostProcessor(field) }
    if let field = try root.member("decoder") { parts.decoder = try TokenDecoder(field) }
    if let field = try root.member("added_tokens") {
      for element in try field.elements() { parts.addedTokens.append(try AddedToken(element)) }
    }
    parts.configuration = configuration
    try self.init(parts)
  }

  /// GPT-2's two files: a byte-level BPE whose steps are not written down anywhere but in GPT-2 itself.
  private init(
    vocabulary root: JSONField, merges: [UInt8], mergesFile: String, configuration: TokenizerConfiguration
  ) throws(TokenizerError) {
    let vocabulary = try Vocabulary(root)
    let model = try BytePairModel(vocabulary: vocabulary, mergesFile: merges, file: mergesFile)
    var parts = TokenizerParts(file: root.file, model: .bytePair(model))
    parts.preTokenizer = .byteLevel(addsPrefixSpace: configuration.addsPrefixSpace ?? false, pattern: .gpt2)
    parts.decoder = .byteLevel
    parts.addedTokens = configuration.addedTokens
    // The files do not say which tokens are special; the configuration's names and GPT-2's only one are.
    let named = [configuration.beginningOfText, configuration.endOfText, configuration.unknownToken, "<|endoftext|>"]
    for case let name? in named {
      guard let id = vocabulary.id(of: name), !parts.addedTokens.contains(where: { $0.id == id }) else { continue }
      parts.addedTokens.append(AddedToken(id: id, content: name))
    }
    parts.configuration = configuration
    try self.init(parts)
  }

  private static func root(of file: String) throws(TokenizerError) -> JSONField {
    try parse(try contents(of: file), file: file)
  }

  private static func parse(_ bytes: [UInt8], file: String) throws(TokenizerError) -> JSONField {
    do {
      return JSONField(value: try JSONValue(parsing: bytes), file: file, path: "")
    } catch {
      throw .brokenJSON(file: file, error)
    }
  }

  private static func contents(of file: String) throws(TokenizerError) -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: file) else { throw .unreadable(file: file) }
    return Array(data)
  }
}
