import Diagnostics
import Foundation

extension CheckpointFolder {
  /// The tokens that end a text, as the model's files name them: `eos_token_id` of `generation_config.json` or, where that says nothing, of
  /// `config.json`; one id or a list. Of a GGUF file those that its metadata name. Empty where nothing does.
  /// - Throws: a `CheckpointError` that names the file and the key.
  public func endsOfText() throws -> Set<Int32> {
    let key = "eos_token_id"
    if let gguf { return try gguf.settings.tokenIDs(key) ?? [] }
    let file = "generation_config.json"
    let path = configPath.hasSuffix("/config.json") ? "\(configPath.dropLast("config.json".count))\(file)" : file
    if FileManager.default.fileExists(atPath: path),
      let ends = try Config(readJSONObject(path), file: path).tokenIDs(key)
    {
      return ends
    }
    return try Config(config, file: configPath).tokenIDs(key) ?? []
  }
}
