import Diagnostics
import ExperimentFile
import Runs
import TestSupport
import Testing
import Workbenches

@Suite struct PromptFileTests {
  @Test func oneObjectALine() throws {
    let text = """
      {"clean": "a", "corrupted": "b", "answer": " c", "wrong": [" d", " e"]}

      {"clean_tokens": [1, 2], "corrupted_tokens": [3, 4], "answer_token": 5}\r
      """
    let prompts = try PromptFile.parse(Array(text.utf8), file: "p.jsonl")
    #expect(prompts.map(\.place.line) == [1, 3])
    #expect(prompts[0].wrongs == [.text(" d"), .text(" e")])
    #expect(prompts[1].corrupted == .tokens([3, 4]))
    #expect(prompts[1].wrongs.isEmpty)
  }

  @Test func everyOtherKeyIsALabel() throws {
    let text = """
      {"clean": "a", "corrupted": "b", "answer": "c", "label": 3, "template": "ABBA-2", "held_out": true, "none": null}
      {"clean": "a", "corrupted": "b", "answer": "c", "labels": {"gender": "female"}, "margin": 0.5}
      """
    let prompts = try PromptFile.parse(Array(text.utf8), file: "p.jsonl")
    #expect(prompts[0].labels == ["label": "3", "template": "ABBA-2", "held_out": "true"])
    #expect(prompts[1].labels == ["gender": "female", "margin": "0.5"])
  }

  @Test func labelsOfPairsInTheExperimentItself() throws {
    let pair = "{clean: a, corrupted: b, answer: c, label: girl, labels: {template: 2}}"
    let experiment = try Experiment(
      yaml: "name: x\nprompts: {pairs: [\(pair)]}\ncache: {hooks: ['*']}", file: "x.yaml")
    #expect(experiment.prompts.written[0].labels == ["label": "girl", "template": "2"])
  }

  @Test func aFileIsFoundBesideItsExperiment() throws {
    let folder = try TemporaryFolder()
    try folder.write("p.jsonl", #"{"clean": "a", "corrupted": "b", "answer": "c"}"#)
    let file = try folder.write("x.yaml", "name: x\nprompts: {file: p.jsonl}\ncache: {hooks: ['*']}")
    let experiment = try Experiment(file: file)
    #expect(experiment.prompts.written[0].place == Place(file: "\(folder.path)/p.jsonl", line: 1))
  }

  @Test(arguments: [
    ("", "p: the file has no prompts; give one JSON object per line"),
    ("\n \n", "p: the file has no prompts; give one JSON object per line"),
    ("\n{\"clean\": }", "p: line 2, column 11: expected a value, found '}'"),
    ("[1]", "p:1: the line must be one JSON object with clean, corrupted, answer, wrong, not a list"),
    ("\n\"a\"", "p:2: the line must be one JSON object with clean, corrupted, answer, wrong, not the text 'a'"),
    ("\n\n{\"clan\": 3}", "p:3: unknown key 'clan' (did you mean 'clean'?)"),
    (
      "{\"clean\": 3, \"corrupted\": \"b\", \"answer\": \"c\"}",
      "p:1: 'clean' must be text; put it in quotes if it is meant as such, not the number 3"
    ),
    (
      "{\"clean\": \"a\", \"corupted\": \"b\", \"answer\": \"c\"}",
      "p:1: unknown key 'corupted' (did you mean 'corrupted'?)"
    ),
    (
      "{\"clean\": \"a\", \"corrupted\": \"b\", \"answer\": \"c\", \"parts\": [1]}",
      "p:1: 'parts' must be text or a number, not a list"
    ),
    (
      "{\"clean\": \"a\", \"corrupted\": \"b\", \"answer\": \"c\", \"a/b\": 1}",
      "p:1: a label cannot be named 'a/b': label names have 1 to 64 characters, no blanks and no /"
    ),
  ])
  func wrongLines(text: String, message: String) {
    let error = #expect(throws: ExperimentError.self) { try PromptFile.parse(Array(text.utf8), file: "p") }
    #expect(error?.message == message)
  }
}
