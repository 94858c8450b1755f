import ExperimentFile

extension KeyTable {
  static let readout = KeyTable(
    name: "readouts[]", what: "a readout: a map with name and read",
    keys: [
      Key("name", required: true, "what the readout is called in the results"),
      Key("read", required: true, oneOf(ReadoutSpec.kinds.map(\.word))),
    ] + ReadoutSpec.kinds.flatMap(\.keys) + [Key("runs", "clean, corrupted or both")])
}
