import ExperimentFile

extension KeyTable {
  /// The tables of a training recipe, in the order of the file.
  public static let recipeTables = [recipe, recipeData, recipeGrammar, recipeMazes, recipeOptimizer, recipeValidation]

  static let recipe = KeyTable(
    name: "recipe", what: "a map with the keys model, data, steps and so on",
    keys: [
      Key("model", required: true, "the keys of a patchbay config.json, or of a conv policy's"),
      Key("data", required: true, "what to train on"),
      Key("tokenizer", "a folder with a tokenizer, relative to this file"),
      Key("steps", required: true, "how many batches are learned from"),
      Key("batch_tokens", "how many tokens a batch has at least"),
      Key("batch_mazes", "how many mazes a batch has"),
      Key("shards", "how many parts a batch is computed in"),
      Key("seed", "decides the first weights and the order of the text"),
      Key("optimizer", "the settings of AdamW"),
      Key("validation", "what is measured on the way"),
      Key("checkpoint_every", "steps between checkpoints"),
      Key("snapshots", "steps after which the model is kept"),
    ])

  static let recipeData = KeyTable(
    name: "data", what: "a map with one of the keys grammar, text, mazes",
    keys: [
      Key("grammar", "generated text"),
      Key("text", "a file: .txt with a document a line, or .jsonl with the key text"),
      Key("mazes", "generated mazes, each with the step that leads to the cheese"),
    ])

  static let recipeMazes = KeyTable(
    name: "data.mazes", what: "a map with the key sizes",
    keys: [
      Key("sizes", required: true, "squares along each edge of the mazes"),
      Key("cheese", "where the cheese lies: top-right or anywhere"),
      Key("seed", "which mazes are generated"),
    ])

  static let recipeGrammar = KeyTable(
    name: "data.grammar", what: "a map with the key seed", keys: [Key("seed", "which documents are generated")])

  static let recipeOptimizer = KeyTable(
    name: "optimizer", what: "a map with keys such as learning_rate",
    keys: [
      Key("learning_rate", "the highest rate"),
      Key("warm_up", "steps over which the rate rises"),
      Key("decay", "constant, linear or cosine"),
      Key("final", "the share of the rate that is left at the end"),
      Key("betas", "how long the two moments remember"),
      Key("epsilon", "added to the root of the second moment"),
      Key("weight_decay", "on matrices"),
      Key("clip", "the longest gradient; none for any"),
    ])

  static let recipeValidation = KeyTable(
    name: "validation", what: "a map with keys such as every",
    keys: [
      Key("every", "steps between measurements"),
      Key("documents", "how many documents the loss is over"),
      Key("tasks", "datasets whose held-out pairs are scored"),
      Key("examples", "how many pairs of each"),
    ])
}
