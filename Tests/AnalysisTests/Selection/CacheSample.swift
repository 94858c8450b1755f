import ActivationStore
import Analysis
import Foundation
import ModelGraph
import TestSupport

/// A cache of random numbers, together with what was written.
struct CacheSample {
  let cache: ActivationCache
  private let place: TemporaryFolder
  let lengths: [Int]
  let rows: [PromptRow]
  private let seed: Int

  static let hooks: [(name: HookName, layout: Layout)] = [
    ("hook_embed", .perPosition([Extent(.dModel, 6)])),
    ("blocks.0.attn.hook_z", .perPosition([Extent(.head, 2), Extent(.dHead, 3)])),
    ("blocks.0.attn.hook_pattern", .perPair(heads: 2)),
    ("blocks.0.hook_resid_post", .perPosition([Extent(.dModel, 6)])),
    ("blocks.1.hook_resid_post", .perPosition([Extent(.dModel, 6)])),
  ]

  /// - Parameters:
  ///   - spoilt: a number to replace by NaN: run, hook, example, number within the example.
  ///   - flat: whether all prompts have the same length.
  init(
    _ name: String = "sample", examples: Int = 30, runs: [StoredRun] = [.clean, .corrupted], model: String = "m",
    flat: Bool = false, hasStrings: Bool = true, hasLabels: Bool = true, seed: Int = 0,
    spoilt: (run: StoredRun, hook: Int, example: Int, number: Int)? = nil
  ) throws {
    place = try TemporaryFolder()
    self.seed = seed
    let lengths = (0..<examples).map { flat ? 4 : 3 + $0 % 3 }
    self.lengths = lengths
    let words = ["red", "green", "blue"]
    rows = (0..<examples).map { example in
      let tokens = (0..<lengths[example]).map { Int32($0) }
      var strings = tokens.map { " w\($0)" }
      strings[1] = " " + words[example % 3]
      return PromptRow(
        cleanTokens: tokens, corruptedTokens: runs == [.sole] ? nil : tokens,
        cleanTokenStrings: hasStrings ? strings : nil,
        corruptedTokenStrings: hasStrings && runs != [.sole] ? strings : nil, text: "prompt \(example)",
        labels: hasLabels
          ? ["color": words[example % 3], "side": example % 2 == 0 ? "left" : "right", "size": "\(example % 5)"] : [:])
    }
    let path = place.path("\(name).cache.h5")
    let plan = CachePlan(
      runs: runs, hooks: Self.hooks.map { CachePlan.Hook($0.name, $0.layout) }, examples: examples,
      longestPrompt: lengths.max() ?? 0, promptColumns: PromptColumns(of: rows))
    let writer = try CacheWriter(
      creating: path, header: CacheHeader(model: model, modelSHA256: "sha-\(model)", patchbayVersion: "0"), plan: plan)
    try writer.write(prompts: rows, from: 0)
    for run in runs {
      for (number, hook) in Self.hooks.enumerated() {
        for example in 0..<examples {
          let count = hook.layout.sizes(examples: 1, positions: lengths[example]).reduce(1, *)
          var values = (0..<count).map { Self.value(seed, run, number, example, $0) }
          if let spoilt, spoilt.run == run, spoilt.hook == number, spoilt.example == example {
            values[spoilt.number] = .nan
          }
          try values.withUnsafeBufferPointer {
            try writer.write(run: run, hook: hook.name, example: example, positions: lengths[example], values: $0)
          }
        }
      }
    }
    try writer.finish()
    cache = try ActivationCache(name: name, file: path)
  }

  private static func value(_ seed: Int, _ run: StoredRun, _ hook: Int, _ example: Int, _ number: Int) -> Float {
    var state = UInt64(seed * 7919 + hook * 104_729 + example * 1299 + number * 31 + (run == .corrupted ? 17 : 3))
    state = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    state = (state ^ (state >> 27)) &* 0x94D0_49BB_1331_11EB
    let noise = Float((state >> 40) % 2000) / 1000 - 1
    // Sides differ along feature 0, colours along feature 1, sizes along feature 2; later layers differ more.
    let feature = number % 6
    let signal: Float =
      switch feature {
      case 0: example % 2 == 0 ? -1 : 1
      case 1: Float(example % 3)
      case 2: Float(example % 5)
      default: 0
      }
    return noise + signal * Float(hook + 1) / 4 + (run == .corrupted && feature == 3 ? 0.8 : 0)
  }

  /// What was written for one token, [width].
  func row(_ hook: Int, _ example: Int, _ position: Int, run: StoredRun = .clean) -> [Float] {
    let width = Self.hooks[hook].layout.width
    return (0..<width).map { Self.value(seed, run, hook, example, position * width + $0) }
  }

  func remove() { unlink(cache.file) }
}
