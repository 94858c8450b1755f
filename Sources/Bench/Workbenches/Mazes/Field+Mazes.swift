import ExperimentFile
import Mazes

extension Field {
  /// The mazes of an experiment.
  package func mazeSpec() throws -> MazeSpec {
    let keys = try map(.mazes)
    let count = try keys.required("count").integer(from: 1, to: 10_000)
    let seed = UInt64(try keys["seed"].map { try $0.integer(from: 0) } ?? 0)
    let sizes = try keys.required("sizes").oneOrMore(of: "sizes").map { try $0.mazeSize() }
    return MazeSpec(
      count: count, seed: seed, sizes: sizes,
      cheese: try keys["cheese"].map { try $0.choice(CheesePlace.self).rule } ?? .anywhere,
      corruption: try keys["corrupted"].map { try $0.choice(MazeSpec.Corruption.self) } ?? .noCheese,
      mouse: try keys["mouse"].map { try $0.choice(MazeSpec.MousePlace.self) } ?? .decision,
      groupsActions: try keys["actions"].map { try $0.choice(of: ["direct", "grouped"]) == "grouped" } ?? false,
      place: place)
  }

  /// Squares along each edge of a maze.
  package func mazeSize() throws -> Int {
    let size = try integer()
    guard Maze.sizes.contains(size) else {
      throw error(
        .badValue(
          path: path, value: "\(size)", expected: "an odd number from \(Maze.sizes[0]) to \(Maze.worldSize)"))
    }
    return size
  }
}
