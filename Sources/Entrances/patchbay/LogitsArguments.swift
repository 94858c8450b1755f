import ArgumentParser
import Commands
import Workbenches

struct LogitsArguments: ConsoleCommand {
  static let configuration = CommandConfiguration(
    commandName: "logits",
    abstract: "Show what a model predicts, and where in its residual stream two prompts diverge.",
    discussion: """
      With --prompt alone: the top tokens, and how each token of the prompt was predicted by those before it. With \
      --against: the top tokens of both prompts side by side, and how the answer changes in the run of --prompt when \
      resid_pre is patched from the --against run, position by position and layer by layer (rank 0 is the top).

      Example: patchbay logits models/gpt2 --prompt "When Mary and John went to the store, John gave a drink to" \
      --against "When Mary and John went to the store, Mary gave a drink to" --answer " Mary"
      """)

  @Argument(help: "A folder in Hugging Face layout, a .gguf file, or bundled:NAME.")
  var model: String
  @Option(parsing: .unconditional, help: "The prompt.")
  var prompt: String?
  @Option(help: "The prompt as token ids, such as 464,2068, for folders without a tokenizer.")
  var tokens: TokenList?
  @Option(
    parsing: .unconditional, help: "The prompt whose residual stream is patched into the run of --prompt; same length.")
  var against: String?
  @Option(help: "The --against prompt as token ids.")
  var againstTokens: TokenList?
  @Option(parsing: .unconditional, help: "The token to follow, one token; by default the top token of --prompt.")
  var answer: String?
  @Option(help: "The token to follow, as an id.")
  var answerToken: Int32?
  @Option(help: "How many top tokens to show.")
  var top = 10
  @Option(
    name: .customLong("layer"),
    help: "Layers to show in detail, such as 5 or 0,5,11; all in a compact table if not given.")
  var layers: LayerList?
  @Option(help: "Whether to put the beginning-of-text token first; auto: as the tokenizer does.")
  var prependBos = PrependBOS.automatic
  @OptionGroup var console: ConsoleOptions

  func work(on console: Console) async throws {
    guard let prompt = try one(prompt, tokens?.tokens, "--prompt", "--tokens") else {
      throw wrong("give a prompt with --prompt or --tokens")
    }
    let against = try one(against, againstTokens?.tokens, "--against", "--against-tokens")
    if layers != nil, against == nil { throw wrong("--layer needs --against") }
    if top < 1 { throw wrong("--top must be 1 or more") }
    if answer != nil, answerToken != nil { throw wrong("give either --answer or --answer-token, not both") }
    try await LogitsCommand(
      model: model, prompt: prompt, against: against,
      answer: answer.map(PromptSpec.Token.text) ?? answerToken.map(PromptSpec.Token.id), top: top,
      layers: layers?.layers ?? [], prependBOS: prependBos
    ).run(on: console)
  }

  /// A prompt given as text or as tokens, but not both.
  private func one(
    _ text: String?, _ tokens: [Int32]?, _ textOption: String, _ tokensOption: String
  ) throws -> PromptSpec.Prompt? {
    if text != nil, tokens != nil { throw wrong("give either \(textOption) or \(tokensOption), not both") }
    return text.map(PromptSpec.Prompt.text) ?? tokens.map(PromptSpec.Prompt.tokens)
  }

  private func wrong(_ problem: String) -> UsageError { UsageError(problem, command: "logits") }
}
