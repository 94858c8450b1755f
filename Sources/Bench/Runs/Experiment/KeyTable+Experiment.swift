import Analyses
import ExperimentFile
import Questions
import Workbenches

extension KeyTable {
  /// All tables, in the order of the file.
  public static let all =
    [experiment, prompts, template, pair, mazes] + QuestionKind.all.flatMap(\.tables) + [cache]

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

  static let cache = KeyTable(
    name: "cache", what: "a map with the key hooks",
    keys: [
      Key("hooks", required: true, "names of activations, * and ? allowed"),
      Key("runs", "clean, corrupted or both"),
    ])
}
