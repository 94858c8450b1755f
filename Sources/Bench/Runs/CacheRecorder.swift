import ActivationStore
import Execution
import Foundation
import ModelGraph
import Patching
import Tensors

/// Writes the cache file of an experiment: activations of its unedited runs.
struct CacheRecorder {
  let path: String
  private let writer: CacheWriter
  private let spec: CacheSpec
  private let run: ExperimentRun

  init(creating path: String, _ spec: CacheSpec, run: ExperimentRun, sha256: String) throws {
    self.path = path
    self.spec = spec
    self.run = run
    let hooks = run.cachedNodes.compactMap { node in node.hook.map { CachePlan.Hook($0, node.layout) } }
    writer = try CacheWriter(
      creating: path,
      header: CacheHeader(
        model: run.model.text, modelSHA256: sha256, patchbayVersion: PatchbayVersion.text,
        attributes: [Schema.ResultsRoot.experiment: .text(run.experiment.text)]),
      plan: CachePlan(
        runs: spec.runs.map(\.stored), hooks: hooks, examples: run.prompts.set.count,
        longestPrompt: run.prompts.set.longest,
        promptColumns: PromptColumns(of: run.prompts.rows)))
  }

  /// Whether a file is a complete cache that this experiment has written for this model.
  static func isWhole(_ path: String, of run: ExperimentRun, sha256: String) -> Bool {
    do {
      let reader = try CacheReader(path)
      let header = try reader.header()
      return reader.store.isComplete && header.modelSHA256 == sha256
        && header.patchbayVersion == PatchbayVersion.text
        && header.attributes[Schema.ResultsRoot.experiment] == .text(run.experiment.text)
    } catch {
      return false
    }
  }

  /// - Parameters:
  /// - check: called between pieces; what it throws stops the writing.
  ///   - advance: called with the number of runs of one prompt that have been written.
  func write(check: @Sendable () throws -> Void, advance: @Sendable (Int) throws -> Void) throws {
    try writer.write(prompts: run.prompts.rows, from: 0)
    let (model, nodes) = (run.loaded.model, run.cachedNodes)
    for side in spec.runs {
      let batch = try run.prompts.set.batch(side)
      let groups = batch.groups(ofEntries: entriesAtATime)
      try WorkerPool.run(count: groups.count, threads: run.engine.threads) { number, stop in
        try stop()
        let part = batch.gathering(rows: Array(groups[number]))
        return (groups[number], try Oracle(model).run(part, keeping: nodes.map(\.id)))
      } deliver: { group, activations in
        try check()
        let lengths = group.map { batch.length($0) }
        for node in nodes {
          guard let hook = node.hook, let value = activations[node.id] else { continue }
          try value.withValues {
            try writer.write(run: side.stored, hook: hook, from: group.lowerBound, positions: lengths, values: $0)
          }
        }
        try advance(group.count)
      }
    }
  }

  func finish() throws { try writer.finish() }
  func discard() { writer.discard() }

  /// How many tokens are run at a time, so that what is kept of them takes at most 128 MiB per worker.
  private var entriesAtATime: Int {
    let longest = run.prompts.set.longest
    let bytes = run.cachedNodes.reduce(0) { sum, node in
      if case .perPair(let heads) = node.layout { return sum + 4 * heads * longest }
      return sum + 4 * node.layout.width
    }
    return max(1, min(512, (128 << 20) / max(1, bytes)))
  }
}

extension RunSide {
  fileprivate var stored: StoredRun { self == .clean ? .clean : .corrupted }
}
