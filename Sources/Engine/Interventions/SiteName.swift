import ModelGraph

/// A kind of activation: its short name in experiment files, or the full name of a hook.
public enum SiteName: Sendable, Hashable {
  case residPre, residMid, residPost, attnOut, mlpOut
  case q, k, v, z, rotQ, rotK
  case pattern, attnScores
  case mlpPre, mlpPreLinear, mlpPost
  case result
  case qInput, kInput, vInput, mlpIn
  case embed, posEmbed
  /// An activation of any family by its hook name, or several by a pattern with `*` and `?` (limited to those that the
  /// logits depend on).
  case hook(String)
}

extension SiteName: RawRepresentable, CaseIterable {
  /// The kinds with a short name.
  public static let allCases: [SiteName] = [
    .residPre, .residMid, .residPost, .attnOut, .mlpOut, .q, .k, .v, .z, .rotQ, .rotK, .pattern, .attnScores, .mlpPre,
    .mlpPreLinear, .mlpPost, .result, .qInput, .kInput, .vInput, .mlpIn, .embed, .posEmbed,
  ]

  /// A short name, or something that looks like a hook's: with a dot, a pattern's sign or `hook_`, or a conv policy's
  /// own.
  public init?(rawValue: String) {
    if let known = Self.allCases.first(where: { $0.rawValue == rawValue }) {
      self = known
    } else if rawValue.contains(where: { ".*?".contains($0) }) || rawValue.hasPrefix("hook_")
      || rawValue.hasPrefix("fc_") || rawValue == "observation"
    {
      self = .hook(rawValue)
    } else {
      return nil
    }
  }

  /// As in experiment files.
  public var rawValue: String {
    // A switch, since sites are compared by this text.
    switch self {
    case .residPre: "resid_pre"
    case .residMid: "resid_mid"
    case .residPost: "resid_post"
    case .attnOut: "attn_out"
    case .mlpOut: "mlp_out"
    case .q: "q"
    case .k: "k"
    case .v: "v"
    case .z: "z"
    case .rotQ: "rot_q"
    case .rotK: "rot_k"
    case .pattern: "pattern"
    case .attnScores: "attn_scores"
    case .mlpPre: "mlp_pre"
    case .mlpPreLinear: "mlp_pre_linear"
    case .mlpPost: "mlp_post"
    case .result: "result"
    case .qInput: "q_input"
    case .kInput: "k_input"
    case .vInput: "v_input"
    case .mlpIn: "mlp_in"
    case .embed: "embed"
    case .posEmbed: "pos_embed"
    case .hook(let pattern): pattern
    }
  }
}

extension SiteName {
  /// Whether every block has one.
  public var hasLayers: Bool { layerAxis == .layer }

  /// The axis along which there are several such activations; nil for the embeddings.
  public var layerAxis: SiteAxis? {
    switch self {
    case .embed, .posEmbed: nil
    case .hook: .site
    default: .layer
    }
  }

  /// The activation's hook name.
  /// - Parameter layer: ignored for the embeddings and for hooks.
  public func hook(layer: Int) -> HookName {
    switch self {
    case .embed: "hook_embed"
    case .posEmbed: "hook_pos_embed"
    case .hook(let name): HookName(name)
    case .residPre, .residMid, .residPost, .attnOut, .mlpOut, .qInput, .kInput, .vInput, .mlpIn:
      HookName(layer: layer, "hook_\(rawValue)")
    case .mlpPre, .mlpPreLinear, .mlpPost:
      HookName(layer: layer, "mlp.hook_\(rawValue.dropFirst("mlp_".count))")
    case .q, .k, .v, .z, .rotQ, .rotK, .pattern, .attnScores, .result:
      HookName(layer: layer, "attn.hook_\(rawValue)")
    }
  }

  /// The axes along which the site can be narrowed and swept over, in their usual order.
  public var axes: [SiteAxis] {
    switch self {
    case .residPre, .residMid, .residPost, .attnOut, .mlpOut, .mlpIn: [.layer, .position]
    case .embed, .posEmbed: [.position]
    case .q, .k, .v, .z, .rotQ, .rotK, .result, .qInput, .kInput, .vInput: [.layer, .position, .head]
    case .pattern, .attnScores: [.layer, .head, .destination, .source]
    case .mlpPre, .mlpPreLinear, .mlpPost: [.layer, .position, .neuron]
    // Only the graph knows which of these the activation has.
    case .hook: [.site, .position, .head, .destination, .source, .channel, .row, .column, .unit]
    }
  }
}

/// An axis along which a site can be narrowed. Raw values are the keys and axis names of experiment and results files.
public enum SiteAxis: String, Sendable, Hashable, CaseIterable {
  case layer, position, head, neuron, destination, source
  /// The activations that match a pattern, in the order of computation.
  case site
  /// Feature maps, rows and columns of a picture inside a conv policy.
  case channel, row, column
  /// Features of an activation that has no other axis.
  case unit

  /// Whether its length depends on the prompt.
  public var isPromptAxis: Bool { self == .position || self == .destination || self == .source }
}

extension SiteAxis {
  /// The site's axis for an axis of an activation; nil if sites have no such axis.
  package init?(_ axis: Axis) {
    switch axis {
    case .position: self = .position
    case .head: self = .head
    case .destination: self = .destination
    case .source: self = .source
    case .channel: self = .channel
    case .row: self = .row
    case .column: self = .column
    case .unit: self = .unit
    case .dMlp: self = .neuron
    case .example, .dModel, .dHead, .vocabulary, .scale: return nil
    }
  }
}
