import ArgumentParser
import Commands
import Execution
import Workbenches

struct GenerateArguments: ConsoleCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Continue a prompt, with and without edited activations.",
    discussion: """
      Vectors are files of `patchbay vector`, written FILE.h5:COEFFICIENT@SITE.LAYER; several --add are added up. \
      Other edits are written SITE.LAYER.HEAD: EDIT, with EDIT as in an experiment's sweeps; several --edit are \
      applied in order. The text without them is generated next to it, with a bar where the two diverge. \
      Documentation/steering.md has the definitions.

      Example: patchbay generate bundled:ioi --prompt "In the room the ring was old. The ring" --add activations/mind.h5:2@resid_post.3 --positions all
      Example: patchbay generate bundled:ioi --prompt "When Mary and John went to the store, John gave a drink to" --edit "z.1.0: zero"
      """)

  @Argument(help: "A folder in Hugging Face layout, a .gguf file, or bundled:NAME.")
  var model: String
  @Option(parsing: .unconditional, help: "The prompt.")
  var prompt: String?
  @Option(help: "The prompt as token ids, such as 464,2068, for folders without a tokenizer.")
  var promptTokens: TokenList?
  @Option(
    name: .customLong("add"),
    help: ArgumentHelp(
      "A vector to add. Layers: .3, .2..5 or .all; optional if the file has only one. The default site is the vector's own, the default coefficient 1.",
      valueName: "FILE:COEFFICIENT@SITE"))
  var additions: [String] = []
  @Option(
    name: .customLong("edit"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "An edit, such as 'z.9.6: zero', 'resid_post.3: {project_out: {vector: mind.h5}}' or 'mlp_post.all: {clamp: {min: 0}}'. Layers and heads: 3, 2..5 or all.",
      valueName: "SITE.LAYER.HEAD: EDIT"))
  var edits: [String] = []
  @Option(
    help:
      "Where they hold: answer (the prompt's last token and all new ones, as in CAA), after (new tokens only), prompt or all; without it, vectors are added at answer and other edits hold everywhere. Vectors of the method difference have their own places, from the prompt's first token on."
  )
  var positions: SteeredPositions?
  @Option(name: .customLong("tokens"), help: "How many tokens to generate.")
  var count = 40
  @Option(help: "Draw tokens from softmax(logits / temperature); without it, take the most likely token.")
  var temperature: Double?
  @Option(name: .customLong("top-k"), help: "Draw only from this many of the most likely tokens.")
  var topK: Int?
  @Option(help: "The seed for drawing tokens.")
  var seed: UInt64?
  @Flag(name: .customLong("anywhere"), help: "Also add vectors of another model or site.")
  var allowsMismatch = false
  @Flag(
    name: .customLong("json"), help: "Write JSON: tokens, strings, texts, edits, and where the two diverge."
  )
  var isJSON = false
  @Option(help: "Whether to put the beginning-of-text token first; auto: as the tokenizer does.")
  var prependBos = PrependBOS.automatic
  @OptionGroup var console: ConsoleOptions

  func work(on console: Console) async throws {
    if prompt != nil, promptTokens != nil { throw wrong("give either --prompt or --prompt-tokens, not both") }
    guard let prompt = prompt.map(PromptSpec.Prompt.text) ?? promptTokens.map({ .tokens($0.tokens) }) else {
      throw wrong("give a prompt with --prompt or --prompt-tokens")
    }
    if count < 1 { throw wrong("--tokens must be 1 or more") }
    let additions = try additions.map { argument -> SteeringAddition in
      guard let addition = SteeringAddition(argument: argument) else {
        throw wrong("--add '\(argument)' is not of the form FILE:COEFFICIENT@SITE, such as mind.h5:2@resid_post.3")
      }
      return addition
    }
    if positions != nil, additions.isEmpty, edits.isEmpty {
      throw wrong("--positions says where edits apply; give --add or --edit too")
    }
    try await GenerateCommand(
      model: model, prompt: prompt, additions: additions,
      edits: try edits.map { try TextEdit(argument: $0, folder: ".") }, positions: positions, count: count,
      sampling: try sampling(), allowsMismatch: allowsMismatch, isJSON: isJSON, prependBOS: prependBos
    ).run(on: console)
  }

  private func sampling() throws -> Sampling {
    guard let temperature else {
      if topK != nil || seed != nil { throw wrong("--top-k and --seed are for drawing; give --temperature too") }
      return .greedy
    }
    guard temperature > 0, temperature.isFinite else {
      throw wrong("--temperature must be above 0; leave it out to take the most likely token")
    }
    if let topK, topK < 1 { throw wrong("--top-k must be 1 or more") }
    return .drawn(temperature: temperature, topK: topK, seed: seed ?? 0)
  }

  private func wrong(_ problem: String) -> UsageError { UsageError(problem, command: "generate") }
}
