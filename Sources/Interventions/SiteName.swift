import ModelGraph

/// The short name of a kind of activation, as experiment files spell it.
public enum SiteName: String, Sendable, Hashable, CaseIterable {
  case residPre = "resid_pre"
  case residMid = "resid_mid"
  case residPost = "resid_post"
  case attnOut = "attn_out"
  case mlpOut = "mlp_out"
  case q, k, v, z
  case rotQ = "rot_q"
  case rotK = "rot_k"
  case pattern
  case attnScores = "attn_scores"
  case mlpPre = "mlp_pre"
  case mlpPreLinear = "mlp_pre_linear"
  case mlpPost = "mlp_post"
  case result
  case qInput = "q_input"
  case kInput = "k_input"
  case vInput = "v_input"
  case mlpIn = "mlp_in"
  case embed
  case posEmbed = "pos_embed"

  /// Whether there is one in every block.
  public var hasLayers: Bool { self != .embed && self != .posEmbed }

  /// The activation's hook name.
  /// - Parameter layer: ignored for the embeddings.
  public func hook(layer: Int) -> HookName {
    switch self {
    case .embed: "hook_embed"
    case .posEmbed: "hook_pos_embed"
    case .residPre, .residMid, .residPost, .attnOut, .mlpOut, .qInput, .kInput, .vInput, .mlpIn:
      HookName(layer: layer, "hook_\(rawValue)")
    case .mlpPre, .mlpPreLinear, .mlpPost:
      HookName(layer: layer, "mlp.hook_\(rawValue.dropFirst("mlp_".count))")
    case .q, .k, .v, .z, .rotQ, .rotK, .pattern, .attnScores, .result:
      HookName(layer: layer, "attn.hook_\(rawValue)")
    }
  }

  /// The axes that the site can be narrowed by, and swept over, in their usual order.
  public var axes: [SiteAxis] {
    switch self {
    case .residPre, .residMid, .residPost, .attnOut, .mlpOut, .mlpIn: [.layer, .position]
    case .embed, .posEmbed: [.position]
    case .q, .k, .v, .z, .rotQ, .rotK, .result, .qInput, .kInput, .vInput: [.layer, .position, .head]
    case .pattern, .attnScores: [.layer, .head, .destination, .source]
    case .mlpPre, .mlpPreLinear, .mlpPost: [.layer, .position, .neuron]
    }
  }
}

/// An axis that a site is narrowed by. Raw values are the keys and axis names of experiment and results files.
public enum SiteAxis: String, Sendable, Hashable, CaseIterable {
  case layer, position, head, neuron, destination, source

  /// Whether its length depends on the prompt.
  public var isOfPrompt: Bool { self == .position || self == .destination || self == .source }
}
