import Execution
import Interventions
import ModelGraph
import Patching

extension Workbench {
  /// Runs a prompt under interventions and keeps activations.
  /// - Parameters:
  /// - interventions: applied in order; edits that take values from another run are rejected.
  ///   - sites: the activations to keep, whole, in the layers that each site names.
  /// - file: with `line`, the place named in messages.
  /// - Throws: as `tokens(of:)`; `InterventionError` for what does not fit the model or the prompt, or takes values
  ///   from another run; `GraphError.noSuchHook` with the nearest name.
  public func run(
    _ text: String, _ interventions: [Intervention] = [], keeping sites: Site..., file: String = #fileID,
    line: Int = #line
  ) throws -> CachedRun {
    try run(tokens: [try tokens(of: text, file: file, line: line)], interventions, keeping: sites)
  }

  /// Runs prompts of any lengths under interventions and keeps activations. An intervention does not change prompts
  /// without any of its positions.
  /// - Parameters: as for one prompt.
  /// - Throws: as for one prompt.
  public func run(
    _ texts: [String], _ interventions: [Intervention] = [], keeping sites: Site..., file: String = #fileID,
    line: Int = #line
  ) throws -> CachedRun {
    try run(tokens: try texts.map { try tokens(of: $0, file: file, line: line) }, interventions, keeping: sites)
  }

  /// The same for prompts that are tokens already, [prompt][position].
  /// - Throws: as the other forms.
  public func run(
    tokens: [[Int32]], _ interventions: [Intervention] = [], keeping sites: [Site] = []
  ) throws -> CachedRun {
    let model = loaded.model(.needed(by: interventions.map(\.site.name)))
    let edits = try interventions.flatMap {
      try EditPlacer($0.edit, at: $0.site, in: model.graph).edits(lengths: tokens.map(\.count))
    }
    let kept = Set(try sites.flatMap { try SiteResolver(model.graph).kept($0).map(\.node.id) })
    let (logits, activations) = try Oracle(model).lastLogits(try Batch(prompts: tokens), edits: edits, keeping: kept)
    return CachedRun(tokens: tokens, logits: logits, activations: activations, graph: model.graph, tokenizer: tokenizer)
  }

  /// An engine for sweeps over prompt pairs.
  /// - Parameters:
  ///   - pairs: clean and corrupted prompts with their answers.
  ///   - direction: `.denoise` puts clean activations into the corrupted run, `.noise` corrupted ones into the clean
  ///     run.
  /// - metrics: what is computed from each run.
  ///   - options: what the graph must have in addition, for edits of sites such as `result` and `q_input`.
  ///   - threads: how many workers share the cells; nil for one per processor core.
  ///   - memory: bytes that runs may take besides the weights; nil for half of what is free.
  /// - Throws: as `prompts`, and what `PatchingEngine.init` throws.
  public func engine(
    for pairs: [PromptSpec], direction: PatchingDirection = .denoise, metrics: [Metric] = [.logitDiff],
    options: GraphOptions = GraphOptions(), threads: Int? = nil, memory: Int? = nil
  ) throws -> PatchingEngine {
    try PatchingEngine(
      model: loaded.model(options), prompts: try prompts(pairs, metrics: metrics).set, direction: direction,
      metrics: metrics, threads: threads, memory: memory)
  }
}

extension SiteResolver {
  /// A site's activations, including those on which the outcome does not depend, which can still be read.
  /// - Returns: in the order of computation, with the layer if the site has layers.
  /// - Throws: `GraphError.noSuchHook`; `InterventionError` for a site that the family lacks or a layer that does not
  ///   exist.
  func kept(_ site: Site) throws -> [(layer: Int?, node: Node)] {
    guard case .hook(let pattern) = site.name else {
      return try layers(site).map { (site.name.hasLayers ? $0 : nil, try node(site.name, layer: $0)) }
    }
    return try graph.nodes(matching: [pattern]).map { (nil, $0) }
  }
}
