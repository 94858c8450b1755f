/// Tensors of a checkpoint that belong to parts of the graph but are not read by it: the sign of a model under
/// another's `model_type`.
///
/// A tensor belongs to such a part if it is in a numbered block of the text model, or next to a weight that is read
/// (`lm_head.bias`). Other parts of a checkpoint (a tower for pictures, a head for another task) are ignored.
package struct UnreadWeights {
  /// In the order of the checkpoint.
  package let names: [String]

  /// The last parts of names of buffers: masks and rotary tables, which a model computes itself and some checkpoints
  /// store.
  package static let buffers = [
    "attn.bias", "attn.masked_bias", "attention.bias", "attention.masked_bias", "inv_freq", "cos_cached", "sin_cached",
    "position_ids",
  ]

  /// - Parameters:
  ///   - stored: all names of the checkpoint.
  ///   - sources: for each weight of the graph by its own name, the tensor that it is read from.
  /// - copy: a tensor that repeats one that is read: the unembedding, if it is the embedding.
  package init(stored: [String], sources: [(weight: String, tensor: String)], copy: String?) {
    let read = Set(sources.map(\.tensor))
    var parts = Set(read.map(Self.module))
    if let copy { parts.insert(Self.module(copy)) }
    let blocks = Set(sources.compactMap { $0.weight.hasPrefix("blocks.") ? Self.beforeNumber($0.tensor) : nil })
    names = stored.filter { name in
      if read.contains(name) || name == copy { return false }
      if Self.buffers.contains(where: { name == $0 || name.hasSuffix(".\($0)") }) { return false }
      return parts.contains(Self.module(name)) || Self.beforeNumber(name).map(blocks.contains) ?? false
    }
  }

  /// `lm_head` of `lm_head.bias`.
  private static func module(_ name: String) -> Substring { name[..<(name.lastIndex(of: ".") ?? name.startIndex)] }

  /// `model.layers` of `model.layers.3.mlp.up_proj.weight`; nil if no part of the name is a number.
  private static func beforeNumber(_ name: String) -> String? {
    let parts = name.split(separator: ".")
    guard let place = parts.firstIndex(where: { $0.allSatisfy(\.isWholeNumber) }) else { return nil }
    return parts[..<place].joined(separator: ".")
  }
}
