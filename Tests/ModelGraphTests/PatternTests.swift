import Checkpoints
import Diagnostics
import ModelGraph
import TestSupport
import Testing

@Suite struct PatternTests {
  /// Whether a pattern matches, by its definition.
  private func matches(_ name: Substring, _ pattern: Substring) -> Bool {
    guard let first = pattern.first else { return name.isEmpty }
    if first == "*" {
      return matches(name, pattern.dropFirst()) || (!name.isEmpty && matches(name.dropFirst(), pattern))
    }
    guard let letter = name.first, first == "?" || first == letter else { return false }
    return matches(name.dropFirst(), pattern.dropFirst())
  }

  /// All words of up to `length` of some letters.
  private func words(_ letters: [Character], _ length: Int) -> [String] {
    var all = [""]
    var longest = [""]
    for _ in 0..<length {
      longest = longest.flatMap { word in letters.map { word + String($0) } }
      all += longest
    }
    return all
  }

  @Test func everyShortPatternMatchesWhatItSays() {
    let names = words(["a", "."], 4)
    for pattern in words(["a", ".", "*", "?"], 4) {
      for name in names {
        #expect(HookName(name).matches(pattern) == matches(name[...], pattern[...]), "'\(pattern)' on '\(name)'")
      }
    }
  }

  private let graph = SmallSpec.all[0].spec.graph()

  private func hooks(_ patterns: String...) throws -> [String] {
    try graph.nodes(matching: patterns).compactMap { $0.hook?.text }
  }

  @Test func patternsNameNodesInTheOrderOfComputation() throws {
    #expect(try hooks("blocks.1.attn.hook_z", "hook_embed") == ["hook_embed", "blocks.1.attn.hook_z"])
    #expect(try hooks("blocks.*.hook_resid_pre") == ["blocks.0.hook_resid_pre", "blocks.1.hook_resid_pre"])
    #expect(try hooks("blocks.?.attn.hook_?").count == 8)
    #expect(try hooks("hook_embed", "hook_*mbed", "hook_embed") == ["hook_embed", "hook_pos_embed"])
    #expect(try hooks().isEmpty)
  }

  @Test func largeNodesMustBeNamed() throws {
    let everything = try hooks("*")
    #expect(everything == graph.nodes.filter { !$0.isOnRequest }.compactMap { $0.hook?.text })
    for name in ["attn.hook_result", "hook_q_input", "hook_k_input", "hook_v_input", "hook_mlp_in"] {
      #expect(!everything.contains("blocks.0.\(name)"))
      #expect(try hooks("blocks.*.\(name)") == ["blocks.0.\(name)", "blocks.1.\(name)"])
      #expect(try hooks("blocks.1.\(name)") == ["blocks.1.\(name)"])
    }
    #expect(try hooks("hook_unembed") == ["hook_unembed"])
    // A pattern that reaches large nodes only by its last part matches nothing.
    #expect(throws: GraphError.self) { try hooks("blocks.*.attn.hook_resul?") }
    #expect(try !hooks("blocks.*").contains("blocks.0.attn.hook_result"))
  }

  @Test func aPatternThatMatchesNothingIsAnErrorThatNamesTheNearest() {
    let messages: [(String, String)] = [
      (
        "blocks.0.hook_resid_pree",
        """
        hook 'blocks.0.hook_resid_pree': no activation of this patchbay model has that name (did you mean \
        'blocks.0.hook_resid_pre'?); `patchbay hooks MODEL` lists them
        """
      ),
      (
        "q",
        "hook 'q': no activation of this patchbay model has that name; `patchbay hooks MODEL` lists them"
      ),
    ]
    for (pattern, message) in messages {
      let error = #expect(throws: GraphError.self) { try graph.nodes(matching: ["hook_embed", pattern]) }
      #expect(error?.message == message)
      #expect(error?.kind == .badData)
    }
  }
}
