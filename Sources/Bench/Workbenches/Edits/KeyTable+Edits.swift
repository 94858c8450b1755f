import ExperimentFile
import Interventions

/// The keys of edits, taken from the kinds of edit.
extension KeyTable {
  package static let edit = KeyTable(
    name: "sweeps[].edit", what: oneOf(Edit.kinds.map { $0.form.short }),
    keys: Edit.kinds.map { $0.form }.filter(\.hasArgument).map { Key($0.name, $0.meaning) })

  /// A table for each kind of edit whose argument is a map.
  package static let editArguments = Edit.kinds.compactMap { argument(of: $0.form) }

  /// The keys of an edit's argument; nil if that is not a map.
  static func argument(of form: EditForm) -> KeyTable? {
    let name = "sweeps[].edit.\(form.name)"
    switch form.argument {
    case .none, .number: return nil
    case .keys(let keys):
      let names = keys.map(\.name).joined(separator: ", ")
      return KeyTable(
        name: name, what: "a map with the key\(keys.count == 1 ? "" : "s") \(names)",
        keys: keys.map { Key($0.name, $0.meaning) })
    case .vectors: return KeyTable(name: name, what: "a map with file, vector or values", keys: vectorKeys)
    case .additions:
      return KeyTable(
        name: name, what: "a map with from, file, vector or values, and coefficient, or a list of such maps",
        keys: [
          Key("from", "difference: the other run's value less the base run's; example-difference: another example's")
        ] + vectorKeys + [
          Key("norm", "how long the vectors are made"),
          Key("coefficient", "what the direction is multiplied by: a number, or a list of them"),
        ])
    }
  }

  package static let found = KeyTable(
    name: "sweeps[].edit.add.vector", what: "a vector file, or a map with analysis, study and direction",
    keys: [
      Key("analysis", required: true, "a results file of patchbay analyze"),
      Key("study", required: true, "the name of an analysis of the kind readers or components"),
      Key("direction", required: true, "a reader's method, or a component's number"),
      Key("pairs", "of the learning curve, the direction that so many pairs gave"),
      Key("position", "which of the analysis's positions"),
      Key("source", "which of its sources"),
    ])

  package static let norm = KeyTable(
    name: "sweeps[].edit.add.norm", what: "a number, or a map with the key vector",
    keys: [Key("vector", required: true, "a vector file whose lengths, layer by layer, are taken")])

  private static let vectorKeys = [
    Key("file", "a .npy or .json file of a vector, or of one for each layer"),
    Key("vector", "a vector file that patchbay vector has made"),
    Key("values", "a vector's numbers, or those of one for each layer"),
    Key("layers", "which layers the values are for"),
    Key("anywhere", "true: also of another model or site"),
  ]
}

extension EditForm {
  fileprivate var hasArgument: Bool { if case .none = argument { false } else { true } }

  /// Such as `zero`, `{scale: 2}` or `{add: ...}`.
  fileprivate var short: String {
    if isWord { return name }
    if case .number = argument { return example }
    return "{\(name): ...}"
  }
}
