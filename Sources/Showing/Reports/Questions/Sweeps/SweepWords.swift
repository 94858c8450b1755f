import ActivationStore

/// A description of a sweep, from its attributes in the file.
enum SweepWords {
  /// What a sweep did.
  static func sweep(_ sweep: SweepData, isDenoising: Bool) -> String {
    let (other, base) = isDenoising ? ("clean", "corrupted") : ("corrupted", "clean")
    let sentence = sweep.isPath ? path(sweep, other: other) : edit(sweep, other: other, base: base)
    let methods = [
      "attribution": "Effects are estimated from one gradient instead of being run.",
      "both": "Each cell was run, and estimated from one gradient as well.",
    ]
    return [sentence, sweep.text(Schema.Sweep.method).flatMap { methods[$0] } ?? ""].filter { !$0.isEmpty }.joined(
      separator: " ")
  }

  private static func edit(_ sweep: SweepData, other: String, base: String) -> String {
    let site = sweep.text(Schema.Sweep.site) ?? sweep.name
    let what =
      switch sweep.text(Schema.Sweep.edit) {
      case "patch": "was taken from the \(other) run"
      case "zero": "was set to zero in the \(base) run"
      case "mean": "was set to the \(other) run's mean over prompts in the \(base) run"
      case "resample": "was taken from another prompt's \(other) run, drawn by seed \(sweep.text("seed") ?? "?")"
      case "scale": "was multiplied by \(sweep.text("scale") ?? "a factor") in the \(base) run"
      case "add": "had \(additions(sweep)) added in the \(base) run"
      case "project_out": "had its component along a direction removed in the \(base) run"
      case let edit?: "\(sweep.text(Schema.Sweep.editWords) ?? "was edited (\(edit))") in the \(base) run"
      case nil: "was edited in the \(base) run"
      }
    let chosen = sweep.attributes.keys.filter { $0.hasPrefix(Schema.Sweep.chosenPrefix) }.sorted().map { key in
      "\(key.dropFirst(Schema.Sweep.chosenPrefix.count)) \(sweep.text(key) ?? "")"
    }
    let standing = sweep.attributes.keys.filter { $0.hasPrefix(Schema.Sweep.standingPrefix) }.sorted().compactMap {
      sweep.text($0)
    }
    let name = self.site(site)
    return
      "\(site == name ? name : "\(site) (\(name))") \(what), for each \(listed(sweep.axes.map { axisWord($0.name) })) separately"
      + (chosen.isEmpty ? "" : "; only at \(chosen.joined(separator: ", "))")
      + (standing.isEmpty ? "" : "; in addition, in every cell: \(standing.joined(separator: "; "))") + "."
  }

  private static func additions(_ sweep: SweepData) -> String {
    let what = sweep.text("add") ?? "a vector"
    let words = [
      "difference": "the difference of the two runs",
      "example-difference": "another prompt's difference of the two runs", "vector": "a vector",
    ]
    let name = what.split(separator: ", ").map { words[String($0)] ?? String($0) }
    let once = sweep.text("coefficient").map { $0 == "1" ? "" : "\($0) times " } ?? ""
    return once + listed(name)
  }

  private static func path(_ sweep: SweepData, other: String) -> String {
    let isEdges = sweep.attributes[Schema.Sweep.edges] != nil
    let kept = sweep.text(Schema.Sweep.freeze) == "heads+mlps" ? "all other heads and all MLPs" : "all other heads"
    let place = sweep.text(Schema.Sweep.receiverPosition).flatMap { $0 == "all" ? nil : " (at position \($0))" } ?? ""
    if isEdges {
      return
        "Paths: what each head writes took its value in the \(other) run on the path to one input (\(sweep.text(Schema.Sweep.inputs) ?? "q, k, v")) of each later head\(place), with \(kept) frozen."
    }
    let receivers = sweep.text(Schema.Sweep.receivers) ?? "the receivers"
    let together = sweep.text(Schema.Sweep.together) == "0" ? ", one receiver at a time" : ""
    return
      "Paths: what each sender (\(sweep.text(Schema.Sweep.senders) ?? "")) writes took its value in the \(other) run on the path to \(receivers)\(place)\(together), with \(kept) frozen."
  }

  private static func site(_ name: String) -> String {
    switch name {
    case "resid_pre": "the residual stream before each layer"
    case "resid_mid": "the residual stream between attention and MLP"
    case "resid_post": "the residual stream after each layer"
    case "attn_out": "what attention writes"
    case "mlp_out": "what the MLP writes"
    case "q": "queries"
    case "k": "keys"
    case "v": "values"
    case "z": "each head's output before it is projected"
    case "result": "what each head writes to the residual stream"
    case "pattern": "the attention pattern"
    case "attn_scores": "the attention scores"
    case "mlp_pre": "the MLP's units before their nonlinearity"
    case "mlp_post": "the MLP's units"
    case "embed": "the token embedding"
    case "pos_embed": "the position embedding"
    default: "the activation"
    }
  }
}
