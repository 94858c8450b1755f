import ExperimentFile

extension KeyTable {
  package static let mazes = KeyTable(
    name: "mazes", what: "a map with count, sizes and so on",
    keys: [
      Key("count", required: true, "how many mazes"),
      Key("sizes", required: true, "squares along each edge of the mazes"),
      Key("seed", "which ones"),
      Key("cheese", "where the cheese lies: anywhere or top-right"),
      Key("corrupted", "how the other maze of a pair differs"),
      Key("mouse", "where the mouse is: decision or start"),
      Key("actions", "which actions are the answer: direct or grouped"),
    ])
}
