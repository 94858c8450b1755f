import ActivationStore

/// The tokens at the positions of the prompts.
struct TokenAxis: Sendable {
  /// One position over all prompts.
  struct Place: Sendable, Hashable {
    /// The token that all prompts have there, or that of the first prompt if they differ; its number if the file has no
    /// texts.
    let text: String
    /// Whether the clean prompts differ here.
    let varies: Bool
    /// The label whose value is here in every prompt, such as `subject`.
    let role: String?
    /// How many prompts have a different token here in the corrupted version.
    let changed: Int
  }

  /// For each prompt, as texts; numbers if the file has no texts.
  let clean: [[String]], corrupted: [[String]]
  /// Whether all prompts have the same length, so that positions have common names.
  let isAligned: Bool
  /// For each position if prompts are aligned, otherwise empty.
  let places: [Place]
  let longest: Int

  init(_ prompts: [PromptRow]) {
    let clean = prompts.map { $0.cleanTokenStrings ?? $0.cleanTokens.map { "#\($0)" } }
    let corrupted = zip(prompts, clean).map { prompt, own in
      prompt.corruptedTokenStrings ?? prompt.corruptedTokens?.map { "#\($0)" } ?? own
    }
    (self.clean, self.corrupted) = (clean, corrupted)
    longest = clean.map(\.count).max() ?? 0
    isAligned = longest > 0 && Set(clean.map(\.count)).count == 1
    guard isAligned else {
      places = []
      return
    }
    places = (0..<longest).map { position in
      let tokens = clean.map { $0[position] }
      let varies = tokens.contains { $0 != tokens[0] }
      return Place(
        text: tokens[0], varies: varies, role: varies ? Self.role(of: tokens, prompts) : nil,
        changed: zip(clean, corrupted).count { $1.indices.contains(position) && $0[position] != $1[position] })
    }
  }

  /// The name of the label with exactly these values.
  private static func role(of tokens: [String], _ prompts: [PromptRow]) -> String? {
    let names = prompts.first?.labels.keys.sorted() ?? []
    return names.first { name in
      zip(prompts, tokens).allSatisfy { prompt, token in
        guard let value = prompt.labels[name], !value.isEmpty else { return false }
        return token == value || token == " \(value)" || token == "▁\(value)" || token == "Ġ\(value)"
      }
    }
  }

  /// A name for each position over all prompts, for figures: the token or the role, and a mark if prompts differ.
  var labels: [String] {
    isAligned
      ? places.enumerated().map { position, place in "\(position) \(place.name)" }
      : (0..<longest).map(String.init)
  }
}

extension TokenAxis.Place {
  /// The token with visible spaces, or its role in brackets, with a star if it is only the first prompt's.
  var name: String { role.map { "‹\($0)›" } ?? (shownToken(text) + (varies ? "*" : "")) }
}

/// A token on one line: a leading space is omitted (most tokens have one), a token of only spaces becomes visible,
/// controls are escaped.
func shownToken(_ text: String) -> String {
  let plain = text.replacing("\n", with: "⏎").replacing("\t", with: "⇥").replacing("\r", with: "␍")
  let marks: Set<Character> = [" ", "▁", "Ġ"]
  guard let first = plain.first, marks.contains(first) else { return plain.isEmpty ? "∅" : plain }
  let rest = plain.dropFirst()
  return rest.isEmpty || rest.allSatisfy({ marks.contains($0) })
    ? String(repeating: "␣", count: plain.count) : String(rest)
}

extension TokenAxis {
  /// The name of each position in all prompts; empty if they differ in length. If their tokens differ, it is the role
  /// or the first prompt's token with a star.
  func word(at position: Int) -> String {
    let place = position < 0 ? places.count + position : position
    guard places.indices.contains(place) else { return "" }
    return places[place].varies ? places[place].name : places[place].text
  }
}
