/// A part of the model that writes to the residual stream, where an edge begins.
public enum Sender: Sendable, Hashable, CustomStringConvertible {
  /// A query head's result, z W_O without the bias.
  case head(layer: Int, head: Int)
  /// What an MLP writes, including its bias and a norm after it.
  case mlp(layer: Int)
  /// The token embedding, including a factor on it.
  case embed

  /// `7.3`, `mlp.0`, `embed`; nil for any other text.
  public init?(_ text: String) {
    if text == "embed" {
      self = .embed
    } else if let layer = layerOfMlp(text) {
      self = .mlp(layer: layer)
    } else if let head = Head(text) {
      self.init(head)
    } else {
      return nil
    }
  }

  /// A head as a sender.
  public init(_ head: Head) { self = .head(layer: head.layer, head: head.head) }

  public var description: String {
    switch self {
    case .head(let layer, let head): "\(layer).\(head)"
    case .mlp(let layer): "mlp.\(layer)"
    case .embed: "embed"
    }
  }

  /// Its block; nil for the embedding.
  public var layer: Int? {
    switch self {
    case .head(let layer, _), .mlp(let layer): layer
    case .embed: nil
    }
  }

  /// The head; nil for other senders.
  public var head: Head? {
    guard case .head(let layer, let head) = self else { return nil }
    return Head(layer: layer, head: head)
  }
}

/// The layer of an MLP from a text such as `mlp.3`; nil for any other text.
func layerOfMlp(_ text: String) -> Int? {
  let parts = text.split(separator: ".", omittingEmptySubsequences: false)
  guard parts.count == 2, parts[0] == "mlp", let layer = Int(parts[1]), layer >= 0 else { return nil }
  return layer
}
