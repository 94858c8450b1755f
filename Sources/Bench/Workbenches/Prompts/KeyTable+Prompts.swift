import ExperimentFile

extension KeyTable {
  package static let prompts = KeyTable(
    name: "prompts", what: "a map with one of the keys pairs, file, template",
    keys: [
      Key("pairs", "the pairs themselves"),
      Key("file", "a JSONL file of pairs, relative to this file"),
      Key("template", "a dataset to draw pairs from"),
    ])

  package static let template = KeyTable(
    name: "prompts.template", what: "a dataset: a map with name, count, seed",
    keys: [
      Key("name", required: true, "the dataset"),
      Key("count", "how many pairs"),
      Key("seed", "which ones"),
      Key("corruption", "how prompts are corrupted"),
      Key("split", "held-out, training or all"),
      Key("aligned", "whether all pairs are of one frame"),
    ])

  package static let pair = KeyTable(
    name: "prompts.pairs[]", what: "a pair of prompts: a map with clean, corrupted, answer, wrong",
    keys: [
      Key("clean", "the clean prompt's text"),
      Key("corrupted", "the corrupted prompt's text"),
      Key("answer", "what should follow the clean prompt"),
      Key("wrong", "what the answer is compared with"),
      Key("clean_tokens", "the clean prompt as token ids"),
      Key("corrupted_tokens", "the corrupted prompt as token ids"),
      Key("answer_token", "the answer as a token id"),
      Key("wrong_token", "the wrong answer as a token id"),
      Key("label", "the class that the pair belongs to"),
      Key("labels", "what else is known of the pair, by name"),
    ])
}
