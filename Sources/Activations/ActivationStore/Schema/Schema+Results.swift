extension Schema {
  /// The unpatched runs: `/baseline/RUN/METRIC` [example].
  public static let baseline = Section("/baseline")
  /// `/sweeps/NAME`
  public static let sweeps = Section("/sweeps")
  /// `/readouts/NAME`, of the unpatched runs.
  public static let readouts = Section("/readouts")
  /// `/additivity/NAME`, of sweeps that add directions.
  public static let additivity = Section("/additivity")
  /// `/steering/NAME`, what vectors do in mazes.
  public static let steering = Section("/steering")
  /// What the strongest heads do; in files of `patchbay heads`, what detectors saw of all heads.
  public static let heads = Section("/heads")

  /// Attributes of the root of results, beside those of every file.
  public enum ResultsRoot {
    /// The experiment file's text. Caches of experiments have it too.
    public static let experiment = "experiment"
    /// `denoise` or `noise`.
    public static let direction = "direction"
    /// The experiment's name.
    public static let name = "name"
    /// The shown one first.
    public static let metrics = "metrics"
    /// In words, with why pairs were left out.
    public static let promptsDrawn = "prompts_drawn"
    /// Of the tokens of all prompts.
    public static let promptsSHA256 = "prompts_sha256"
    /// Of the vectors that edits were given.
    public static let vectorsSHA256 = "vectors_sha256"
    /// How many examples share matrix products.
    public static let examplesPerBlock = "examples_per_block"
    /// All accepted answers, where some prompt has several; as `wrongTokens`.
    public static let answerTokens = "answer_tokens"
    public static let wrongTokens = "wrong_tokens"
  }

  /// Datasets and attributes of `/sweeps/NAME`, and attributes that other groups share with it. Metrics have datasets of their own names.
  public enum Sweep {
    /// [axes..., example] float32, the L2 norm of what an edit changed.
    public static let changeNorm = "change_norm"
    /// [axes...] int8, whether a path leads from the sender to the receiver.
    public static let hasPath = "has_path"
    /// `exact`, `attribution` or `both`.
    public static let method = "method"
    public static let site = "site"
    public static let edit = "edit"
    /// An edit of several parts in words.
    public static let editWords = "edit_words"
    /// The names of the axes.
    public static let over = "over"
    /// What kind of units edges join.
    public static let edges = "edges"
    public static let senders = "senders"
    public static let receivers = "receivers"
    public static let freeze = "freeze"
    /// 1 where all receivers are patched at once.
    public static let together = "together"
    /// The inputs of heads that edges end in.
    public static let inputs = "inputs"
    public static let senderPosition = "sender_position"
    public static let receiverPosition = "receiver_position"
    /// Of a dataset of estimates: how well they agree with the runs, as `spearman`.
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

    /// The attribute of an edit that always goes with the swept one, counted from 1.
    public static func standing(_ number: Int) -> String { "\(standingPrefix)\(number)" }
    public static let standingPrefix = "with_"

    /// The attribute that says which entries of a site's axis were swept over, where not all were.
    public static func chosen(_ axis: String) -> String { chosenPrefix + axis }
    public static let chosenPrefix = "chosen_"
  }

  /// Datasets and attributes of `/readouts/NAME`; the logit lens has datasets of the metrics' names.
  public enum Readout {
    /// What is read: `direct_logit_attribution`, `logit_lens`, `attention`, `top_tokens`.
    public static let read = "read"
    /// [run, part, example] float32, direct logit attribution.
    public static let logitDiff = "logit_diff"
    /// [run, layer, head, source, example] float32
    public static let bySource = "by_source"
    /// [run, head, destination, source, example] float32
    public static let pattern = "pattern"
    /// [run, layer, position, place, example] int32, as text in `text` and with its `probability`.
    public static let token = "token"
    public static let text = "text"
    public static let probability = "probability"
    /// In words, how the final norm was applied.
    public static let norm = "norm"
    /// In words, what the divergence is from.
    public static let kl = "kl"
    /// In words, which scale the final norm had.
    public static let scale = "scale"
    public static let position = "position"
    /// How many tokens of each layer and position.
    public static let count = "count"
  }

  /// Datasets of `/additivity/NAME`; the attributes are those of the sweep.
  public enum Additivity {
    /// [axes..., activation, example] float32, of later activations, as `interactionNorm`.
    public static let changeNorm = "change_norm"
    public static let interactionNorm = "interaction_norm"

    /// [axes..., example] float32, what added directions change together.
    public static func change(of metric: String) -> String { metric + changeSuffix }
    /// [axes..., example] float32, what of that is not the sum of each by itself.
    public static func interaction(of metric: String) -> String { metric + interactionSuffix }

    public static let changeSuffix = "_change"
    public static let interactionSuffix = "_interaction"
  }

  /// Datasets of `/heads` in results.
  public enum HeadSummary {
    /// [head, example] float32, what each head writes into the logit difference.
    public static let direct = "direct"
    /// [from, head, to, example] float32
    public static let attention = "attention"
    /// The attribute that says in which sweeps the heads were found.
    public static let sweeps = "sweeps"
    /// The attribute that says whose run it is.
    public static let run = "run"
  }
}
