import ExperimentFile

extension KeyTable {
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

  static let standing = KeyTable(
    name: "sweeps[].with[]", what: "a further edit: a map with site and edit",
    keys: [
      Key("site", required: true, "the kind of activation"),
      Key("edit", required: true, "what becomes of it"),
    ] + siteAxes)
}
