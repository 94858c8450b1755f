extension Schema {
  /// The unpatched runs: `/baseline/RUN/METRIC` [example].
  public static let baseline = Section("/baseline")
  /// `/sweeps/NAME`
  public static let sweeps = Section("/sweeps")
  /// `/readouts/NAME`, from the unpatched runs.
  public static let readouts = Section("/readouts")
  /// `/additivity/NAME`, for sweeps that add directions.
  public static let additivity = Section("/additivity")
  /// `/steering/NAME`, what vectors do in mazes.
  public static let steering = Section("/steering")
  /// What the strongest heads do; in files of `patchbay heads`, what detectors found for all heads.
  public static let heads = Section("/heads")

  /// Root attributes of results files, besides those of every file.
  public enum ResultsRoot {
    /// The experiment file's text. Caches made by experiments have it too.
    public static let experiment = "experiment"
    /// `denoise` or `noise`.
    public static let direction = "direction"
    /// The experiment's name.
    public static let name = "name"
    /// The displayed metric first.
    public static let metrics = "metrics"
    /// In words, with the reasons why pairs were left out.
    public static let promptsDrawn = "prompts_drawn"
    /// Over the tokens of all prompts.
    public static let promptsSHA256 = "prompts_sha256"
    /// Over the vectors of the edits.
    public static let vectorsSHA256 = "vectors_sha256"
    /// How many examples share matrix products.
    public static let examplesPerBlock = "examples_per_block"
    /// All accepted answers, if some prompt has several; likewise `wrongTokens`.
    public static let answerTokens = "answer_tokens"
    public static let wrongTokens = "wrong_tokens"
  }

  /// Datasets and attributes of `/sweeps/NAME`, and attributes that other groups share with it. Metrics name their own
  /// datasets.
  public enum Sweep {
    /// [axes..., example] float32, the L2 norm of what an edit changed.
    public static let changeNorm = "change_norm"
    /// [axes...] int8, whether a path leads from the sender to the receiver.
    public static let hasPath = "has_path"
    /// `exact`, `attribution` or `both`.
    public static let method = "method"
    public static let site = "site"
    public static let edit = "edit"
    /// The parts of a combined edit, in words.
    public static let editWords = "edit_words"
    /// The names of the axes.
    public static let over = "over"
    /// The kind of units that edges join.
    public static let edges = "edges"
    public static let senders = "senders"
    public static let receivers = "receivers"
    public static let freeze = "freeze"
    /// 1 where all receivers are patched at once.
    public static let together = "together"
    /// The inputs of heads at which edges end.
    public static let inputs = "inputs"
    public static let senderPosition = "sender_position"
    public static let receiverPosition = "receiver_position"
    /// On a dataset of estimates: how well they agree with the runs, like `spearman`.
    public static let pearson = "pearson"
    public static let spearman = "spearman"
    /// How many cells the correlations are over.
    public static let correlationCells = "correlation_cells"
    /// What is correlated, in words.
    public static let correlationOf = "correlation_of"

    /// The dataset of a metric's estimated change.
    public static func attribution(of metric: String) -> String { metric + attributionSuffix }

    /// The metric that a dataset estimates; nil for any other dataset.
    public static func metric(ofAttribution name: String) -> String? {
      name.hasSuffix(attributionSuffix) ? String(name.dropLast(attributionSuffix.count)) : nil
    }

    public static let attributionSuffix = "_attribution"

    /// The attribute of the edit with this number (from 1) that every run of a sweep has besides the swept one.
    public static func standing(_ number: Int) -> String { "\(standingPrefix)\(number)" }
    public static let standingPrefix = "with_"

    /// The attribute with the entries of a site's axis that were swept over, if not all were.
    public static func chosen(_ axis: String) -> String { chosenPrefix + axis }
    public static let chosenPrefix = "chosen_"
  }

  /// Datasets and attributes of `/readouts/NAME`; the logit lens names its datasets after metrics.
  public enum Readout {
    /// The readout's kind: `direct_logit_attribution`, `logit_lens`, `attention`, `top_tokens`.
    public static let read = "read"
    /// [run, part, example] float32, of direct logit attribution.
    public static let logitDiff = "logit_diff"
    /// [run, layer, head, source, example] float32
    public static let bySource = "by_source"
    /// [run, head, destination, source, example] float32
    public static let pattern = "pattern"
    /// [run, layer, position, place, example] int32, with its text in `text` and its `probability`.
    public static let token = "token"
    public static let text = "text"
    public static let probability = "probability"
    /// How the final norm was applied, in words.
    public static let norm = "norm"
    /// What the divergence is from, in words.
    public static let kl = "kl"
    /// Which scale the final norm had, in words.
    public static let scale = "scale"
    public static let position = "position"
    /// The number of tokens at each layer and position.
    public static let count = "count"
  }

  /// Datasets of `/additivity/NAME`; its attributes are those of the sweep.
  public enum Additivity {
    /// [axes..., activation, example] float32, for later activations; likewise `interactionNorm`.
    public static let changeNorm = "change_norm"
    public static let interactionNorm = "interaction_norm"

    /// [axes..., example] float32, the joint effect of the added directions.
    public static func change(of metric: String) -> String { metric + changeSuffix }
    /// [axes..., example] float32, the joint effect minus the sum of the separate ones.
    public static func interaction(of metric: String) -> String { metric + interactionSuffix }

    public static let changeSuffix = "_change"
    public static let interactionSuffix = "_interaction"
  }

  /// Datasets of `/heads` in results.
  public enum HeadSummary {
    /// [head, example] float32, what each head writes to the logit difference.
    public static let direct = "direct"
    /// [from, head, to, example] float32
    public static let attention = "attention"
    /// The attribute with the sweeps in which the heads were found.
    public static let sweeps = "sweeps"
    /// The attribute with the run that was read.
    public static let run = "run"
  }
}
