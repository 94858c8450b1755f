import Foundation
import Testing

/// The arguments themselves: help, version, and arguments that are not understood.
@Suite struct UsageTests {
  @Test(arguments: [
    "run", "train", "logits", "cache", "generate", "hooks", "heads", "mazes", "inspect", "export", "models",
  ])
  func everyCommandHasHelpWithAnExample(command: String) throws {
    let help = try Tool.run(command, "--help")
    #expect(help.status == 0)
    #expect(help.errors.isEmpty)
    #expect(help.output.contains("Example: patchbay \(command)"))
    #expect(help.output.contains("USAGE: patchbay \(command)"))
  }

  /// The example of every command that the root lists is parsed unchanged: whatever files it names, its usage must not
  /// be wrong.
  @Test func everyExampleIsUnderstood() throws {
    let root = try Tool.run("--help").output
    let listed = root.components(separatedBy: "SUBCOMMANDS:\n")[1].split(separator: "\n").filter {
      $0.hasPrefix("  ") && !$0.hasPrefix("   ")
    }.compactMap { $0.split(separator: " ").first.map(String.init) }
    #expect(listed.count >= 13)
    let place = try Workplace()
    for command in listed where !["help", "See"].contains(command) {
      let help = try Tool.run("help", command).output
      let example = try #require(help.components(separatedBy: "Example: ").dropFirst().first, "\(command)")
      // Wrapped to the terminal's width; ends at the empty line.
      let line = example.components(separatedBy: "\n\n")[0].split(separator: "\n").map {
        $0.trimmingCharacters(in: .whitespaces)
      }.joined(separator: " ")
      #expect(line.hasPrefix("patchbay \(command)"), "\(line)")
      let shell = line.replacing("\\ ", with: "").replacing("patchbay \(command)", with: "\"$PATCHBAY\" \(command)")
      let finished = try Tool.shell(shell, in: place.path)
      #expect([0, 65, 66].contains(finished.status), "\(line): \(finished.status) \(finished.errors)")
    }
  }

  @Test func theRootListsTheCommands() throws {
    for arguments in [[], ["--help"], ["help"]] {
      let help = try Tool.run(arguments)
      #expect(help.status == 0)
      for command in [
        "run", "train", "logits", "cache", "generate", "hooks", "heads", "mazes", "inspect", "export", "models",
      ] {
        #expect(help.output.contains("  \(command)  "))
      }
    }
    let version = try Tool.run("--version")
    #expect(version.status == 0)
    #expect(version.output.split(separator: "\n").count == 1)
  }

  /// Arguments, and the line printed for them.
  static let wrong: [([String], String)] = [
    (["lgits"], "error: unknown command 'lgits' (did you mean 'logits'?)"),
    (
      ["frobnicate"],
      "error: unknown command 'frobnicate' (one of: run, train, dataset, logits, cache, analyze, vector, generate, hooks, heads, mazes, inspect, export, models)"
    ),
    (["hooks"], "error: missing expected argument '<model>' (see `patchbay hooks --help`)"),
    (["hooks", "m", "--jsn"], "error: unknown option '--jsn'. Did you mean '--json'? (see `patchbay hooks --help`)"),
    (["models", "extra"], "error: unexpected argument 'extra' (see `patchbay models --help`)"),
    (["--frob"], "error: unknown option '--frob' (see `patchbay --help`)"),
    (["logits", "m"], "error: give a prompt with --prompt or --tokens (see `patchbay logits --help`)"),
    (
      ["logits", "m", "--prompt", "a", "--tokens", "1"],
      "error: give either --prompt or --tokens, not both (see `patchbay logits --help`)"
    ),
    (
      ["logits", "m", "--prompt", "a", "--layer", "1"], "error: --layer needs --against (see `patchbay logits --help`)"
    ),
    (["logits", "m", "--prompt", "a", "--top", "0"], "error: --top must be 1 or more (see `patchbay logits --help`)"),
    (["heads", "m", "--top", "0"], "error: --top must be 1 or more (see `patchbay heads --help`)"),
    (["heads", "m", "--sequences", "0"], "error: --sequences must be 1 or more (see `patchbay heads --help`)"),
    (["mazes", "m", "--count", "0"], "error: --count must be 1 or more (see `patchbay mazes --help`)"),
    (["mazes", "m", "--steps", "0"], "error: --steps must be 1 or more (see `patchbay mazes --help`)"),
    (
      ["mazes", "m", "--sizes", "3,x"],
      "error: --sizes must be numbers separated by commas, such as 9,11,13 (see `patchbay mazes --help`)"
    ),
    (["heads", "m", "--length", "1"], "error: --length must be 2 or more (see `patchbay heads --help`)"),
    (["run", "e.yaml", "--threads", "0"], "error: --threads must be 1 or more (see `patchbay run --help`)"),
  ]

  @Test(arguments: wrong)
  func wrongUsageIsOneLineAndStatus64(arguments: [String], line: String) throws {
    let finished = try Tool.run(arguments)
    #expect(finished.status == 64)
    #expect(finished.output.isEmpty)
    #expect(finished.errorLines == [line])
  }

  /// Invalid option values: the wording is ArgumentParser's, the format ours.
  @Test(arguments: [
    ["logits", "m", "--tokens", "1,x"], ["run", "e.yaml", "--memory", "lots"], ["run", "e.yaml", "--threads", "two"],
    ["cache", "m", "--prompts", "p", "--hooks", "*", "--output", "o", "--dtype", "float8"],
    ["cache", "m", "--prompts", "p", "--hooks", "*"],
  ])
  func wrongValuesAreOneLineAndStatus64(arguments: [String]) throws {
    let finished = try Tool.run(arguments)
    #expect(finished.status == 64)
    #expect(finished.errorLines.count == 1)
    #expect(finished.errors.hasPrefix("error: "))
  }
}
