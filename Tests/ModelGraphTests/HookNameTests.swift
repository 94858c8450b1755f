import ModelGraph
import Testing

@Suite struct HookNameTests {
  @Test func aNameKnowsItsLayerAndItsRest() {
    let names: [(HookName, Int?, String)] = [
      ("hook_embed", nil, "hook_embed"), ("ln_final.hook_scale", nil, "ln_final.hook_scale"),
      ("blocks.0.hook_resid_pre", 0, "hook_resid_pre"), ("blocks.12.attn.hook_z", 12, "attn.hook_z"),
      ("blocks.x.hook_z", nil, "blocks.x.hook_z"), ("blocks.3", nil, "blocks.3"), ("", nil, ""),
      (HookName(layer: 3, "mlp.hook_post"), 3, "mlp.hook_post"),
    ]
    for (name, layer, suffix) in names {
      #expect(name.layer == layer, "\(name)")
      #expect(name.suffix == suffix, "\(name)")
      #expect(name.description == name.text)
    }
  }

  @Test func layersAreOrderedAsNumbers() {
    let names: [HookName] = [
      "blocks.10.hook_resid_pre", "hook_embed", "blocks.9.hook_resid_pre", "blocks.9.attn.hook_z",
      "blocks.2.ln1.hook_scale",
    ]
    #expect(
      names.sorted().map(\.text) == [
        "blocks.2.ln1.hook_scale", "blocks.9.attn.hook_z", "blocks.9.hook_resid_pre", "blocks.10.hook_resid_pre",
        "hook_embed",
      ])
  }
}
