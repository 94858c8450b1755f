import Analysis
import Diagnostics
import Testing

@Suite struct SelectionErrorTests {
  static let table: [(any DiagnosedError, String)] = [
    (SelectionError.noSuchCache("b", known: ["ab", "cache"]), "there is no cache 'b' (did you mean 'ab'?)"),
    (
      SelectionError.noSuchRun("corrupted", cache: "c", known: []),
      "the cache 'c' holds single prompts and has no run 'corrupted'"
    ),
    (
      SelectionError.noSuchRun("corrupted", cache: "c", known: ["clean"]),
      "the cache 'c' has no run 'corrupted' (one of: clean)"
    ),
    (
      SelectionError.noSuchHook("x*", file: "f.h5", known: ["a", "b"]),
      "f.h5: no activation matches 'x*'; it has a, b"
    ),
    (
      SelectionError.noSuchLayer(file: "f.h5", layers: [0, 1]),
      "f.h5: none of the chosen activations is in one of the given layers; the file has layers 0, 1"
    ),
    (
      SelectionError.noVectors(hook: "p"),
      "'p' has no vector for each token; an analysis needs activations that have one"
    ),
    (SelectionError.noPositions(hook: "c"), "'c' has no positions; leave 'positions' out"),
    (SelectionError.noHeads(hook: "r"), "'r' is not divided into heads; leave 'heads' out, or choose other hooks"),
    (SelectionError.headOutside(4, hook: "z", heads: 4), "'z' has 4 heads; there is no head 4"),
    (
      SelectionError.differentHeads(hook: "z", heads: 8, other: "k", otherHeads: 2),
      "'z' has 8 heads and 'k' has 2; analyse them separately"
    ),
    (
      SelectionError.differentWidths(hook: "z", width: 6, other: "r", otherWidth: 8),
      "'z' has 6 numbers and 'r' has 8; analyse activations of different widths separately"
    ),
    (
      SelectionError.differentModels(file: "a.h5", other: "b.h5"),
      "a.h5 and b.h5 come from different models; give 'across_models: true' to compare them"
    ),
    (
      SelectionError.noSuchLabel("kind", file: "f.h5", known: []),
      "f.h5: prompts have no label 'kind'; they have none at all"
    ),
    (
      SelectionError.noSuchLabel("kin", file: "f.h5", known: ["kind"]),
      "f.h5: prompts have no label 'kin' (did you mean 'kind'?)"
    ),
    (
      SelectionError.noSuchValue("x", label: "kind", known: ["person", "thing"]),
      "no prompt's 'kind' is 'x' (one of: person, thing)"
    ),
    (SelectionError.noLabels(kind: "readers"), "an analysis of the kind 'readers' needs 'labels'"),
    (
      SelectionError.notANumber("red", label: "size", file: "f.h5", example: 3),
      "f.h5: the label 'size' of prompt 3 is 'red', which is not a number"
    ),
    (
      SelectionError.positionNowhere("{a}", source: "s", hint: nil), "no prompt of s has the position {a}"
    ),
    (
      SelectionError.positionNowhere("9", source: "s", hint: "the first prompt has 3 tokens"),
      "no prompt of s has the position 9; the first prompt has 3 tokens"
    ),
    (
      SelectionError.noTokenStrings(file: "f.h5"),
      "f.h5 does not say what its tokens are (it was made without a tokenizer); give positions as numbers"
    ),
    (
      SelectionError.everyWithOtherPositions,
      "the position 'every' makes each token an example, and cannot be combined with other positions"
    ),
    (SelectionError.onePosition(label: "token"), "labels read off the token need exactly one position"),
    (SelectionError.noExamples(source: "s"), "no example of s is left to analyse"),
    (SelectionError.noRow(column: "x", example: 3), "the column 'x' has no row for prompt 3"),
    (
      SelectionError.notFinite(
        file: "f.h5", hook: "h", run: "", example: 1, position: nil, feature: 2, isUnwritten: true),
      "f.h5: 'h' is not a finite number at example 1, feature 2; nothing was written there: make the cache again"
    ),
    (
      SelectionError.differentExamples(place: "a", count: 2, other: "b", otherCount: 3),
      "a has 2 examples and b has 3; places are compared on the same examples"
    ),
    (
      SelectionError.noTraining(source: "s", hook: "h"),
      "s cannot be followed: 'train' has no 'h' of the same model"
    ),
    (SelectionError.noPairs(label: "x"), "no pairs: no value of 'x' has one example of each class"),
    (StudyError(study: "r", place: "h at -1", reason: "too few"), "analysis 'r', h at -1: too few"),
  ]

  @Test(arguments: table.indices) func wording(index: Int) {
    let (error, message) = Self.table[index]
    #expect(error.message == message)
    #expect(error.kind == .badData)
  }
}
