import Diagnostics
import Foundation

extension CheckpointFolder {
  /// The tokens that end a text according to the model's files: `eos_token_id`, one id or a list, of
  /// `generation_config.json` or, if that has none, of `config.json`; for a GGUF file, those in its metadata. Empty if
  /// there are none.
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
