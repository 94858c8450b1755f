import Execution
import Interventions
import ModelGraph

/// A part of the model that writes to the residual stream.
public enum Sender: Sendable, Hashable, CustomStringConvertible {
  case head(layer: Int, head: Int)
  case mlp(layer: Int)
  /// The token embedding.
  case embed

  /// `7.3`, `mlp.0`, `embed`.
  public init?(_ text: String) {
    if text == "embed" {
      self = .embed
      return
    }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let last = Int(parts[1]), last >= 0 else { return nil }
    if parts[0] == "mlp" {
      self = .mlp(layer: last)
    } else if let layer = Int(parts[0]), layer >= 0 {
      self = .head(layer: layer, head: last)
    } else {
      return nil
    }
  }

  public var description: String {
    switch self {
    case .head(let layer, let head): "\(layer).\(head)"
    case .mlp(let layer): "mlp.\(layer)"
    case .embed: "embed"
    }
  }

  /// The activation that it writes from.
  var site: (name: SiteName, layer: Int) {
    switch self {
    case .head(let layer, _): (.z, layer)
    case .mlp(let layer): (.mlpOut, layer)
    case .embed: (.embed, 0)
    }
  }
}

/// A part of the model that reads the residual stream.
public enum Receiver: Sendable, Hashable, CustomStringConvertible {
  /// What of a head is computed from what it reads.
  public enum Input: String, Sendable, Hashable, CaseIterable { case q, k, v }

  /// A head's query, key or value; keys and values are numbered by key-value heads.
  case head(layer: Int, head: Int, Input)
  /// An MLP's input.
  case mlp(layer: Int)
  /// The final stream, which the logits are read from.
  case logits

  /// `9.9.q`, `mlp.3`, `logits`.
  public init?(_ text: String) {
    if text == "logits" {
      self = .logits
      return
    }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    if parts.count == 2, parts[0] == "mlp", let layer = Int(parts[1]), layer >= 0 {
      self = .mlp(layer: layer)
    } else if parts.count == 3, let layer = Int(parts[0]), let head = Int(parts[1]), layer >= 0, head >= 0,
      let input = Input(rawValue: String(parts[2]))
    {
      self = .head(layer: layer, head: head, input)
    } else {
      return nil
    }
  }

  public var description: String {
    switch self {
    case .head(let layer, let head, let input): "\(layer).\(head).\(input.rawValue)"
    case .mlp(let layer): "mlp.\(layer)"
    case .logits: "logits"
    }
  }

  /// The nodes that hold what was computed from its input alone; none for the logits.
  func nodes(_ graph: ModelGraph) -> [Node] {
    switch self {
    case .head(let layer, _, let input):
      let site: SiteName = input == .q ? .q : input == .k ? .k : .v
      return [graph.node(hook: site.hook(layer: layer))].compactMap(\.self)
    case .mlp(let layer):
      return [SiteName.mlpPre, .mlpPreLinear].compactMap { graph.node(hook: $0.hook(layer: layer)) }
    case .logits: return []
    }
  }

  /// Whether there is a path from a sender to this receiver that does not go backwards.
  /// - Parameter isParallel: attention and MLP of a block read the same stream, so neither sees the other.
  func isReached(from sender: Sender, isParallel: Bool) -> Bool {
    switch (sender, self) {
    case (_, .logits), (.embed, _): true
    case (.head(let from, _), .mlp(let to)): isParallel ? from < to : from <= to
    case (.head(let from, _), .head(let to, _, _)), (.mlp(let from), .head(let to, _, _)),
      (.mlp(let from), .mlp(let to)):
      from < to
    }
  }
}
