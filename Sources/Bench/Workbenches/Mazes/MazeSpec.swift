import Checkpoints
import Diagnostics
import ExperimentFile
import Mazes
import ModelGraph
import Patching
import Tensors

/// The mazes of an experiment on a policy, and how the corrupted one of each pair differs.
public struct MazeSpec: Sendable, Hashable {
  /// The other maze of a pair. Raw values are the words of experiment files.
  public enum Corruption: String, Sendable, Hashable, CaseIterable {
    /// Without its cheese; the place of the cheese is still the answer.
    case noCheese = "no-cheese"
    /// With the cheese in the top-right corner.
    case cheeseAtCorner = "cheese-at-corner"
    /// With a straight path opened to the top-right corner.
    case pathToCorner = "path-to-corner"
  }

  /// Where the mouse is in sweeps. Raw values are the words of experiment files.
  public enum MousePlace: String, Sendable, Hashable, CaseIterable {
    /// Where the ways to cheese and corner diverge.
    case decision
    /// At the bottom left.
    case start
  }

  public let count: Int
  public let seed: UInt64
  public let sizes: [Int]
  public let cheese: CheeseRule
  public let corruption: Corruption
  public let mouse: MousePlace
  /// Whether all actions of a direction count as the answer, or only that of the arrow key alone.
  public let groupsActions: Bool
  public let place: Place

  public init(
    count: Int, seed: UInt64 = 0, sizes: [Int], cheese: CheeseRule = .anywhere, corruption: Corruption = .noCheese,
    mouse: MousePlace = .decision, groupsActions: Bool = false, place: Place
  ) {
    self.count = count
    self.seed = seed
    self.sizes = sizes
    self.cheese = cheese
    self.corruption = corruption
    self.mouse = mouse
    self.groupsActions = groupsActions
    self.place = place
  }
}

extension Maze {
  /// The maze with a straight path opened to the top right; unchanged if that path is open already.
  package func withPathToTopRight() throws(MazeError) -> Maze {
    do {
      return try openingPathToTopRight()
    } catch {
      if case .pathAlreadyOpen = error { return self }
      throw error
    }
  }
}

/// The drawn mazes of an experiment.
package struct DrawnMazes: Sendable {
  /// Each has a decision square, and the mouse is at the bottom left.
  package let mazes: [Maze]
  package let decisions: [Decision]
  private let spec: MazeSpec

  /// - Throws: `ExperimentError` at the line of the mazes.
  package init(_ spec: MazeSpec) throws {
    self.spec = spec
    do {
      mazes = try EvaluationMazes.mazes(
        count: spec.count, sizes: spec.sizes, seed: spec.seed, cheese: spec.cheese, withDecision: true)
    } catch {
      throw ExperimentError.wrapping(error, at: spec.place)
    }
    decisions = mazes.map { maze in
      guard let decision = maze.decision else { preconditionFailure("only mazes with a decision are drawn") }
      return decision
    }
  }

  /// Checks that a model takes such mazes.
  /// - Throws: `ExperimentError` at the line of the mazes.
  package func check(_ graph: ModelGraph) throws {
    do { try Self.check(graph) } catch { throw ExperimentError.wrapping(error, at: spec.place) }
  }

  /// - Throws: `MazeError.notAPolicy`.
  package static func check(_ graph: ModelGraph) throws {
    let actions = graph[graph.logits].layout.width
    guard case .observations(3, Observation.edge, Observation.edge) = graph.input, actions == MoveDirection.actionCount
    else { throw MazeError.notAPolicy(family: graph.family) }
  }

  /// The pairs of pictures that sweeps run on: the answer is the way to the cheese of the clean maze, the wrong answer
  /// is the way to the corner.
  /// - Throws: `ExperimentError` at the line of the mazes.
  package func prompts() throws -> PromptSet {
    do {
      let pairs = try zip(mazes, decisions).map { maze, decision in
        (try placed(maze, decision), try placed(corrupted(maze), decision))
      }
      return PromptSet(
        clean: observations(of: pairs.map(\.0)), corrupted: observations(of: pairs.map(\.1)),
        actions: zip(mazes, decisions).map { maze, decision in
          guard spec.mouse == .decision else {
            let first = maze.bestDirection(to: decision.square) ?? decision.toCheese
            return (actions(first), MoveDirection.allCases.filter { $0 != first }.flatMap(actions))
          }
          return (actions(decision.toCheese), actions(decision.toCorner))
        })
    } catch {
      throw ExperimentError.wrapping(error, at: spec.place)
    }
  }

  /// Properties of each maze, for the results file.
  package var labels: [[String: String]] {
    zip(mazes, decisions).map { maze, decision in
      [
        "maze": maze.drawing.joined(separator: "/"), "size": "\(maze.size)",
        "cheese": maze.cheese.map { "\($0)" } ?? "", "decision": "\(decision.square)",
        "to_cheese": "\(decision.toCheese)", "to_corner": "\(decision.toCorner)",
      ]
    }
  }

  private func actions(_ direction: MoveDirection) -> [Int32] {
    spec.groupsActions ? direction.actions.map(Int32.init) : [Int32(direction.directAction)]
  }

  private func placed(_ maze: Maze, _ decision: Decision) throws -> Maze {
    spec.mouse == .start ? maze : try maze.withMouse(at: decision.square)
  }

  private func corrupted(_ maze: Maze) throws -> Maze {
    switch spec.corruption {
    case .noCheese: try maze.withoutCheese()
    case .cheeseAtCorner: try maze.withCheese(at: maze.topRight)
    case .pathToCorner: try maze.withPathToTopRight()
    }
  }
}
