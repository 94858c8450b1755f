/// The parts of the name of a weight in a block: `blocks.3.attn.q.weight` has the part `attn.q` and the kind `weight`,
/// in layer 3.
struct BlockWeight {
  let layer: String
  let part: String
  /// `weight` or `bias`.
  let kind: String

  init(_ name: String) {
    let pieces = name.split(separator: ".").map(String.init)
    precondition(pieces.count >= 4 && pieces[0] == "blocks", "\(name) is not a weight of a block")
    layer = pieces[1]
    part = pieces[2..<pieces.count - 1].joined(separator: ".")
    kind = pieces[pieces.count - 1]
  }
}
