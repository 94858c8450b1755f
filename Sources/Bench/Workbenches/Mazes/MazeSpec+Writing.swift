import Diagnostics
import ExperimentFile

extension MazeSpec {
  /// As written in an experiment file.
  package var written: JSONValue {
    let word = CheesePlace.allCases.first { $0.rule == cheese }?.rawValue
    return .object([
      "count": .integer(count), "sizes": .array(sizes.map { .integer($0) }), "seed": .seed(seed),
      // A corner of another size has no word; the empty word is rejected when it is read.
      "cheese": .string(word ?? ""), "corrupted": .string(corruption.rawValue),
      "mouse": .string(mouse.rawValue), "actions": .string(groupsActions ? "grouped" : "direct"),
    ])
  }
}
