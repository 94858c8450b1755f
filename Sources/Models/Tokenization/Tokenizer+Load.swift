import Diagnostics
import Foundation

extension Tokenizer {
  /// Loads the tokenizer of a model's folder: `tokenizer.json`, or else GPT-2's `vocab.json` and `merges.txt`. With
  /// either, `tokenizer_config.json` may define what starts and ends a text.
  ///
  /// - Returns: nil if the folder has none of these files, for models that do not take text.
  /// - Throws: `folderNotFound`, `mergesMissing` and `vocabularyMissing`, and every error about the contents.
  public static func load(folder: String) throws(TokenizerError) -> Tokenizer? {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
      throw .folderNotFound(folder)
    }
    func path(_ name: String) -> String { folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)" }
    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    let configuration = try configuration(root: { file throws(TokenizerError) in
      exists(file) ? try root(of: path(file)) : nil
    })
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

  /// Loads a single tokenizer.json.
  public static func load(file: String) throws(TokenizerError) -> Tokenizer {
    guard FileManager.default.fileExists(atPath: file) else { throw .fileNotFound(file) }
    return try Tokenizer(tokenizerJSON: try root(of: file), configuration: TokenizerConfiguration())
  }

  /// Reads the text of a tokenizer.json.
  /// - Parameter configuration: the text of its tokenizer_config.json.
  /// - Parameter file: the name of the file in messages.
  public init(
    json: [UInt8], configuration: [UInt8]? = nil, file: String = "tokenizer.json"
  ) throws(TokenizerError) {
    var read = TokenizerConfiguration()
    if let configuration {
      read = try TokenizerConfiguration(Self.parse(configuration, file: "tokenizer_config.json"))
    }
    try self.init(tokenizerJSON: Self.parse(json, file: file), configuration: read)
  }

  /// The contents of the files other than the vocabulary.
  private static func configuration(
    root: (String) throws(TokenizerError) -> JSONField?
  ) throws(TokenizerError) -> TokenizerConfiguration {
    var configuration = TokenizerConfiguration()
    if let field = try root("tokenizer_config.json") { configuration = try TokenizerConfiguration(field) }
    if let field = try root("config.json") { try configuration.readModel(field) }
    if let field = try root("special_tokens_map.json") { try configuration.readSpecialTokensMap(field) }
    if let field = try root("added_tokens.json") { try configuration.readAddedTokens(field) }
    return configuration
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
    // tokenizer.json itself defines what starts and ends a text: `add_bos_token` and `add_eos_token` of other files are
    // ignored.
    parts.postProcessor.isDecided = true
    if let known = configuration.tokenizerClass {
      if known.replacesPostProcessor { parts.postProcessor = PostProcessor(isDecided: true) }
      let addsPrefixSpace = configuration.addsPrefixSpace ?? false
      parts.preTokenizer = try parts.preTokenizer?.prefixingSpace(addsPrefixSpace) { () throws(TokenizerError) in
        throw .unsupportedOption(
          file: configuration.file, path: "add_prefix_space", value: "true",
          supported: "true with a pre-tokenizer that is ByteLevel, or Split and ByteLevel; \(root.file) has another")
      }
    }
    try self.init(parts)
  }

  /// `vocab.json` and `merges.txt`: a byte-level BPE whose steps are defined only by the class that reads it, which is
  /// GPT-2's by default.
  private init(
    vocabulary root: JSONField, merges: [UInt8], mergesFile: String, configuration: TokenizerConfiguration
  ) throws(TokenizerError) {
    if let name = configuration.className, configuration.tokenizerClass == nil {
      let names = TokenizerClass.all.map(\.name).joined(separator: ", ")
      throw .unsupportedOption(
        file: configuration.file, path: "tokenizer_class", value: name,
        supported: "\(names) with vocab.json and merges.txt, and any class with a tokenizer.json; "
          + "save_pretrained of transformers writes one")
    }
    let vocabulary = try Vocabulary(root)
    let model = try BytePairModel(vocabulary: vocabulary, mergesFile: merges, file: mergesFile)
    var parts = TokenizerParts(file: root.file, model: .bytePair(model))
    parts.configuration = configuration
    parts.configuration.tokenizerClass = configuration.tokenizerClass ?? TokenizerClass.gpt2
    let known = configuration.tokenizerClass ?? TokenizerClass.gpt2
    parts.normalizer = known.normalizer
    parts.preTokenizer = known.preTokenizer(addsPrefixSpace: configuration.addsPrefixSpace ?? false)
    parts.decoder = .byteLevel
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
