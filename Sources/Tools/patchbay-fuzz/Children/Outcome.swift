/// The outcome of a mutant.
struct Outcome: Sendable {
  enum Verdict: String, Sendable {
    /// It was read and found sound.
    case accepted
    /// It was refused with one line that says what is wrong.
    case refused
    /// An error that is not a `DiagnosedError`, an unsuitable message, or something unsound that was accepted.
    case flawed
    case crashed
    case hung
  }

  let number: Int
  let verdict: Verdict
  var milliseconds = 0
  /// The largest memory it used beyond what was in use before.
  var kibibytes = 0
  /// The error's message, or how the process ended.
  var message = ""

  /// The line in which the child reports it.
  var line: String {
    "done \(number) \(verdict.rawValue) \(milliseconds) \(kibibytes) \(message.map { $0.isNewline ? " " : String($0) }.joined())"
  }

  init(number: Int, verdict: Verdict, milliseconds: Int = 0, kibibytes: Int = 0, message: String = "") {
    self.number = number
    self.verdict = verdict
    self.milliseconds = milliseconds
    self.kibibytes = kibibytes
    self.message = message
  }

  init?(line: Substring) {
    let words = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: false)
    guard words.count == 6, words[0] == "done", let number = Int(words[1]),
      let verdict = Verdict(rawValue: String(words[2])), let milliseconds = Int(words[3]),
      let kibibytes = Int(words[4])
    else { return nil }
    self.init(
      number: number, verdict: verdict, milliseconds: milliseconds, kibibytes: kibibytes, message: String(words[5]))
  }

  /// Whether a person has to look at it.
  var isFinding: Bool { ![.accepted, .refused].contains(verdict) }
}
