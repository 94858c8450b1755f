import Diagnostics
import ExperimentFile
import Testing

/// The wording of every error.
@Suite struct MessageTests {
  @Test(
    arguments: [
      (.fileNotFound("x.yaml"), .inputNotFound, "x.yaml: no such file"),
      (.notAFile("x"), .badData, "x: not a regular file"),
      (.unreadable(file: "x", reason: "permission denied"), .ioFailed, "x: cannot be read: permission denied"),
      (.notUTF8(file: "x"), .badData, "x: the file is not UTF-8 text"),
      (
        .brokenYAML(file: "x", line: 3, column: 5, problem: "did not find expected key"), .badData,
        "x:3: not YAML: did not find expected key (column 5)"
      ),
      (
        .brokenJSON(file: "p", JSONError(line: 2, column: 1, problem: .invalidUTF8)), .badData,
        "p: line 2, column 1: the bytes are not UTF-8"
      ),
      (
        .noExperiment(file: "x"), .badData,
        "x: the file has no experiment; it needs the keys name, prompts and sweeps"
      ),
      (.noPrompts(file: "p"), .badData, "p: the file has no prompts; give one JSON object per line"),
      (.noDocuments(file: "t"), .badData, "t: the file has no text; give one document per line"),
      (
        .inFile(Place(file: "x", line: 3), .nothingToDo), .badData,
        "x:3: there is nothing to do: give sweeps, steering, readouts or a cache"
      ),
      (.nested(Place(file: "x", line: 3), .inputNotFound, "p: no such file"), .inputNotFound, "x:3: p: no such file"),
      (.nested(nil, .ioFailed, "the disk is full"), .ioFailed, "the disk is full"),
      (.unknownVectorFormat(file: "v.txt"), .badData, "v.txt: a vector is read from a .npy, .json or .gguf file"),
      (.badVector(file: "v", problem: "it has no numbers"), .badData, "v: it has no numbers"),
      (
        .noModel(file: "x"), .badData,
        "x: no model: give the key 'model' (a folder, or bundled:NAME) or the option --model"
      ),
      (
        .bundledModelsMoved(name: "ioi", place: "/a/b"), .inputNotFound,
        "bundled:ioi: the folder /a/b is not next to the program; build again, or move it with the program"
      ),
      (
        .noSuchBundledModel(name: "ioi", bundled: []), .inputNotFound,
        "bundled:ioi: no model is bundled; name a folder (config.json, model.safetensors) as 'model' or with --model"
      ),
      (
        .noSuchBundledModel(name: "iou", bundled: ["ioi", "induction"]), .inputNotFound,
        "bundled:iou: no such bundled model (did you mean 'ioi'?)"
      ),
      (
        .cannotCreateFolder("out", reason: "no space"), .cannotCreateOutput,
        "out: the folder cannot be created: no space"
      ),
      (.interrupted, .interrupted, "interrupted"),
      (
        .interruptedWithRest(done: 3, total: 9, file: "a/x.h5.partial"), .interrupted,
        "interrupted; 3 of 9 runs are in 'a/x.h5.partial': run the same command with --resume to continue"
      ),
      (
        .cannotResume(file: "x.h5", difference: "line 2 was 'a' and is 'b'"), .badData,
        """
        'x.h5' cannot be resumed: line 2 was 'a' and is 'b'; undo the change, or run without --resume to start over (the existing \
        file is set aside)
        """
      ),
    ] as [(ExperimentError, FailureKind, String)])
  func errors(error: ExperimentError, kind: FailureKind, message: String) {
    #expect(error.message == message)
    #expect(error.kind == kind)
  }

  @Test(
    arguments: [
      (
        .unknownKey(key: "sits", of: "sweeps[0]", known: ["site"]),
        "unknown key 'sits' in 'sweeps[0]' (did you mean 'site'?)"
      ),
      (.missingKey(key: "name", of: "", meaning: "what it is called"), "the key 'name' is missing (what it is called)"),
      (
        .notExactlyOne(of: ["pairs", "file"], found: [], path: "prompts"),
        "exactly one of pairs, file is needed in 'prompts'; there is none"
      ),
      (
        .cannotCombine(key: "over", other: "path", path: "sweeps[0]"),
        "'over' cannot be combined with 'path' in 'sweeps[0]'"
      ),
      (.keyNotText(path: "cache"), "a key must be text in 'cache'"),
      (.duplicateKeys(["a", "b"]), "repeated keys: a, b"),
      (.wrongType(path: "a.b", found: "a list", expected: "text"), "'a.b' must be text, not a list"),
      (.badValue(path: "a", value: "-1", expected: "0 or more"), "'a' is -1; it must be 0 or more"),
      (
        .badLabelName("a b"),
        "a label cannot be named 'a b': label names have 1 to 64 characters, no blanks and no /"
      ),
      (.unknownWord(path: "a", word: "nois", known: ["noise"]), "'a': there is no 'nois' (did you mean 'noise'?)"),
      (.emptyList(path: "metrics", expected: "metrics"), "'metrics' is empty; give at least one of metrics"),
      (.repeated(path: "metrics", word: "kl"), "'metrics' has 'kl' twice"),
      (.duplicateName(of: "a sweep", name: "s", firstLine: 4), "a sweep named 's' is already defined at line 4"),
      (
        .duplicateName(of: "an element of 'steering'", name: "r", firstLine: 4),
        "an element of 'steering' named 'r' is already defined at line 4"
      ),
      (.needsMazes(key: "steering"), "'steering' is for mazes, but the file has no key 'mazes'"),
      (.duplicateName(of: "a readout", name: "r", firstLine: 4), "a readout named 'r' is already defined at line 4"),
      (.nothingToDo, "there is nothing to do: give sweeps, steering, readouts or a cache"),
      (
        .notWritable(one: "a sweep", name: "s"),
        "a sweep named 's' cannot be written in an experiment file; read it from a file, or change it"
      ),
      (.coefficientNeedsAdd(path: "a"), "'a': only the edit 'add' has the axis 'coefficient'"),
      (
        .editNeedsArgument(path: "a", edit: "scale", example: "{scale: 2}"),
        "'a': the edit 'scale' is written as {scale: 2}"
      ),
      (
        .noEstimate(path: "a", metric: "rank", reason: "it jumps"),
        "'a': attribution cannot estimate the metric 'rank': it jumps"
      ),
      (
        .normOfSequence(path: "a"),
        "'a': the file has a vector for each position, each with its own length; use a method other than 'difference'"
      ),
      (.normOfNothing(path: "a", layer: nil), "'a': the vector is all zeros and cannot be brought to another length"),
      (
        .normOfNothing(path: "a", layer: 3),
        "'a': the vector for layer 3 is all zeros and cannot be brought to another length"
      ),
      (
        .normHasNoLayer(path: "a", layer: 3, layers: [0, 1]),
        "'a': the file has vectors for layers 0, 1, but none for layer 3"
      ),
      (
        .normHasNoLayer(path: "a", layer: nil, layers: [0, 1]),
        "'a': the file has vectors for layers 0, 1, but one length for all layers is needed"
      ),
      (
        .standingHasAxis(path: "a"),
        "'a': an edit under 'with' has a single coefficient, and its direction cannot come from another example"
      ),
      (.additivityNeedsAdd(path: "a"), "'a': additivity needs the edit 'add'"),
      (
        .noEstimateWithOtherEdits(path: "a"),
        "'a': attribution estimates edits of the unedited run; leave out 'with', or the method"
      ),
      (.sweepDoesNotFit(sweep: "s", reason: "no"), "sweep 's': no"),
      (.emptySelection(sweep: "s", axis: "layer"), "sweep 's': the selection along 'layer' is empty"),
      (.repeatedEntry(sweep: "s", axis: "layer", entry: 2), "sweep 's': the selection along 'layer' has 2 twice"),
      (
        .logitsHaveOnePosition(path: "a"),
        "'a': the logits are read at the last position only; leave it out, or give the logits a sweep of their own"
      ),
      (
        .lineIsNoPair(found: "a list"),
        "the line must be one JSON object with clean, corrupted, answer, wrong, not a list"
      ),
      (
        .mixedPrompts(path: "prompts.pairs[0]"),
        "clean and corrupted in 'prompts.pairs[0]' must both be text or both be token ids (clean_tokens, corrupted_tokens)"
      ),
      (
        .needsTokenizer(key: "clean", folder: "m", instead: "clean_tokens"),
        "'clean' cannot be tokenized: m has no tokenizer; give clean_tokens instead"
      ),
      (
        .notOneToken(key: "answer", text: "Mary", pieces: ["M", "ary"]),
        "answer 'Mary' must be one token, not 2: 'M' 'ary'; if it follows a space, write the space too: ' Mary'"
      ),
      (
        .notOneToken(key: "wrong", text: " Mary", pieces: [" M", "ary"]),
        "wrong ' Mary' must be one token, not 2: ' M' 'ary'"
      ),
      (.unknownToken(key: "wrong", text: " X"), "wrong ' X' is not in the tokenizer's vocabulary"),
      (
        .differentLengths(clean: ["a"], corrupted: ["b", "c"]),
        """
        clean and corrupted must have the same number of tokens; clean has 1, corrupted 2. They differ from here on:
          position  clean  corrupted
                 0  'a'    'b'
                 1  -      'c'
        """
      ),
      (.emptyPrompt(key: "clean"), "clean has no tokens; a prompt needs at least one"),
      (
        .tokenOutOfRange(key: "clean", token: 9, vocabulary: 9, isFromText: false),
        "clean: token 9 is outside the model's vocabulary (0 to 8)"
      ),
      (
        .tokenOutOfRange(key: "clean", token: 9, vocabulary: 9, isFromText: true),
        "clean: token 9 is outside the model's vocabulary (0 to 8); the tokenizer is not this model's"
      ),
      (.promptTooLong(key: "clean", tokens: 9, context: 8), "clean has 9 tokens, more than the model's context of 8"),
      (
        .noWrong(metric: "logit_diff"),
        "'wrong' (or wrong_token) is missing; the metric logit_diff compares the answer with it"
      ),
      (.sameAnswer(" a"), "answer and wrong are the same token, ' a'; there is nothing to compare"),
      (.caused("site 'z' has no axis"), "site 'z' has no axis"),
    ] as [(FileProblem, String)])
  func problems(problem: FileProblem, message: String) {
    #expect(ExperimentError.inFile(Place(file: "x", line: 3), problem).message == "x:3: \(message)")
  }

  @Test func whatComesOutOfFilesStaysOnOneLine() {
    let nasty = "a\nb\u{1B}[31m" + String(repeating: "x", count: 500)
    let problems: [FileProblem] = [
      .unknownKey(key: nasty, of: "", known: ["name"]), .duplicateKeys([nasty]),
      .unknownWord(path: "a", word: nasty, known: ["b"]), .notOneToken(key: "answer", text: nasty, pieces: [nasty]),
      .sameAnswer(nasty), .repeated(path: "a", word: nasty),
    ]
    for problem in problems {
      let message = ExperimentError.inFile(Place(file: "x", line: 1), problem).message
      #expect(!message.contains("\n") && !message.contains("\u{1B}") && message.count < 400, "\(message)")
    }
  }
}
