/// An attention head: head 6 of layer 9 is `9.6`, both counted from 0. Query heads unless stated otherwise.
public struct Head: Sendable, Hashable, Comparable, CustomStringConvertible {
  public let layer: Int
  /// Its number within the layer.
  public let head: Int

  public init(layer: Int, head: Int) {
    self.layer = layer
    self.head = head
  }

  /// A head in writing, `9.6`; nil for any other text.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let layer = Int(parts[0]), let head = Int(parts[1]), layer >= 0, head >= 0 else {
      return nil
    }
    self.init(layer: layer, head: head)
  }

  public var description: String { "\(layer).\(head)" }

  /// Orders by layer, then by number.
  public static func < (a: Head, b: Head) -> Bool { (a.layer, a.head) < (b.layer, b.head) }
}
