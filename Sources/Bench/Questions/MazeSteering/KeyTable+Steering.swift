import ExperimentFile
import Workbenches

extension KeyTable {
  static let steering = KeyTable(
    name: "steering[]", what: "vectors that are added: a map with name, add and so on",
    keys: [
      Key("name", required: true, "what the results are called"),
      Key("add", required: true, "vectors and their coefficients"),
      Key("site", "the hook that is added to, or a pattern"),
      Key("from", "whose vector: own, mean or every"),
      Key("rollouts", "how many of each maze"),
      Key("steps", "after which a rollout ends"),
      Key("additivity", "later activations"),
      Key("fields", "vector fields to draw"),
      Key("save", "whether to keep the vectors as files"),
    ])

  static let steeringAdd = KeyTable(
    name: "steering[].add", what: "a map from vectors to coefficients, such as {cheese: [-1, 1]}",
    keys: MazeSteeringSpec.Vector.made.map { Key($0.name, "coefficients") } + [Key("vector", "a vector file")])

  static let steeringVector = KeyTable(
    name: "steering[].add.vector", what: "a map with file or values, and coefficient",
    keys: [
      Key("file", "a vector file, relative to this one"),
      Key("values", "the vector's numbers"),
      Key("coefficient", required: true, "what it is multiplied by"),
      Key("anywhere", "whether it may be of another model or site"),
    ])

  static let steeringFields = KeyTable(
    name: "steering[].fields", what: "a map with mazes and at",
    keys: [
      Key("mazes", "of how many mazes"),
      Key("at", required: true, "the coefficient of each vector"),
    ])
}
