import ArgumentParser
import Commands
import Runs

struct DatasetArguments: ConsoleCommand {
  static let configuration = CommandConfiguration(
    commandName: "dataset", abstract: "Print pairs of prompts, or generated text, as JSON lines.",
    discussion: """
      NAME is ioi, pronouns, agreement, successors, greater-than, induction or agency; or text, for the text that \
      bundled:ioi is trained on. The same arguments print the same lines on every machine. Experiment files draw the \
      same pairs with prompts: {template: {name: ...}}.

      Corruptions: ioi has swap-subject, random-name and flipped-order; the others have one. Splits: held-out is what \
      the training text never contains, training what it may contain, all both.

      Example: patchbay dataset ioi --count 64 --model bundled:ioi > prompts.jsonl
      """)

  @Argument(help: "The dataset.")
  var name: String
  @Option(help: "How many.")
  var count = 10
  @Option(help: "Which ones.")
  var seed: UInt64 = 0
  @Option(help: "How to corrupt prompts; the dataset's default if not given.")
  var corruption: String?
  @Option(help: "held-out, training or all.")
  var split = "held-out"
  @Option(
    help: "A model, or a folder with a tokenizer, that pairs must suit: prompts of equal length, answers of one token.")
  var model: String?
  @Flag(name: .customLong("aligned"), help: "Only pairs with the same frame: the same kind of word at every position.")
  var isAligned = false
  @OptionGroup var console: ConsoleOptions

  func work(on console: Console) throws {
    try DatasetCommand(
      name: name, count: count, seed: seed, corruption: corruption, split: split, model: model, isAligned: isAligned
    ).run(on: console)
  }
}
