import Foundation
import TestSupport
import Testing

/// What `patchbay run` and `patchbay cache` write, as seen by h5py and xarray: every axis is named and labelled, every
/// chunk has a checksum.
@Suite struct PythonReadsTests {
  static let interpreter = Python.interpreter
  static let absence: Comment = "set PATCHBAY_PYTHON to a Python with numpy, h5py, xarray and h5netcdf"

  private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("scripts/python/check_hdf5.py").path

  @Test(.enabled(if: interpreter != nil, absence))
  func everyKindOfSweepAndReadout() throws {
    let place = try Workplace()
    _ = try place.experiment(
      (
        "sweeps:\n",
        """
        readouts:
          - {name: dla, read: direct_logit_attribution}
          - {name: lens, read: logit_lens, runs: [clean]}
          - {name: looks, read: attention, heads: ["1.0", "0.1"]}
        sweeps:
          - {name: steer, site: resid_pre, over: [layer], edit: {add: {from: difference, coefficient: [-1, 0.5]}}}
          - {name: pattern, site: pattern, over: [layer, head, destination, source]}
          - {name: neurons, site: mlp_post, over: [neuron], layer: 1, position: -1, edit: zero}
          - {name: into-logits, path: {senders: all, receivers: logits}}
          - {name: into-q, path: {senders: heads, receivers: ["1.0.q", "1.1.q"], together: false, freeze: heads+mlps}}
          - {name: edges, path: {edges: heads}}

        """
      ))
    let run = try Tool.run("run", "experiment.yaml", "--output", "out", in: place.path)
    #expect(run.status == 0, "\(run.errors)")
    try place.write("prompts.jsonl", "{\"prompt\": \"When Mary\"}\n{\"prompt\": \"John gave a drink\"}\n")
    let cache = try Tool.run(
      "cache", "model", "--prompts", "prompts.jsonl", "--hooks", "*", "--output", "out/all.h5", in: place.path)
    #expect(cache.status == 0, "\(cache.errors)")
    let python = try #require(Self.interpreter)
    let line = "'\(python)' '\(Self.script)' out/names.h5 out/names.cache.h5 out/all.h5"
    let check = try Tool.shell(line, in: place.path)
    #expect(check.status == 0, "\(check.output)\(check.errors)")
    #expect(check.output.split(separator: "\n").count == 3)
  }
}
