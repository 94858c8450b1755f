import ActivationStore
import ModelGraph

/// A cache file under the name given to it by an analysis.
public struct ActivationCache: Sendable {
  public let name: String
  /// The name that it shares with caches made at the same time from other models; otherwise its own name.
  public let family: String
  public let reader: CacheReader
  /// One for each example of the file.
  public let prompts: [PromptRow]
  public let modelSHA256: String
  /// Whether tokens are words without the spaces between them; nil if no prompt shows it.
  let tokensAreWords: Bool?

  /// - Throws: `StoreError`.
  public init(name: String, family: String? = nil, file: String) throws {
    self.name = name
    self.family = family ?? name
    reader = try CacheReader(file)
    prompts = try reader.prompts()
    tokensAreWords = Self.tokensAreWords(prompts)
    modelSHA256 = try reader.header().modelSHA256
  }

  private static func tokensAreWords(_ prompts: [PromptRow]) -> Bool? {
    let tokens = prompts.lazy.flatMap { ($0.cleanTokenStrings ?? []) + ($0.corruptedTokenStrings ?? []) }
    if tokens.contains(where: { $0.contains(" ") }) { return false }
    let isSpaced = prompts.contains { prompt in
      prompt.cleanTokenStrings != nil && prompt.text?.split(separator: " ").count ?? 0 > 1
    }
    return isSpaced ? true : nil
  }

  /// The file's path.
  public var file: String { reader.store.path }

  /// Whether an activation has one vector per token or example.
  /// - Throws: `StoreError.missing`.
  func hasVectors(_ hook: HookName) throws -> Bool {
    if case .perPair = try reader.layout(of: hook) { false } else { true }
  }
}
