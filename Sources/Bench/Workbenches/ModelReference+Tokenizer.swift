import Checkpoints
import Tokenization

extension ModelReference {
  /// The model's tokenizer: for a folder, its `tokenizer.json` or older files; for a GGUF file, the one that its
  /// metadata describes. nil if there is none and prompts are token ids.
  /// - Throws: `ExperimentError.noSuchBundledModel`, `CheckpointError`, `TokenizerError`.
  package func tokenizer() throws -> Tokenizer? {
    let path = try folder()
    guard let file = try CheckpointFolder.ggufFile(at: path) else { return try Tokenizer.load(folder: path) }
    return try GGUFFile(path: file).vocabulary().map { try Tokenizer(gguf: $0, file: file) }
  }
}

extension GGUFFile {
  /// The tokenizer's metadata; nil if there is none.
  /// - Throws: `CheckpointError` for a value of the wrong type, or an invalid id.
  func vocabulary() throws(CheckpointError) -> GGUFVocabulary? {
    func key(_ name: String) -> String { "tokenizer.ggml.\(name)" }
    guard let model = try text(key("model")) else { return nil }
    guard let tokens = try texts(key("tokens")) else { throw .missingConfigKey(key: key("tokens"), file: path) }
    return GGUFVocabulary(
      model: model, pre: try text(key("pre")), tokens: tokens, scores: try floats(key("scores")),
      tokenTypes: try integers(key("token_type"))?.map { Int32(truncatingIfNeeded: $0) },
      merges: try texts(key("merges")), bosID: try integer(key("bos_token_id")),
      eosID: try integer(key("eos_token_id")),
      unkID: try integer(key("unknown_token_id")), padID: try integer(key("padding_token_id")),
      addBOS: try flag(key("add_bos_token")), addEOS: try flag(key("add_eos_token")),
      addSpacePrefix: try flag(key("add_space_prefix")), chatTemplate: try text("tokenizer.chat_template"))
  }
}
