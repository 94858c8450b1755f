import Interventions
import ModelGraph
import Testing

@Suite struct SiteTests {
  @Test func everySiteHasItsHookName() {
    let names: [SiteName: String] = [
      .residPre: "blocks.7.hook_resid_pre", .residMid: "blocks.7.hook_resid_mid",
      .residPost: "blocks.7.hook_resid_post",
      .attnOut: "blocks.7.hook_attn_out", .mlpOut: "blocks.7.hook_mlp_out", .q: "blocks.7.attn.hook_q",
      .k: "blocks.7.attn.hook_k", .v: "blocks.7.attn.hook_v", .z: "blocks.7.attn.hook_z",
      .rotQ: "blocks.7.attn.hook_rot_q", .rotK: "blocks.7.attn.hook_rot_k", .pattern: "blocks.7.attn.hook_pattern",
      .attnScores: "blocks.7.attn.hook_attn_scores", .mlpPre: "blocks.7.mlp.hook_pre",
      .mlpPreLinear: "blocks.7.mlp.hook_pre_linear", .mlpPost: "blocks.7.mlp.hook_post",
      .result: "blocks.7.attn.hook_result", .qInput: "blocks.7.hook_q_input", .kInput: "blocks.7.hook_k_input",
      .vInput: "blocks.7.hook_v_input", .mlpIn: "blocks.7.hook_mlp_in", .embed: "hook_embed",
      .posEmbed: "hook_pos_embed",
    ]
    #expect(names.count == SiteName.allCases.count)
    for (site, hook) in names { #expect(site.hook(layer: 7).text == hook) }
    #expect(SiteName(rawValue: "resid_pre") == .residPre && SiteName(rawValue: "residPre") == nil)
  }

  @Test func aSiteTakesItsOwnAxesOnly() throws {
    for name in SiteName.allCases {
      #expect(name.axes.contains(.layer) == name.hasLayers)
      for axis in SiteAxis.allCases {
        if name.axes.contains(axis) {
          let site = try Site(name, [axis: .index(1)])
          #expect(site[axis] == .index(1))
          for other in SiteAxis.allCases where other != axis { #expect(site[other] == .all) }
        } else {
          #expect(throws: InterventionError.noSuchAxis(axis: axis.rawValue, site: name, axes: name.axes)) {
            try Site(name, [axis: .index(1)])
          }
        }
      }
    }
  }

  @Test func editsSayWhatTheyNeed() {
    let vectors = Edit.Direction.vectors([[1]], layers: nil)
    let edits: [(Edit, String, Bool)] = [
      (.patch, "patch", true), (.zero, "zero", false), (.mean, "mean", true), (.resample(seed: 0), "resample", true),
      (.scale(2), "scale", false), (.add(.difference, coefficients: [1]), "add", true),
      (.add(vectors, coefficients: [1]), "add", false), (.clamp(min: 0), "clamp", false),
      (.projectOut([[1]], layers: nil), "project_out", false),
    ]
    for (edit, name, needsOther) in edits {
      #expect(edit.name == name && edit.needsOtherRun == needsOther, "\(edit)")
    }
    #expect(Set(edits.map(\.1)) == Set(Edit.kinds.map { $0.form.name }))
    // Edits are equal if their kinds and settings are.
    for (place, edit) in edits.enumerated() {
      for (other, another) in edits.enumerated() { #expect((edit.0 == another.0) == (place == other)) }
    }
    #expect(Edit.scale(2) == .scale(2) && Edit.scale(2) != .scale(3) && Edit.clamp(min: 0) != .clamp(max: 0))
  }

  /// A hook's full name or a pattern is a site of any family; a misspelt short name is not.
  @Test func hooksAreSites() throws {
    for name in [
      "embedder.block2.res1.resadd_out", "blocks.*.hook_resid_pre", "fc_policy_out", "observation", "hook_embed", "*",
    ] {
      let site = try #require(SiteName(rawValue: name))
      #expect(site == .hook(name) && site.rawValue == name && site.layerAxis == .site)
      #expect(site != .hook("other") && !SiteName.allCases.contains(site))
    }
    for name in ["resid_prr", "atn_out", "", "Z"] { #expect(SiteName(rawValue: name) == nil) }
    #expect(SiteName.embed.layerAxis == nil && SiteName.z.layerAxis == .layer)
  }

  @Test func optionsAreThoseThatSomeSiteNeeds() {
    for site in SiteName.allCases {
      let options = GraphOptions.needed(by: [site])
      #expect(options.separatesResults == (site == .result))
      #expect(options.splitsInputs == [.qInput, .kInput, .vInput, .mlpIn].contains(site))
    }
    #expect(GraphOptions.needed(by: []) == GraphOptions())
    #expect(
      GraphOptions.needed(by: [.z, .result, .mlpIn]) == GraphOptions(splitsInputs: true, separatesResults: true))
  }
}
