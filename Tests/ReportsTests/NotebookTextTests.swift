import Analysis
import Diagnostics
import Reports
import Testing

@Suite struct NotebookTextTests {
  @Test(
    arguments: [
      ("plain", "\"plain\""), ("a\"b", #""a\"b""#), (#"a\b"#, #""a\\b""#), ("a\nb\tc\rd", #""a\nb\tc\rd""#),
      ("é你🎈", "\"é你🎈\""), ("\u{0}\u{1B}", #""\u0000\u001b""#), ("\u{202E}x\u{2028}", #""\u202ex\u2028""#),
    ] as [(String, String)])
  func literals(text: String, literal: String) { #expect(pythonLiteral(text) == literal) }

  @Test func listsOfLiterals() { #expect(pythonList(["a", "\""]) == #"["a", "\""]"#) }

  @Test(
    arguments: [
      ("a-b_c.d", #"a-b\_c.d"#), ("<script>", "&lt;script&gt;"), ("$x$", "&#36;x&#36;"), ("a\nb", "a b"),
      ("# title", "\\# title"),
      ("- item", #"\- item"#), ("[a](b)", #"\[a\](b)"#), ("a&b", "a&amp;b"), ("*a* `b`", #"\*a\* \`b\`"#),
    ] as [(String, String)])
  func words(text: String, markdown: String) { #expect(markdownWords(text) == markdown) }

  @Test(
    arguments: [
      ("a_b", "`a_b`"), ("a`b", "`` a`b ``"), ("``", "``` `` ```"), ("a\nb", "`a\\nb`"),
    ] as [(String, String)])
  func code(text: String, markdown: String) { #expect(markdownCode(text) == markdown) }

  @Test(
    arguments: [
      (0.0004, "0.000"), (-0.0004, "0.000"), (-0.0006, "-0.001"), (12.3456, "12.346"), (.nan, "nan"), (-.nan, "nan"),
      (.infinity, "inf"), (-.infinity, "-inf"), (-0.0, "0.000"),
    ] as [(Double, String)])
  func numbers(value: Double, text: String) { #expect(notebookNumber(value) == text) }

  @Test(
    arguments: [
      (" Mary", "Mary"), ("Ġthe", "the"), ("▁the", "the"), (" ", "␣"), ("  ", "␣␣"), ("", "∅"), ("\n", "⏎"),
      (" a b", "a b"), ("\t\r", "⇥␍"),
    ] as [(String, String)])
  func tokens(token: String, text: String) { #expect(notebookToken(token) == text) }

  @Test func tablesAreFlushRight() {
    #expect(notebookTable(["a", "longer"], [["你好", "1"], ["x", ""]]) == " a  longer\n你好       1\n x\n")
  }

  @Test(
    arguments: [
      (.name(file: "a.txt"), .wrongUsage, "the notebook's file 'a.txt' must end in .ipynb"),
      (.cannotWrite(file: "a.ipynb", reason: "disk full"), .cannotCreateOutput, "cannot write 'a.ipynb': disk full"),
    ] as [(NotebookError, FailureKind, String)])
  func messages(error: NotebookError, kind: FailureKind, message: String) {
    #expect(error.message == message && error.kind == kind)
  }

  /// The notebook's intervals are those of the analyses.
  @Test func intervalsAreThoseOfTheBootstrap() {
    for count in [1, 2, 7, 64] {
      let values = (0..<count).map { Double($0 * $0 % 11) - 3 }
      let (own, other) = (NotebookBootstrap(examples: count).interval(values), Bootstrap().mean(of: values))
      for (a, b) in [(own.mean, other.value), (own.low, other.low), (own.high, other.high)] {
        #expect(abs(a - b) < 1e-12)
      }
    }
  }

  @Test func whatIsNotThereIsLeftOutOfIntervals() {
    let interval = NotebookBootstrap(examples: 4).interval([1, .nan, 3, .infinity])
    #expect(interval.mean == 2 && interval.low == 1 && interval.high == 3)
    #expect(NotebookBootstrap(examples: 2).interval([.nan, .nan]).mean.isNaN)
  }
}
