import Checkpoints
import Diagnostics
import Execution
import Mazes
import Tensors
import Workbenches

/// `patchbay mazes`: how well a policy does in mazes that it was not trained on, by size.
public struct MazesCommand: Sendable {
  public let model: String
  public let sizes: [Int]
  /// How many mazes of each size.
  public let count: Int
  public let seed: UInt64
  public let cheese: CheesePlace
  /// Always take the most likely action, instead of drawing one by probability.
  public let isGreedy: Bool
  /// Steps after which a maze is given up.
  public let steps: Int
  public let isJSON: Bool

  public init(
    model: String, sizes: [Int] = [3, 5, 7, 9, 11, 13], count: Int = 200, seed: UInt64 = 0,
    cheese: CheesePlace = .topRight,
    isGreedy: Bool = false, steps: Int = 256, isJSON: Bool = false
  ) {
    self.model = model
    self.sizes = sizes
    self.count = count
    self.seed = seed
    self.cheese = cheese
    self.isGreedy = isGreedy
    self.steps = steps
    self.isJSON = isJSON
  }

  /// - Throws: `CheckpointError`, `ExperimentError`, `MazeError`, `CommandError`, `ConsoleError`, `CancellationError`.
  public func run(on console: Console) throws {
    let model = try Workbench(model).model
    try DrawnMazes.check(model.graph)
    let oracle = Oracle(model)
    let progress = ProgressLine("mazes", total: sizes.count, unit: "sizes", on: console)
    defer { progress.finish() }
    var rows: [Row] = []
    for size in sizes {
      let mazes = try EvaluationMazes.mazes(
        count: count, sizes: [size], seed: seed, cheese: cheese.rule)
      let spec = RolloutSpec(choice: isGreedy ? .greedy : .sample(seed: seed), stepLimit: steps, batch: 64)
      let played = try rollouts(of: mazes, spec: spec) { pictures in
        try Task.checkCancellation()
        return try oracle.lastLogits(try Batch(observations: pictures)).logits
      }
      rows.append(Row(size: size, mazes: mazes, played: played))
      progress.advance(to: rows.count, title: "\(size) x \(size)")
    }
    progress.finish()
    try console.print(isJSON ? json(rows).text : table(rows))
  }

  /// The results for the mazes of one size.
  private struct Row {
    let size: Int
    let summary: RolloutSummary
    /// The share of mazes in which the mouse passes the top-right 5 x 5 squares, of those whose cheese is elsewhere;
    /// NaN if there are none.
    let region: Double
    /// How many have their cheese elsewhere.
    let elsewhere: Int

    init(size: Int, mazes: [Maze], played: [Rollout]) {
      self.size = size
      summary = RolloutSummary(played)
      let region = CheeseRule.topRight(5)
      let others = mazes.indices.filter { index in
        mazes[index].cheese.map { !region.allows($0, size: size) } ?? true
      }
      elsewhere = others.count
      let came = others.count { index in
        !played[index].reachedCheese && played[index].reached(region, of: mazes[index])
      }
      self.region = Double(came) / Double(others.count)
    }
  }

  private func table(_ rows: [Row]) -> String {
    var table = TextTable(
      header: ["size", "mazes", "got cheese", "steps to it", "corner instead"],
      alignments: [.right, .right, .right, .right, .right])
    for row in rows {
      table.add([
        "\(row.size)", "\(row.summary.count)", "\(decimal(100 * row.summary.cheeseShare, 1)) %",
        row.summary.reachedCheese == 0 ? "-" : decimal(row.summary.meanStepsToCheese, 1),
        row.elsewhere == 0 ? "-" : "\(decimal(100 * row.region, 1)) % of \(row.elsewhere)",
      ])
    }
    let choice = isGreedy ? "the most likely action" : "actions drawn by probability"
    return """
      \(model): held-out mazes of seed \(seed), cheese \(cheese.rawValue), \(choice), at most \(steps) steps

      \(table.text)

      corner instead: of the mazes whose cheese is outside the top-right 5 x 5 squares, those in which the mouse goes there and never gets the cheese
      """
  }

  private func json(_ rows: [Row]) -> JSONValue {
    .array(
      rows.map { row in
        .object([
          "size": .integer(row.size), "mazes": .integer(row.summary.count),
          "got_cheese": .number(row.summary.cheeseShare),
          "steps": row.summary.reachedCheese == 0 ? .null : .number(row.summary.meanStepsToCheese),
          "cheese_elsewhere": .integer(row.elsewhere),
          "corner_instead": row.elsewhere == 0 ? .null : .number(row.region),
        ])
      })
  }
}
