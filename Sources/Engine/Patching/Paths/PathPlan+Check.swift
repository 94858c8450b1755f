import Interventions
import ModelGraph

extension PatchingEngine {
  /// Checks that a path sweep fits the model and the prompts.
  /// - Throws: `GraphError.notTransformer`; `InterventionError` or `PatchingError` saying what does not fit.
  public func plan(_ sweep: PathSweep) throws -> PathPlan {
    let anatomy = try model.graph.transformer()
    for sender in sweep.senders.joined() where !anatomy.contains(sender) {
      throw misfit(
        sender.site, layer: sender.layer, head: sender.head, heads: model.graph.dimensions.heads)
    }
    for receiver in sweep.receivers where !anatomy.contains(receiver) {
      throw misfit(
        receiver.site, layer: receiver.layer, head: receiver.head,
        heads: receiver.input.map { anatomy.count(of: $0) } ?? 0)
    }
    for (end, selector) in [("sender", sweep.senderPositions), ("receiver", sweep.receiverPositions)] {
      guard prompts.pairs.contains(where: { !selector.indices(count: $0.length).isEmpty }) else {
        throw PatchingError.pathNeverFires(sweep: sweep.name, end: end, longest: prompts.longest)
      }
    }
    return PathPlan(
      sweep: sweep, columns: sweep.together ? [sweep.receivers] : sweep.receivers.map { [$0] }, anatomy: anatomy)
  }

  /// Why the model lacks an end of a path that is at a site.
  private func misfit(_ site: SiteName, layer: Int?, head: Head?, heads: Int) -> InterventionError {
    let layers = model.graph.dimensions.layers
    if let layer, layer >= layers { return .outsideAxis(axis: .layer, index: layer, count: layers, site: site) }
    if let head { return .outsideAxis(axis: .head, index: head.head, count: heads, site: site) }
    return SiteResolver(model.graph).absence(of: site)
  }
}

extension Sender {
  /// The site that messages name for it.
  fileprivate var site: SiteName {
    switch self {
    case .head: .z
    case .mlp: .mlpOut
    case .embed: .embed
    }
  }
}

extension Receiver {
  /// The site that messages name for it.
  fileprivate var site: SiteName {
    switch self {
    case .head(_, _, .q): .q
    case .head(_, _, .k): .k
    case .head(_, _, .v): .v
    case .mlp: .mlpPre
    case .logits: .hook("hook_unembed")
    }
  }
}
