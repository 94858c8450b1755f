import Foundation
import Reports
import TestSupport
import Testing

/// Notebooks are run from top to bottom by Jupyter's own executor: no cell fails or warns, and every text is the one
/// stored in the notebook.
@Suite(
  .enabled(
    if: Python.has("h5py, xarray, matplotlib, nbformat, nbclient, ipykernel"),
    "set PATCHBAY_PYTHON to a Python with h5py, xarray, matplotlib, nbclient and ipykernel"))
struct NotebookRunTests {
  private static let pairs =
    "prompts: {template: {name: ioi, count: 6, seed: 1, corruption: swap-subject, aligned: true}}"

  static let kinds: [(String, String)] = [
    ("sweeps, paths and readouts", NotebookFileTests.ioi),
    (
      "coefficients, and the other direction",
      """
      model: bundled:ioi
      \(pairs)
      direction: noise
      sweeps:
        - {name: steer, site: resid_pre, over: [layer], position: -1, edit: {add: {from: difference, coefficient: [-1, 0.5, 2]}}}
        - {name: two, site: resid_pre, over: [layer], layer: 2, position: -1, edit: {add: [{from: difference, coefficient: [0, 1]}, {from: difference, coefficient: [-1, 0, 1]}]}, additivity: true}
        - {name: neurons, site: mlp_post, over: [neuron], layer: 1, position: -1, edit: zero}
      """
    ),
    (
      "estimates alone",
      """
      model: bundled:ioi
      \(pairs)
      sweeps:
        - {name: estimate, site: z, over: [layer, head], method: attribution}
      """
    ),
    (
      "pairs of senders and receivers",
      """
      model: bundled:ioi
      \(pairs)
      sweeps:
        - {name: into, path: {senders: heads, receivers: ["2.6.q", "4.1.v"], together: false, freeze: heads+mlps}}
        - {name: edges, path: {edges: heads}}
        - {name: all, path: {senders: all, receivers: logits}}
        - {name: transfer, site: resid_pre, over: [layer], position: -1, edit: {add: {from: example-difference}}}
      """
    ),
    (
      "prompts of different lengths",
      """
      model: bundled:ioi
      prompts: {template: {name: ioi, count: 10, seed: 3, corruption: swap-subject}}
      metrics: [logit_diff, kl]
      sweeps:
        - {name: resid_pre, site: resid_pre, over: [layer, position]}
        - {name: heads, site: z, over: [layer, position, head]}
      readouts:
        - {name: lens, read: logit_lens}
        - {name: looks, read: attention, heads: ["0.6"]}
      """
    ),
    (
      "a single prompt",
      """
      model: bundled:ioi
      prompts: {template: {name: ioi, count: 1, seed: 0, corruption: swap-subject}}
      sweeps:
        - {name: resid_pre, site: resid_pre, over: [layer, position]}
        - {name: into-logits, path: {senders: heads, receivers: logits}}
      """
    ),
    (
      "steering in mazes",
      """
      model: bundled:maze
      mazes: {count: 5, sizes: [9], seed: 1, cheese: anywhere, corrupted: no-cheese}
      direction: noise
      metrics: [prob]
      sweeps:
        - {name: channels, site: embedder.block2.res1.resadd_out, over: [channel]}
      steering:
        - {name: cheese, add: {cheese: [-1, 2]}, rollouts: 2}
        - {name: layers, site: "embedder.block*.res1.resadd_out", add: {cheese: [-1, 1]}}
        - {name: both, add: {cheese: [-1, 0], top-right: [0, 1]}}
        - {name: transfer, from: every, add: {cheese: -1}}
      """
    ),
  ]

  @Test(arguments: kinds)
  func runsAsItSays(kind: String, yaml: String) throws {
    let place = try NotebookPlace()
    try place.run(yaml)
    try writeNotebook(of: place.results, to: place.notebook)
    let (status, output) = try check([place.notebook])
    #expect(status == 0, "\(kind): \(output)")
  }

  @Test func awkwardTextsAndGaps() throws {
    let place = try NotebookPlace()
    try AwkwardResults.write(to: place.results)
    try writeNotebook(of: place.results, to: place.notebook)
    let (status, output) = try check([place.notebook])
    #expect(status == 0, "\(output)")
    // Nothing of the run is left next to the notebook.
    let files = try FileManager.default.contentsOfDirectory(
      atPath: URL(fileURLWithPath: place.notebook).deletingLastPathComponent().path)
    #expect(files == ["results.ipynb"])
  }

  /// The check itself: a notebook that contains another number, and one whose results were moved.
  @Test func whatDiffersIsFound() throws {
    let place = try NotebookPlace()
    try AwkwardResults.write(to: place.results)
    try writeNotebook(of: place.results, to: place.notebook)
    let url = URL(fileURLWithPath: place.notebook)
    let text = String(decoding: try Data(contentsOf: url), as: UTF8.self)
    try Data(text.replacing("all parts together: -1.500", with: "all parts together: -1.501").utf8).write(to: url)
    let changed = try check([place.notebook])
    #expect(
      changed.status != 0 && changed.output.contains("readout-direct: the stored and the new output differ"),
      "\(changed.output)")

    try Data(text.utf8).write(to: url)
    try FileManager.default.moveItem(atPath: place.results, toPath: "\(place.path)/moved.h5")
    let lost = try check([place.notebook])
    #expect(lost.status != 0 && lost.output.contains("say above where the results are"), "\(lost.output)")
    let found = try check([place.notebook, "--results", "\(place.path)/moved.h5"])
    #expect(found.output.contains("setup: the stored and the new output differ"), "\(found.output)")
  }

  private func check(_ arguments: [String]) throws -> (status: Int32, output: String) {
    try Python.run("check_notebook.py", arguments)
  }
}
