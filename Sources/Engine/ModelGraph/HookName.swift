/// The name of an activation as in TransformerLens: `blocks.3.attn.hook_z`, `hook_embed`, `ln_final.hook_scale`.
public struct HookName: Sendable, Hashable, Comparable, CustomStringConvertible, ExpressibleByStringLiteral {
  /// The whole name.
  public let text: String

  /// A name, verbatim.
  public init(_ text: String) { self.text = text }

  /// A name, verbatim.
  public init(stringLiteral text: String) { self.text = text }

  /// The activation `suffix` (`attn.hook_z`) of block `layer`.
  public init(layer: Int, _ suffix: String) { text = "blocks.\(layer).\(suffix)" }

  /// The block that the activation belongs to; nil outside the blocks.
  public var layer: Int? {
    let parts = text.split(separator: ".")
    guard parts.count > 2, parts[0] == "blocks" else { return nil }
    return Int(parts[1])
  }

  /// The name without `blocks.LAYER.`; the whole name outside the blocks.
  public var suffix: String {
    guard layer != nil else { return text }
    return text.split(separator: ".").dropFirst(2).joined(separator: ".")
  }

  public var description: String { text }

  /// Orders by layer number, so that block 10 comes after block 9; names outside the blocks by their text.
  public static func < (a: HookName, b: HookName) -> Bool {
    switch (a.layer, b.layer) {
    case (let x?, let y?) where x != y: x < y
    default: a.text < b.text
    }
  }

  /// Whether a pattern matches this name. `*` stands for any number of characters, including dots; `?` for one
  /// character.
  public func matches(_ pattern: String) -> Bool {
    let (name, glob) = (Array(text.utf8), Array(pattern.utf8))
    var (n, g, star, mark) = (0, 0, -1, 0)
    while n < name.count {
      if g < glob.count, glob[g] == UInt8(ascii: "*") {
        (star, mark) = (g, n)
        g += 1
      } else if g < glob.count, glob[g] == name[n] || glob[g] == UInt8(ascii: "?") {
        n += 1
        g += 1
      } else if star >= 0 {
        mark += 1
        (n, g) = (mark, star + 1)
      } else {
        return false
      }
    }
    return glob[g...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
