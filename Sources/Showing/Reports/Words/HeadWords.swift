import ActivationStore

/// What heads attend to and do, in words: on the page, in figures and on the terminal.
package enum HeadWords {
  /// The target of attention, by its label in files.
  package static func source(_ label: String) -> String {
    switch label {
    case "answer": "the answer"
    case "wrong": "the wrong token"
    case "wrongAgain": "the wrong token again"
    case "afterWrong": "the token after the wrong token"
    case "itself": "itself"
    case "previous": "the token before"
    case "first": "the first token"
    case "other": "others"
    default: label
    }
  }

  /// Where a head attends from, by its label in files.
  static func gaze(_ label: String) -> String {
    switch label {
    case "end": "from the end"
    case "wrongAgain": "from the wrong token's last position"
    default: "from \(label)"
    }
  }

  /// What a detector or a score of weights measures, by its name in files.
  static func score(_ name: String) -> String? {
    switch name {
    case "previous_token": "attention to the token before"
    case "current_token": "attention to the token itself"
    case "first_position": "attention to the first position"
    case "duplicate_token": "attention to earlier occurrences of the same token"
    case "induction": "attention to what followed earlier occurrences of the same token"
    case Schema.Heads.ovCopying: "attending to a token raises its logit"
    case Schema.Heads.qkCopying: "tokens attend to the same token"
    default: nil
    }
  }
}
