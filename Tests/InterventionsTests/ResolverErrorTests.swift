import Checkpoints
import Diagnostics
import Interventions
import ModelGraph
import TestSupport
import Testing

@Suite struct ResolverErrorTests {
  private static let messages: [(InterventionError, String)] = [
    (
      .noSuchAxis(axis: "neuron", site: .z, axes: [.layer, .position, .head]),
      "site 'z' has no axis 'neuron' (one of: layer, position, head)"
    ),
    (
      .noSuchAxis(axis: "heads", site: .z, axes: [.layer, .position, .head]),
      "site 'z' has no axis 'heads' (did you mean 'head'?)"
    ),
    (
      .noSuchSite(.posEmbed, family: "llama", reason: "its positions are rotated"),
      "site 'pos_embed': this llama model has none: its positions are rotated"
    ),
    (
      .outsideAxis(axis: .head, index: 12, count: 12, site: .q),
      "head 12 of site 'q' does not exist: there are 12 (0 to 11)"
    ),
    (
      .neverFires(site: .residPre, axis: .position, longest: 3),
      "site 'resid_pre' would never fire: no prompt has any of the chosen positions (the longest prompt has 3 positions)"
    ),
    (
      .neverFires(site: .pattern, axis: .source, longest: 3),
      "site 'pattern' would never fire: no prompt has any of the chosen sources (the longest prompt has 3 positions)"
    ),
    (
      .wrongVectorWidth(site: .attnOut, width: 3, expected: 8),
      "the vector to add has 3 numbers; site 'attn_out' has 8"
    ),
    (
      .notInPath(.result),
      "site 'result': edits of it would not reach the logits in this graph; build the model with GraphOptions.needed(by:)"
    ),
    (
      .notInPath(.hook("fc_value_out")),
      "site 'fc_value_out': the logits do not depend on it, so edits of it would not change them"
    ),
    (
      .outcomeIsRead(hook: "fc_policy_out"),
      "site 'fc_policy_out' is the outcome that metrics read and cannot be edited; choose an earlier activation"
    ),
    (
      .axisAbsent(axis: .channel, hook: "embedder.fc_out", axes: ["unit"]),
      "embedder.fc_out has no axis 'channel' (one of: unit)"
    ),
    (
      .notLater(hook: "a", site: "b"), "a does not come after b, so no edit there can change it"
    ),
    (
      .notOneVector(site: .z),
      "a direction can only be projected out of a site with one vector per token, such as resid_pre, not out of z"
    ),
    (
      .noPositionsToAlign(site: .pattern),
      "another example's difference is aligned by positions, but site 'pattern' has pairs of positions"
    ),
    (.noDirection(layer: 2), "the vector for layer 2 is all zeros and has no direction"),
    (
      .madeElsewhere(origin: .residPost, site: .z),
      "the vector was made from resid_post, not z; add its numbers to use it there"
    ),
    (.notOneDirection, "only one direction can be projected out, given as a vector for all layers or one for each"),
    (.noVectorForLayer(layer: 4, layers: [0, 1]), "no vector for layer 4: there are vectors for layers 0, 1"),
    (
      .meanNeedsOneLength(lengths: [5, 3, 5]),
      "edit 'mean' takes the mean over examples position by position, so all prompts must have the same length; theirs are 3, 5"
    ),
    (
      .needsOtherRun(edit: "patch"),
      "edit 'patch' takes its numbers from another run, but there is none here; it needs a sweep over prompt pairs"
    ),
    (
      .resampleNeedsPartner(example: 2, length: 7),
      "edit 'resample' takes another example's value, but no other prompt has the length of prompt 2 (7 tokens)"
    ),
  ]

  @Test func everyErrorReadsAsItShould() {
    for (error, message) in Self.messages {
      #expect(error.message == message)
      #expect(error.kind == .badData)
    }
  }

  private func reason(_ site: SiteName, _ spec: TransformerSpec) -> String? {
    let resolver = SiteResolver(spec.graph())
    let error = #expect(throws: InterventionError.self) { try resolver.node(site, layer: 0) }
    guard case .noSuchSite(site, spec.family, let reason) = error else { return nil }
    return reason
  }

  @Test func aSiteThatAFamilyLacksSaysWhy() {
    func spec(_ name: String) -> TransformerSpec? { SmallSpec.all.first { $0.name.hasPrefix(name) }?.spec }
    let absences: [(SiteName, String, String)] = [
      (
        .residMid, "parallel, partly",
        "its attention and MLP read the same stream in parallel, so there is nothing between them"
      ),
      (
        .residMid, "attention only, one layer",
        "its blocks have no MLP, so there is nothing between attention and the end of the block"
      ),
      (.posEmbed, "rms norm, rotary", "its positions are not learned vectors added to the embedding"),
      (.rotQ, "layer norm, learned", "its queries and keys are not rotated"),
      (.rotK, "layer norm, learned", "its queries and keys are not rotated"),
      (.mlpPreLinear, "layer norm, learned", "its MLP is not gated"),
      (.mlpPre, "attention only, one layer", "its blocks have no MLP"),
      (.mlpPost, "attention only, one layer", "its blocks have no MLP"),
      (.mlpOut, "attention only, one layer", "its blocks have no MLP"),
      (.mlpIn, "attention only, one layer", "its blocks have no MLP"),
    ]
    for (site, name, expected) in absences {
      guard let spec = spec(name) else {
        Issue.record("no small model '\(name)'")
        continue
      }
      #expect(reason(site, spec) == expected, "\(site.rawValue) of \(name)")
    }
  }

  @Test func layersHeadsAndNeuronsOutsideTheModelAreErrors() throws {
    let resolver = SiteResolver(SmallSpec.all[1].spec.graph())
    #expect(try resolver.layers(Site(.z)) == [0, 1])
    #expect(try resolver.layers(Site(.z, [.layer: .items([.index(-1), .index(0)])])) == [1, 0])
    #expect(try resolver.layers(Site(.embed)) == [0])
    #expect(throws: InterventionError.outsideAxis(axis: .layer, index: 2, count: 2, site: .z)) {
      try resolver.layers(Site(.z, [.layer: .items([.range(0, 2)])]))
    }
    // 4 query heads on 2 key-value heads: keys and values have 2.
    #expect(try resolver.features(.head, of: Site(.q)) == [0, 1, 2, 3])
    #expect(try resolver.features(.head, of: Site(.k, [.head: .index(-1)])) == [1])
    #expect(try resolver.features(.head, of: Site(.pattern)) == [0, 1, 2, 3])
    #expect(throws: InterventionError.outsideAxis(axis: .head, index: 2, count: 2, site: .v)) {
      try resolver.features(.head, of: Site(.v, [.head: .index(2)]))
    }
    #expect(throws: InterventionError.outsideAxis(axis: .neuron, index: -6, count: 5, site: .mlpPost)) {
      try resolver.features(.neuron, of: Site(.mlpPost, [.neuron: .index(-6)]))
    }
    #expect(throws: InterventionError.self) { try resolver.layers(Site(.posEmbed)) }
  }
}
