import ArgumentParser
import Commands
import Workbenches

struct MazesArguments: ConsoleCommand {
  static let configuration = CommandConfiguration(
    commandName: "mazes",
    abstract: "Show how well a policy does in mazes.",
    discussion: """
      Uses mazes that training never draws, with the mouse at the bottom left. For each size, shows how often the \
      mouse got the cheese and, where the cheese is elsewhere, how often it went to the top-right corner instead.

      Example: patchbay mazes bundled:maze --sizes 9,11,13 --cheese anywhere
      """)

  @Argument(help: "A folder with a conv policy, or bundled:NAME.")
  var model: String
  @Option(help: "Squares along each edge: odd numbers from 3 to 25, separated by commas.")
  var sizes = "3,5,7,9,11,13"
  @Option(help: "How many mazes of each size.")
  var count = 200
  @Option(help: "The seed for mazes and actions.")
  var seed: UInt64 = 0
  @Option(help: "Where the cheese is.")
  var cheese = CheesePlace.topRight
  @Flag(name: .customLong("greedy"), help: "Take the most likely action instead of drawing one by its probability.")
  var isGreedy = false
  @Option(help: "The largest number of steps in a maze.")
  var steps = 256
  @Flag(name: .customLong("json"), help: "Write JSON.")
  var isJSON = false
  @OptionGroup var console: ConsoleOptions

  func work(on console: Console) async throws {
    let numbers = sizes.split(separator: ",", omittingEmptySubsequences: false).map {
      Int($0.trimmingPrefix(while: \.isWhitespace))
    }
    let given = numbers.compactMap { $0 }
    guard given.count == numbers.count else {
      throw UsageError("--sizes must be numbers separated by commas, such as 9,11,13", command: "mazes")
    }
    if count < 1 { throw UsageError("--count must be 1 or more", command: "mazes") }
    if steps < 1 { throw UsageError("--steps must be 1 or more", command: "mazes") }
    try MazesCommand(
      model: model, sizes: given, count: count, seed: seed, cheese: cheese, isGreedy: isGreedy, steps: steps,
      isJSON: isJSON
    ).run(on: console)
  }
}
