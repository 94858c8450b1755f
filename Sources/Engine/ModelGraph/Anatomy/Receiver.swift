/// A part of the model that reads the residual stream, where an edge ends. Each reads the stream before its norm.
public enum Receiver: Sendable, Hashable, CustomStringConvertible {
  /// The input of a head that is computed from the stream.
  public enum Input: String, Sendable, Hashable, CaseIterable { case q, k, v }

  /// A head's query, key or value. Keys and values are numbered by key-value heads, except among
  /// `KeyValueInputs.ungrouped` receivers.
  case head(layer: Int, head: Int, Input)
  /// An MLP's input.
  case mlp(layer: Int)
  /// The final stream, which the logits are read from.
  case logits

  /// `9.9.q`, `mlp.3`, `logits`; nil for any other text.
  public init?(_ text: String) {
    if text == "logits" {
      self = .logits
    } else if let layer = layerOfMlp(text) {
      self = .mlp(layer: layer)
    } else if let point = text.lastIndex(of: "."), let head = Head(String(text[..<point])),
      let input = Input(rawValue: String(text[text.index(after: point)...]))
    {
      self = .head(layer: head.layer, head: head.head, input)
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

  /// Its block; nil for the logits.
  public var layer: Int? {
    switch self {
    case .head(let layer, _, _), .mlp(let layer): layer
    case .logits: nil
    }
  }

  /// The head, by its number as a receiver; nil for other receivers.
  public var head: Head? {
    guard case .head(let layer, let head, _) = self else { return nil }
    return Head(layer: layer, head: head)
  }

  /// The head's input; nil for other receivers.
  public var input: Input? {
    guard case .head(_, _, let input) = self else { return nil }
    return input
  }
}
