extension Schema {
  /// The model's inputs, in results and caches.
  public static let prompts = Section("/prompts")

  /// Datasets of `/prompts`.
  public enum Prompts {
    /// [example, position] int32, -1 beyond a prompt's length; likewise `corruptedTokens`.
    public static let cleanTokens = "clean_tokens"
    public static let corruptedTokens = "corrupted_tokens"
    /// [example] int32
    public static let lengths = "lengths"
    /// [example] int32, -1 where a prompt has none; likewise `wrongToken`.
    public static let answerToken = "answer_token"
    public static let wrongToken = "wrong_token"
    /// [example, position] text; likewise `corruptedTokenStrings`.
    public static let cleanTokenStrings = "clean_token_strings"
    public static let corruptedTokenStrings = "corrupted_token_strings"
    /// [example] text, the prompt as given.
    public static let text = "text"
    /// [example] text, the class of the prompt.
    public static let label = "label"

    /// The prefix of other labels' datasets: `label_subject`.
    public static let labelPrefix = "label_"

    /// The dataset of a label: `label` itself, or `label_KEY`.
    public static func dataset(ofLabel key: String) -> String { key == label ? label : labelPrefix + key }

    /// The label that a dataset holds; nil if it holds something else.
    public static func label(ofDataset name: String) -> String? {
      if name == label { return name }
      return name.hasPrefix(labelPrefix) ? String(name.dropFirst(labelPrefix.count)) : nil
    }
  }
}
