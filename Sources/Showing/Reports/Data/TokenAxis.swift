import ActivationStore

/// What stands along the positions of the prompts.
struct TokenAxis: Sendable {
  /// One position over all prompts.
  struct Place: Sendable, Hashable {
    /// The token that all have there, that of the first prompt where they differ; its number where the file has no texts.
    let text: String
    /// Whether the clean prompts differ here.
    let varies: Bool
    /// The label whose value stands here in every prompt, such as `subject`.
    let role: String?
    /// How many prompts have another token here when they are corrupted.
    let changed: Int
  }

  /// Of each prompt, as texts; numbers where the file has none.
  let clean: [[String]], corrupted: [[String]]
  /// Whether all prompts have one length, so that positions can be named together.
  let isAligned: Bool
  /// For each position where prompts are aligned; else empty.
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

  /// The name of the label that has just these values.
  private static func role(of tokens: [String], _ prompts: [PromptRow]) -> String? {
    let names = prompts.first?.labels.keys.sorted() ?? []
    return names.first { name in
      zip(prompts, tokens).allSatisfy { prompt, token in
        guard let value = prompt.labels[name], !value.isEmpty else { return false }
        return token == value || token == " \(value)" || token == "▁\(value)" || token == "Ġ\(value)"
      }
    }
  }

  /// A name for each position over all prompts, for figures: the token or the role, and a mark where prompts differ.
  var labels: [String] {
    isAligned
      ? places.enumerated().map { position, place in "\(position) \(place.name)" }
      : (0..<longest).map(String.init)
  }
}

extension TokenAxis.Place {
  /// The token so that its spaces can be seen, or in brackets what it is, with a star where it is only the first prompt's.
  var name: String { role.map { "‹\($0)›" } ?? (shownToken(text) + (varies ? "*" : "")) }
}

/// A token on one line: a leading space is left out (most tokens have one), one of nothing but spaces becomes visible, controls are escaped.
func shownToken(_ text: String) -> String {
  let plain = text.replacing("\n", with: "⏎").replacing("\t", with: "⇥").replacing("\r", with: "␍")
  let marks: Set<Character> = [" ", "▁", "Ġ"]
  guard let first = plain.first, marks.contains(first) else { return plain.isEmpty ? "∅" : plain }
  let rest = plain.dropFirst()
  return rest.isEmpty || rest.allSatisfy({ marks.contains($0) })
    ? String(repeating: "␣", count: plain.count) : String(rest)
}

extension TokenAxis {
  /// What stands at a position in all prompts; empty where they differ in length, the role or the first prompt's token with a star where they differ in words.
  func word(at position: Int) -> String {
    let place = position < 0 ? places.count + position : position
    guard places.indices.contains(place) else { return "" }
    return places[place].varies ? places[place].name : places[place].text
  }
}
