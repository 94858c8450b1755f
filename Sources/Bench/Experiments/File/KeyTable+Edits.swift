import Interventions

/// The keys of edits, as the kinds of edit say them.
extension KeyTable {
  static let edit = KeyTable(
    name: "sweeps[].edit", what: oneOf(Edit.kinds.map { $0.form.short }),
    keys: Edit.kinds.map { $0.form }.filter(\.hasArgument).map { Key($0.name, $0.meaning) })

  /// A table for each kind of edit whose argument is a map.
  static let editArguments = Edit.kinds.compactMap { argument(of: $0.form) }

  /// The keys of an edit's argument; nil where that is no map.
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
