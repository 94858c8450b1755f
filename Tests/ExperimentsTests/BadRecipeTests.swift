import Testing

/// Each recipe is wrong in one way; the message is the whole output for the user.
@Suite struct BadRecipeTests {
  private static let data = "data: {text: text.txt}\ntokenizer: tokenizer\nsteps: 50\n"

  @Test(arguments: [
    ("", "recipe.yaml:1: the key 'model' is missing (the keys of a patchbay config.json)"),
    ("[1]", "recipe.yaml:1: the file must be a map with the keys model, data, steps and so on, not a list"),
    ("steps: [", "recipe.yaml:2: not YAML: "),
    ("model: {}\nstep: 5", "recipe.yaml:2: unknown key 'step' (did you mean 'steps'?)"),
    ("model: {}\ndata: {grammar: {}}", "recipe.yaml:1: the key 'steps' is missing (how many batches are learned from)"),
    ("model: {}\nsteps: 3", "recipe.yaml:1: the key 'data' is missing (what to train on)"),
    (
      "model: {}\ndata: {}\nsteps: 3",
      "recipe.yaml:2: exactly one of grammar, text, mazes is needed in 'data'; there is none"
    ),
    (
      "model: {}\ndata: {texts: a}\nsteps: 3",
      "recipe.yaml:2: unknown key 'texts' in 'data' (did you mean 'text'?)"
    ),
    (
      "model: {}\ndata: {text: text.txt}\nsteps: 3",
      "recipe.yaml:1: the key 'tokenizer' is missing (a folder with a tokenizer; only the grammar has its own)"
    ),
    (
      "\(RecipeDecodingTests.model)\ndata: {grammar: {seeds: 1}}\nsteps: 3",
      "recipe.yaml:2: unknown key 'seeds' in 'data.grammar' (did you mean 'seed'?)"
    ),
    (
      "model: {}\ndata: {mazes: {sizes: [3, 8]}}\nsteps: 3",
      "recipe.yaml:2: 'data.mazes.sizes[1]' is 8; it must be an odd number from 3 to 25"
    ),
    (
      "model: {}\ndata: {mazes: {sizes: []}}\nsteps: 3",
      "recipe.yaml:2: 'data.mazes.sizes' is empty; give at least one of sizes"
    ),
    (
      "model: {}\ndata: {mazes: {sizes: [3], cheese: bottom}}\nsteps: 3",
      "recipe.yaml:2: 'data.mazes.cheese': there is no 'bottom' (one of: top-right, anywhere)"
    ),
    (
      "model: {}\ndata: {mazes: {sizes: [3]}}\nsteps: 3\nbatch_tokens: 5",
      "recipe.yaml:4: 'batch_tokens' cannot be combined with 'data.mazes'"
    ),
    (
      "model: {}\ndata: {mazes: {sizes: [3]}}\nsteps: 3\ntokenizer: here",
      "recipe.yaml:4: 'tokenizer' cannot be combined with 'data.mazes'"
    ),
    (
      "model: {}\ndata: {mazes: {sizes: [3]}}\nsteps: 3\nvalidation: {tasks: [ioi]}",
      "recipe.yaml:4: 'validation.tasks' cannot be combined with 'data.mazes'"
    ),
    (
      "model: {}\ndata: {grammar: {}}\nsteps: 3\nbatch_mazes: 5",
      "recipe.yaml:4: 'batch_mazes' cannot be combined with 'data.grammar'"
    ),
    (
      "model: {num_actions: 4}\ndata: {mazes: {sizes: [3]}}\nsteps: 3",
      "recipe.yaml:1: 'model.num_actions' is 4; it must be 15, as mazes have"
    ),
    (
      "model: {scales: 1}\ndata: {mazes: {sizes: [3]}}\nsteps: 3",
      "recipe.yaml:1: model: unknown key 'scales' (did you mean 'scale'?)"
    ),
  ])
  func wholeFile(yaml: String, message: String) throws {
    let found = try RecipePlace().message(yaml)
    #expect(message.hasSuffix(": ") ? found.hasPrefix(message) : found == message, "\(found)")
    #expect(!found.contains("\n"))
  }

  @Test(arguments: [
    ("n_layers: 1", "model: no key 'd_model'"),
    (
      "n_layers: 1, n_heads: 3, d_model: 8, n_ctx: 9",
      "model: 'n_heads' is 3, expected a number that divides d_model = 8, or give d_head"
    ),
    ("n_layers: 1, n_heads: 2, d_modle: 8, n_ctx: 9", "model: unknown key 'd_modle' (did you mean 'd_model'?)"),
    ("n_layers: 1, n_heads: 2, d_model: 8", "model: no key 'n_ctx'"),
    (
      "n_layers: 1, n_heads: 2, d_model: 8, n_ctx: 9, vocab_size: 17",
      "'model.vocab_size' is the number 17; it must be 16, the number of tokens of the tokenizer; or leave it out"
    ),
    (
      "n_layers: 1, n_heads: 2, d_model: 8, n_ctx: 9, causal: false",
      "'model.causal' is false; it must be true: a model that sees the next token has nothing to predict"
    ),
    (
      "n_layers: 1, n_heads: 2, d_model: 8, n_ctx: 1",
      "'model.n_ctx' is 1; it must be 2 or more: the first token of a document has nothing to be predicted from"
    ),
    (
      "n_layers: 1, n_heads: 2, d_model: 8, n_ctx: 9, model_type: patchbai",
      "'model.model_type': there is no 'patchbai' (did you mean 'patchbay'?)"
    ),
    ("n_layers: 1, n_heads: [2], d_model: 8", "'model.n_heads' must be a single value, not a list"),
    (
      "n_layers: 1000, n_heads: 8, d_model: 1000000, n_ctx: 9",
      "'model' is a model of 12000000025 million parameters; it must be one whose training fits this machine's memory"
    ),
  ])
  func models(keys: String, message: String) throws {
    // One key per line, so that the message's line shows whether it is the culprit's.
    let found = try RecipePlace().message("model:\n  \(keys.replacing(", ", with: "\n  "))\n\(Self.data)")
    let line = found.prefix { $0 != " " }
    #expect(found == "\(line) \(message)", "\(found)")
  }

  @Test func theLineIsThatOfTheKey() throws {
    let place = try RecipePlace()
    let yaml = "model:\n  n_layers: 1\n  d_model: 8\n  n_ctx: 9\n  n_heads: 3\n\(Self.data)"
    #expect(try place.message(yaml).hasPrefix("recipe.yaml:5: model: 'n_heads' is 3"))
    #expect(
      try place.message(yaml.replacing("n_heads: 3", with: "n_heads: 2\n  causal: false")).hasPrefix("recipe.yaml:6: "))
  }

  @Test(arguments: [
    ("steps: 0", "'steps' is 0; it must be 1 or more"),
    ("steps: many", "'steps' must be a whole number, not the text 'many'"),
    ("batch_tokens: 1", "'batch_tokens' is 1; it must be from 2 to 16777216"),
    ("shards: 0", "'shards' is 0; it must be from 1 to 1024"),
    ("seed: -1", "'seed' is -1; it must be 0 or more"),
    ("checkpoint_every: 0", "'checkpoint_every' is 0; it must be 1 or more"),
    ("optimizer: {learning_rate: 0}", "'optimizer.learning_rate' is 0.0; it must be more than 0"),
    ("optimizer: {learning_rat: 1}", "unknown key 'learning_rat' in 'optimizer' (did you mean 'learning_rate'?)"),
    ("optimizer: {warm_up: 51}", "'optimizer.warm_up' is 51; it must be from 0 to 50"),
    ("optimizer: {decay: cosin}", "'optimizer.decay': there is no 'cosin' (did you mean 'cosine'?)"),
    ("optimizer: {final: 1.5}", "'optimizer.final' is 1.5; it must be from 0.0 to 1.0"),
    ("optimizer: {betas: [0.9]}", "'optimizer.betas' is 1 numbers; it must be two numbers"),
    ("optimizer: {betas: [0.9, 1]}", "'optimizer.betas[1]' is 1.0; it must be from 0.0 to 0.999999"),
    ("optimizer: {epsilon: 0}", "'optimizer.epsilon' is 0.0; it must be more than 0"),
    ("optimizer: {weight_decay: -1}", "'optimizer.weight_decay' is -1.0; it must be 0.0 or more"),
    ("optimizer: {clip: 0}", "'optimizer.clip' is 0.0; it must be more than 0"),
    ("optimizer: {clip: 1e60}", "'optimizer.clip' is 1e+60; it must be a number that float32 can hold"),
    ("validation: {every: 0}", "'validation.every' is 0; it must be 1 or more"),
    ("validation: {documents: 0}", "'validation.documents' is 0; it must be from 1 to 1048576"),
    ("validation: {examples: 0}", "'validation.examples' is 0; it must be from 1 to 1048576"),
    ("validation: {tasks: [iou]}", "'validation.tasks[0]': there is no 'iou' (did you mean 'ioi'?)"),
    ("validation: {tasks: [ioi, ioi]}", "'validation.tasks' has 'ioi' twice"),
    ("validation: {tasks: []}", "'validation.tasks' is empty; give at least one of datasets"),
  ])
  func settings(line: String, message: String) throws {
    let found = try RecipePlace().message(
      "\(RecipeDecodingTests.model)\n\(line)\ndata: {text: text.txt}\ntokenizer: tokenizer\n"
        + (line.hasPrefix("steps") ? "" : "steps: 50\n"))
    #expect(found == "recipe.yaml:2: \(message)")
  }

  @Test func aContextThatIsTooShortForATask() throws {
    let found = try RecipePlace().message(
      "model: {n_layers: 1, n_heads: 2, d_model: 8, n_ctx: 5}\ndata: {grammar: {}}\nsteps: 5\nvalidation: {tasks: [ioi]}\n"
    )
    #expect(found.hasPrefix("recipe.yaml:4: 'validation.tasks[0]' is 'ioi', whose prompts have up to "))
    #expect(found.hasSuffix(" tokens; it must be a dataset that fits the model's n_ctx of 5"))
  }

  @Test func filesThatAreMissingOrWrong() throws {
    let place = try RecipePlace()
    let small = RecipeDecodingTests.small
    #expect(try place.message(small.replacing("text.txt", with: "no.txt")) == "recipe.yaml:2: no.txt: no such file")
    #expect(
      try place.message(small.replacing("tokenizer: tokenizer", with: "tokenizer: no"))
        == "recipe.yaml:3: no: no such folder")
    #expect(
      try place.message(small.replacing("tokenizer: tokenizer", with: "tokenizer: ."))
        == "recipe.yaml:3: 'tokenizer' is '.'; it must be a folder with a tokenizer.json")
    try place.folder.write("empty.txt", "\n  \n\r\n")
    #expect(
      try place.message(small.replacing("text.txt", with: "empty.txt"))
        == "empty.txt: the file has no text; give one document per line")
    try place.folder.write("bad.jsonl", "{\"text\": \"a\"}\n{\"txt\": \"b\"}\n")
    #expect(
      try place.message(small.replacing("text.txt", with: "bad.jsonl"))
        == "bad.jsonl:2: the key 'text' is missing (the document, as a text)")
    try place.folder.write("bad.jsonl", "\n{\"text\": \"a\"\n")
    #expect(
      try place.message(small.replacing("text.txt", with: "bad.jsonl"))
        == "bad.jsonl: line 2, column 13: the text ends where ',' or '}' is expected")
    try place.folder.write("bad.txt", [0x61, 0xFF])
    #expect(
      try place.message(small.replacing("text.txt", with: "bad.txt")) == "bad.txt: the file is not UTF-8 text")
    try place.folder.write("tokenizer/tokenizer.json", "{")
    #expect(try place.message(small).hasPrefix("recipe.yaml:3: "))
  }
}
