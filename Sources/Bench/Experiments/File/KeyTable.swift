/// The keys that one kind of map in an experiment file has.
public struct KeyTable: Sendable, Hashable {
  /// One key.
  public struct Key: Sendable, Hashable {
    public let name: String
    public let isRequired: Bool
    /// In a few words, for messages.
    public let meaning: String

    init(_ name: String, required: Bool = false, _ meaning: String) {
      self.name = name
      isRequired = required
      self.meaning = meaning
    }
  }

  /// Where such a map stands: `sweeps[]`.
  public let name: String
  /// What a value that is no such map should have been, for messages.
  public let what: String
  public let keys: [Key]
}

extension KeyTable {
  /// All tables, in the order of the file.
  public static let all =
    [
      experiment, prompts, template, pair, mazes, sweep, path, edit,
    ] + editArguments + [
      found, norm, standing, steering, steeringAdd, steeringVector, steeringFields, readout, cache,
    ]

  static let experiment = KeyTable(
    name: "experiment", what: "a map with the keys name, prompts, sweeps and so on",
    keys: [
      Key("name", required: true, "what the results file is called"),
      Key("model", "a folder relative to this file, or bundled:NAME"),
      Key("prompts", "the pairs of prompts"),
      Key("mazes", "in place of prompts, for a policy"),
      Key("prepend_bos", "auto, true or false"),
      Key("direction", "denoise or noise"),
      Key("metrics", "what is read off the logits"),
    ] + QuestionKind.all.map { Key($0.key, $0.meaning) } + [Key("cache", "activations to store")]
      + analysisDefaults + [Key("analyses", "analyses of the cache")])

  static let prompts = KeyTable(
    name: "prompts", what: "a map with one of the keys pairs, file, template",
    keys: [
      Key("pairs", "the pairs themselves"),
      Key("file", "a JSONL file of pairs, relative to this file"),
      Key("template", "a dataset to draw pairs from"),
    ])

  static let template = KeyTable(
    name: "prompts.template", what: "a dataset: a map with name, count, seed",
    keys: [
      Key("name", required: true, "the dataset"),
      Key("count", "how many pairs"),
      Key("seed", "which ones"),
      Key("corruption", "how prompts are corrupted"),
      Key("split", "held-out, training or all"),
      Key("aligned", "whether all pairs are of one frame"),
    ])

  static let pair = KeyTable(
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

  /// What narrows a site, by the names of its axes.
  private static let siteAxes = [
    Key("layer", "which layers"),
    Key("position", "which positions"),
    Key("head", "which heads"),
    Key("neuron", "which neurons"),
    Key("destination", "which attending positions"),
    Key("source", "which attended positions"),
    Key("channel", "which feature maps"),
    Key("row", "which rows of a picture"),
    Key("column", "which columns of a picture"),
    Key("unit", "which features"),
  ]

  static let sweep = KeyTable(
    name: "sweeps[]", what: "a sweep: a map with name, and site and over, or path",
    keys: [
      Key("name", required: true, "what the sweep is called in the results"),
      Key("site", "the kind of activation"),
      Key("over", "the axes to sweep over, each entry in a run of its own"),
      Key("path", "senders and receivers of path patching"),
      Key("edit", "what becomes of the activation"),
      Key("method", "exact, attribution or both"),
    ] + siteAxes + [
      Key("with", "further edits that hold in every cell"),
      Key("additivity", "true, or activations: what added directions do together and each alone"),
    ])

  static let path = KeyTable(
    name: "sweeps[].path", what: "a map with senders and receivers, or edges",
    keys: [
      Key("senders", "heads, mlps, embed, all, or a list"),
      Key("receivers", "inputs of heads, MLPs or logits"),
      Key("edges", "heads: from every head to every later head"),
      Key("inputs", "which inputs of heads edges end at"),
      Key("freeze", "heads or heads+mlps"),
      Key("together", "whether receivers are patched at once"),
      Key("sender_position", "at which positions senders change"),
      Key("receiver_position", "at which positions receivers do"),
    ])

  static let found = KeyTable(
    name: "sweeps[].edit.add.vector", what: "a vector file, or a map with analysis, study and direction",
    keys: [
      Key("analysis", required: true, "a results file of patchbay analyze"),
      Key("study", required: true, "the name of an analysis of the kind readers or components"),
      Key("direction", required: true, "a reader's method, or a component's number"),
      Key("pairs", "of the learning curve, the direction that so many pairs gave"),
      Key("position", "which of the analysis's positions"),
      Key("source", "which of its sources"),
    ])

  static let norm = KeyTable(
    name: "sweeps[].edit.add.norm", what: "a number, or a map with the key vector",
    keys: [Key("vector", required: true, "a vector file whose lengths, layer by layer, are taken")])

  static let standing = KeyTable(
    name: "sweeps[].with[]", what: "a further edit: a map with site and edit",
    keys: [
      Key("site", required: true, "the kind of activation"),
      Key("edit", required: true, "what becomes of it"),
    ] + siteAxes)

  static let readout = KeyTable(
    name: "readouts[]", what: "a readout: a map with name and read",
    keys: [
      Key("name", required: true, "what the readout is called in the results"),
      Key("read", required: true, oneOf(ReadoutSpec.kinds.map(\.word))),
    ] + ReadoutSpec.kinds.flatMap(\.keys) + [Key("runs", "clean, corrupted or both")])

  static let cache = KeyTable(
    name: "cache", what: "a map with the key hooks",
    keys: [
      Key("hooks", required: true, "names of activations, * and ? allowed"),
      Key("runs", "clean, corrupted or both"),
    ])
}
