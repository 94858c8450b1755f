import ExperimentFile

extension KeyTable {
  /// The tables of analysis files, in the order of their page.
  public static let analysisTables =
    [analysisFile, analysisCache, analysisLabels, analysisSplit, analysisSelect, analysisPosition, analysis]
    + AnalysisKindName.allCases.compactMap(\.table)

  /// What an analysis file or an experiment can set for all analyses, and an analysis for itself.
  package static let analysisDefaults: [Key] = [
    Key("labels", "the class or number of each example"),
    Key("classes", "the classes that count"),
    Key("split", "which examples are trained on"),
    Key("select", "which activations"),
    Key("limit", "how many examples at most"),
  ]

  static let analysisFile = KeyTable(
    name: "analysis file", what: "a map with the keys name, caches, analyses and so on",
    keys: [
      Key("name", required: true, "what the results file is called"),
      Key("caches", required: true, "the cache files"),
    ] + analysisDefaults + [
      Key("across_models", "true: caches of different models"),
      Key("analyses", required: true, "what is computed"),
    ])

  static let analysisCache = KeyTable(
    name: "caches[]", what: "a cache file, or a map with file, or with model, prompts and hooks",
    keys: [
      Key("name", "what the cache is called"),
      Key("file", "a cache file"),
      Key("model", "the model to run, or a list of them"),
      Key("prompts", "a JSONL file of prompts, or {template: ...}"),
      Key("hooks", "names of activations, * and ? allowed"),
      Key("prepend_bos", "auto, true or false"),
    ])

  static let analysisTemplate = KeyTable(
    name: "caches[].prompts", what: "a JSONL file of prompts, or {template: ...}",
    keys: [Key("template", required: true, "a dataset to draw pairs from")])

  static let analysisLabels = KeyTable(
    name: "labels", what: "the name of a label, run, cache, token, position, or a map with key, or file and column",
    keys: [
      Key("key", "the name of a prompt's label"),
      Key("file", "a CSV file"),
      Key("column", "a column of the CSV file"),
    ])

  static let analysisSplit = KeyTable(
    name: "split", what: "a map with train, by, seed",
    keys: [
      Key("train", "the share that is trained on"),
      Key("by", "a label that stays together"),
      Key("seed", "which ones"),
    ])

  static let analysisSelect = KeyTable(
    name: "select", what: "a map with hooks, layers, positions and so on",
    keys: [
      Key("caches", "names of caches"),
      Key("runs", "clean, corrupted or both"),
      Key("hooks", "names of activations, * and ? allowed"),
      Key("layers", "which layers"),
      Key("heads", "heads one by one"),
      Key("positions", "at which tokens"),
      Key("examples", "values of labels that count"),
    ])

  static let analysisPosition = KeyTable(
    name: "select.positions[]", what: "a number, mean, every, \"{label}\", or a map with token or span",
    keys: [
      Key("token", "a token with its space"),
      Key("span", "a label whose words stand in the prompt"),
      Key("occurrence", "1 the first, -1 the last"),
      Key("at", "first or last"),
    ])

  static let analysis = KeyTable(
    name: "analyses[]", what: "an analysis: a map with name, kind and what that needs",
    keys: [
      Key("name", required: true, "what the analysis is called in the results"),
      Key("kind", required: true, "what is computed"),
    ] + analysisDefaults)

  static let trajectoryTraining = KeyTable(
    name: "analyses[].train", what: "a map with labels, classes and select",
    keys: [
      Key("labels", required: true, "the two classes"),
      Key("classes", "the positive one last"),
      Key("select", "with one position"),
    ])
}

/// The kinds of analyses, as named in files.
public enum AnalysisKindName: String, Sendable, CaseIterable {
  case readers, probes, components, separation, clusters, similarity, norms, trajectory, units, matrix

  /// The keys that only this kind has; nil for none.
  var table: KeyTable? {
    let keys = ownKeys
    return keys.isEmpty
      ? nil : KeyTable(name: rawValue, what: "an analysis of the kind \(rawValue)", keys: keys)
  }

  /// All keys that an analysis of this kind can have.
  var wholeTable: KeyTable {
    KeyTable(name: "analyses[]", what: KeyTable.analysis.what, keys: KeyTable.analysis.keys + ownKeys)
  }

  private var ownKeys: [KeyTable.Key] {
    switch self {
    case .readers:
      [
        KeyTable.Key("methods", "how directions are found"), KeyTable.Key("pairs", "a label that pairs share"),
        KeyTable.Key("penalty", "of the logistic probe"), KeyTable.Key("shrinkage", "of the discriminant"),
        KeyTable.Key("redraws", "for intervals"), KeyTable.Key("curve", "numbers of training pairs"),
        KeyTable.Key("draws", "how often each"), KeyTable.Key("influence", "how each example turns the direction"),
      ]
    case .probes:
      [
        KeyTable.Key("target", "classes or numbers"), KeyTable.Key("penalty", "on the squared weights"),
        KeyTable.Key("control", "what control labels go by"), KeyTable.Key("redraws", "for intervals"),
      ]
    case .components:
      [KeyTable.Key("count", "how many components"), KeyTable.Key("project", "whether examples are projected")]
    case .separation: [KeyTable.Key("silhouette", "whether silhouettes are computed")]
    case .clusters:
      [
        KeyTable.Key("methods", "kmeans, ward, average, complete"), KeyTable.Key("count", "how many clusters"),
        KeyTable.Key("restarts", "starts of k-means"), KeyTable.Key("seed", "of the starts"),
      ]
    case .similarity, .matrix: []
    case .norms: [KeyTable.Key("threshold", "what makes an outlier")]
    case .trajectory:
      [
        KeyTable.Key("train", required: true, "where centroids come from"),
        KeyTable.Key("method", "how the direction is found"), KeyTable.Key("penalty", "of the logistic probe"),
        KeyTable.Key("shrinkage", "of the discriminant"),
      ]
    case .units:
      [
        KeyTable.Key("units", "which features"), KeyTable.Key("along", "a direction"),
        KeyTable.Key("method", "which of the readers' directions"), KeyTable.Key("top", "how many examples"),
        KeyTable.Key("bins", "of the histogram"), KeyTable.Key("threshold", "what counts as active"),
      ]
    }
  }
}
