import Foundation
import TestSupport
import Testing

/// `patchbay train` as a person runs it, and through power cuts.
@Suite struct TrainTests {
  private static let recipe = """
    model: {n_layers: 1, n_heads: 2, d_model: 16, n_ctx: 12}
    data: {text: text.txt}
    tokenizer: model
    steps: 60
    batch_tokens: 60
    optimizer: {learning_rate: 0.01, warm_up: 5}
    validation: {every: 25, documents: 3}
    checkpoint_every: 1
    """

  /// A workplace with a text about Mary and a recipe.
  private static func place(_ changes: (from: String, to: String)...) throws -> Workplace {
    let place = try Workplace()
    let lines = (0..<80).map {
      "When Mary and John went to the \($0 % 3 == 0 ? "store" : "park") John gave Mary a drink"
    }
    try place.write("text.txt", lines.joined(separator: "\n") + "\n")
    var text = recipe
    for change in changes { text = text.replacingOccurrences(of: change.from, with: change.to) }
    try place.write("recipe.yaml", text)
    return place
  }

  private static func train(_ place: Workplace, _ arguments: String..., output: String = "out/m") throws
    -> Tool.Finished
  {
    try Tool.run(["train", "recipe.yaml", "--output", output] + arguments, in: place.path)
  }

  private static func bytes(_ place: Workplace, _ file: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: "\(place.out)/\(file)"))
  }

  private static let files = [
    "m", "m/checkpoint.safetensors", "m/config.json", "m/loss.csv", "m/loss.svg", "m/model.safetensors",
    "m/recipe.yaml", "m/tokenizer.json",
  ]

  @Test func aModelThatOtherCommandsTake() throws {
    let place = try Self.place()
    let finished = try Self.train(place)
    #expect(finished.status == 0, "\(finished.errors)")
    #expect(finished.output.hasPrefix("out/m: 60 steps, "))
    #expect(finished.errors.contains("step 25: loss ") && finished.errors.contains("step 60: loss "))
    #expect(finished.errors.contains("3760 parameters, 60 steps of about 60 tokens on "))
    #expect(try place.written() == Self.files)
    #expect(try Self.bytes(place, "m/recipe.yaml") == Data(Self.recipe.utf8))
    let original = try Data(contentsOf: URL(fileURLWithPath: "\(place.model)/tokenizer.json"))
    #expect(try Self.bytes(place, "m/tokenizer.json") == original)
    // It has learnt what John does.
    let logits = try Tool.run(
      "logits", "out/m", "--prompt", "When Mary and John went to the park John gave", in: place.path)
    #expect(logits.status == 0, "\(logits.errors)")
    let first = logits.output.split(separator: "\n").first { $0.contains("Mary") || $0.contains("drink") }
    #expect(first?.contains("Mary") == true, "\(logits.output)")
  }

  @Test func threadsAndQuietChangeNothing() throws {
    let place = try Self.place()
    #expect(try Self.train(place, "--threads", "1").status == 0)
    let quiet = try Self.train(place, "--threads", "3", "--quiet", output: "out/n")
    #expect(quiet.status == 0 && quiet.errors.isEmpty && quiet.output.hasPrefix("out/n: "))
    for file in ["model.safetensors", "checkpoint.safetensors", "loss.csv"] {
      #expect(try Self.bytes(place, "m/\(file)") == Self.bytes(place, "n/\(file)"), "\(file)")
    }
    #expect(try Self.train(place, "--seed", "8", output: "out/s").status == 0)
    #expect(try Self.bytes(place, "m/model.safetensors") != Self.bytes(place, "s/model.safetensors"))
    let copy = String(decoding: try Self.bytes(place, "s/recipe.yaml"), as: UTF8.self)
    #expect(copy == "# trained with --seed 8\n\(Self.recipe)")
  }

  /// Killed at random moments, also in the middle of writing, until it finishes.
  @Test func killedAndResumedItEndsWithTheSameBytes() throws {
    let place = try Self.place(("steps: 60", "steps: 400"))
    #expect(try Self.train(place, "--quiet").status == 0)
    var generator = SystemRandomNumberGenerator()
    var (kills, runs) = (0, 0)
    while runs < 200 {
      runs += 1
      let hasCheckpoint = FileManager.default.fileExists(atPath: "\(place.out)/k/checkpoint.safetensors")
      let running = try Tool.start(
        Tool.path, ["train", "recipe.yaml", "--output", "out/k", "--quiet"] + (hasCheckpoint ? ["--resume"] : []),
        in: place.path)
      // A little longer each time, so that it finishes on a slow machine too.
      usleep(UInt32.random(in: 20_000...(150_000 + UInt32(runs) * 20_000), using: &generator))
      let wasRunning = running.process.isRunning
      kill(running.process.processIdentifier, SIGKILL)
      let finished = try Tool.finish(running)
      if finished.status == 0 { break }
      #expect(wasRunning && finished.status == 128 + SIGKILL, "\(finished.errors)")
      kills += 1
    }
    #expect(kills > 0 && runs < 200)
    for file in ["model.safetensors", "checkpoint.safetensors", "loss.csv", "loss.svg", "config.json"] {
      #expect(try Self.bytes(place, "m/\(file)") == Self.bytes(place, "k/\(file)"), "\(file) after \(kills) kills")
    }
    #expect(try place.written().filter { $0.hasSuffix(".partial") }.isEmpty)
  }

  @Test(arguments: [SIGINT, SIGTERM]) func stoppedItSaysHowToResume(signal: Int32) throws {
    let place = try Self.place(("steps: 60", "steps: 100000"), ("checkpoint_every: 1", "checkpoint_every: 50"))
    let running = try Tool.start(Tool.path, ["train", "recipe.yaml", "--output", "out/m", "--quiet"], in: place.path)
    let deadline = Date(timeIntervalSinceNow: 60)
    while try place.written().count < 2, running.process.isRunning, Date() < deadline { usleep(5000) }
    kill(running.process.processIdentifier, signal)
    let finished = try Tool.finish(running)
    try expectFailure(
      finished, status: 130, "interrupted after ",
      " of 100000 steps; the checkpoint is in out/m; continue with --resume")
    #expect(try place.written() == ["m", "m/checkpoint.safetensors"])
    // Without --resume it is not overwritten.
    try expectFailure(try Self.train(place), status: 73, "out/m: it already holds a checkpoint; give --resume")
  }

  @Test func losingAllBoundsStops() throws {
    let place = try Self.place(("learning_rate: 0.01", "learning_rate: 1e38, clip: none"))
    let finished = try Self.train(place, "--quiet")
    try expectFailure(finished, status: 65, " is not a finite number; ", "try a lower learning rate")
    #expect(try !place.written().contains("m/config.json"))
  }

  @Test func whatIsRefused() throws {
    let place = try Self.place()
    try expectFailure(
      try Self.train(place, "--resume"), status: 66, "out/m: there is no checkpoint to resume from", leaving: place)
    try expectFailure(
      try Tool.run("train", "no.yaml", "--output", "out/m", in: place.path), status: 66, "no.yaml: no such file")
    try expectFailure(
      try Tool.run("train", "recipe.yaml", "--output", "text.txt", in: place.path), status: 73,
      "text.txt: cannot be written")
    #expect(try Self.train(place, "--quiet").status == 0)
    try expectFailure(try Self.train(place), status: 73, "out/m: it already holds a trained model")
    try place.write("recipe.yaml", Self.recipe.replacing("warm_up: 5", with: "warm_up: 6"))
    try expectFailure(
      try Self.train(place, "--resume"), status: 65,
      "the checkpoint is from another recipe: optimizer.warm_up is 6 here and 5 there"
    )
    try place.write("recipe.yaml", Self.recipe.replacing("warm_up: 5", with: "warmup: 5"))
    try expectFailure(
      try Self.train(place), status: 65, "recipe.yaml:6: unknown key 'warmup' in 'optimizer' (did you mean 'warm_up'?)")
    for arguments in [["--threads", "0"], ["--threads", "x"], ["--seed", "-1"]] {
      let finished = try Tool.run(["train", "recipe.yaml", "--output", "out/x"] + arguments, in: place.path)
      #expect(finished.status == 64 && finished.errorLines.count == 1, "\(finished.errors)")
    }
    #expect(try Tool.run("train", "recipe.yaml", in: place.path).status == 64)
  }
}
