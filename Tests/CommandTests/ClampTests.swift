import ActivationStore
import Checkpoints
import Execution
import Foundation
import Interventions
import ModelGraph
import Testing

/// The edit `clamp` from an experiment file to results and report.
@Suite struct ClampTests {
  @Test func anExperimentKeepsNumbersBetweenBounds() throws {
    let place = try Workplace()
    let sweeps = """
      sweeps:
        - {name: both, site: mlp_post, over: [layer], edit: {clamp: {min: -0.05, max: 0.05}}, method: both}
        - {name: most, site: resid_pre, over: [layer, position], edit: {clamp: {max: 0}}}
        - {name: beside, site: z, over: [layer], edit: zero, with: [{site: mlp_out, layer: 0, edit: {clamp: {min: 0}}}]}
      """
    let experiment = try place.experiment(
      ("metrics: [logit_diff, rank]", "metrics: [logit_diff]"),
      ("  - {name: resid_pre, site: resid_pre, over: [layer, position]}\n", ""),
      ("sweeps:\n  - {name: heads, site: z, over: [layer, head]}", sweeps))
    let run = try Tool.run("run", experiment, "--output", "out", in: place.path)
    #expect(run.status == 0, "\(run.errors)")
    let store = try StoreReader("\(place.out)/names.h5")
    let (both, most) = (try store.attributes(of: "/sweeps/both"), try store.attributes(of: "/sweeps/most"))
    #expect(both["edit"] == .text("clamp") && both["min"] == .number(-0.05) && both["max"] == .number(0.05))
    #expect(most["min"] == nil && most["max"] == .number(0))
    #expect(try store.attributes(of: "/sweeps/beside")["with_1"] == .text("mlp_out layer 0: clamp"))
    // The stream at the first token in a run of the second prompt.
    let model = try LoadedModel(folder: place.model).model
    let tokens = try store.integers(at: "/prompts/corrupted_tokens")
    let lengths = try store.integers(at: "/prompts/lengths")
    let longest = tokens.count / lengths.count
    let prompt = tokens[longest..<longest + lengths[1]].map { Int32($0) }
    let node = try #require(model.graph.node(hook: "blocks.1.hook_resid_pre"))
    let stream = try Oracle(model).run(try Batch(prompts: [prompt]), keeping: [node.id])
    let above = stream.withExample(0, of: node) { $0.prefix(node.layout.width).filter { $0 > 0 } }
    let norms = try store.numbers(at: "/sweeps/most/change_norm")
    let norm = above.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    #expect(norm > 0 && abs(norms[(longest + 0) * 2 + 1] - norm) < 1e-5)
    let report = try String(contentsOfFile: "\(place.out)/names/report.html", encoding: .utf8)
    #expect(report.contains("was kept between -0.05 and 0.05 in the corrupted run"))
    #expect(report.contains("was kept at 0.0 or less in the corrupted run"))
    let notebook = try String(contentsOfFile: "\(place.out)/names/names.ipynb", encoding: .utf8)
    #expect(notebook.contains("was kept between") && !notebook.contains("was edited (clamp)"))
  }
}
