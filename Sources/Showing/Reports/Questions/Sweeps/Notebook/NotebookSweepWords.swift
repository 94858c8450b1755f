import ActivationStore

/// What was done in a sweep, in plain words.
struct NotebookSweepWords {
  let group: StoredGroup
  let source: NotebookSource

  private var base: String { source.base.rawValue }
  private var other: String { source.other.rawValue }

  /// One or two sentences of Markdown.
  var text: String {
    let sentence = group.attributes[Schema.Sweep.freeze] == nil && group.text(Schema.Sweep.senders) == nil ? site : path
    return sentence + estimated
  }

  private var site: String {
    guard let name = group.text(Schema.Sweep.site) else {
      return "The experiment's text at the end says what this sweep did."
    }
    let what = "\(markdownCode(name))\(Self.meaning(ofSite: name).map { " (\($0))" } ?? "")"
    let runs = "the \(base) run"
    let done: String
    switch group.text(Schema.Sweep.edit) {
    case "patch"?: done = "In \(runs), \(what) was replaced by its value in the \(other) run"
    case "zero"?: done = "In \(runs), \(what) was set to zero"
    case "mean"?:
      done = "In \(runs), \(what) was replaced by its mean over the \(other) runs of all \(source.exampleWord)s"
    case "resample"?:
      done =
        "In \(runs), \(what) was replaced by its value in the \(other) run of another, random \(source.exampleWord)"
    case "scale"?: done = "In \(runs), \(what) was multiplied by \(markdownWords(group.text("scale") ?? "a factor"))"
    case "project_out"?: done = "In \(runs), the component of \(what) along a direction was removed"
    case "add"?:
      let added =
        switch group.text("add") {
        case "difference"?: "the difference \(other) minus \(base) was added to \(what)"
        case "example-difference"?:
          "each \(source.exampleWord)'s difference \(other) minus \(base) was added, in every \(source.exampleWord), to \(what)"
        default: "a vector was added to \(what)"
        }
      let coefficient = group.text("coefficient").map { ", times \(markdownWords($0))" }
      done = "In \(runs), \(added)\(coefficient ?? (isGraded ? ", times the coefficient" : ""))"
    default:
      let words = group.text(Schema.Sweep.editWords).map(markdownWords)
      done =
        "In \(runs), \(what) \(words ?? "was edited (\(markdownWords(group.text(Schema.Sweep.edit) ?? "see the experiment's text")))")"
    }
    let chosen = group.attributes.keys.filter { $0.hasPrefix(Schema.Sweep.chosenPrefix) }.sorted().map {
      "\(markdownWords(String($0.dropFirst(Schema.Sweep.chosenPrefix.count)))) \(markdownCode(group.text($0) ?? ""))"
    }
    let over = group.texts(Schema.Sweep.over).map { markdownWords($0.replacing("_", with: " ")) }
    return done + (chosen.isEmpty ? "" : ", at \(joinedWords(chosen)) only")
      + (over.isEmpty ? "." : ": one run for each \(joinedWords(over)).")
  }

  private var path: String {
    let receivers = joinedWords(group.texts(Schema.Sweep.receivers).map(markdownCode))
    let frozen = group.text(Schema.Sweep.freeze) == "heads+mlps" ? "all other heads and the MLPs" : "all other heads"
    let edges = group.text(Schema.Sweep.edges) != nil
    let together =
      group.text(Schema.Sweep.together) == "1" && group.texts(Schema.Sweep.receivers).count > 1
      ? " (all of them at once)" : ""
    return """
      Path patching: of what a sender writes in the \(other) run, only what reaches \(edges ? "each receiver" : receivers)\(together) is put into the \(base) run, with \
      \(frozen) held at what they are there. One run for each \(edges ? "pair of sender and receiver" : "sender\(group.text(Schema.Sweep.together) == "1" ? "" : " and receiver")").
      """
  }

  private var isGraded: Bool {
    group.names.contains { group.axes(of: $0)?.contains { $0.name.hasPrefix("coefficient") } ?? false }
  }

  private var estimated: String {
    switch group.text(Schema.Sweep.method) {
    case "attribution"?: " Nothing was run: the effects are **estimates** from gradients (attribution patching)."
    case "both"?: " Each cell was run and also estimated from gradients (attribution patching)."
    default: ""
    }
  }

  private static func meaning(ofSite name: String) -> String? {
    switch name {
    case "resid_pre": "the residual stream as it enters a block"
    case "resid_mid": "the residual stream between attention and MLP"
    case "resid_post": "the residual stream as it leaves a block"
    case "attn_out": "what a block's attention writes into the stream"
    case "mlp_out": "what a block's MLP writes into the stream"
    case "z": "a head's output before its output weights"
    case "result": "what a head writes into the stream"
    case "q": "a head's queries"
    case "k": "a head's keys"
    case "v": "a head's values"
    case "pattern": "where a head attends"
    case "attn_scores": "attention before the softmax"
    case "mlp_pre": "the MLP's neurons before their nonlinearity"
    case "mlp_post": "the MLP's neurons"
    case "embed": "the tokens' embeddings"
    case "pos_embed": "the positions' embeddings"
    default: nil
    }
  }
}
