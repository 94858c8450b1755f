/// The members of a JSON object in their original order. Keys are compared byte by byte, never by canonical
/// equivalence.
public struct JSONObject: Sendable, Equatable {
  public struct Member: Sendable, Equatable {
    public let key: String
    public let value: JSONValue
  }

  public private(set) var members: [Member] = []

  /// An open-addressing hash table of indices into `members` (-1: free); empty while the object is so small that a
  /// linear search is faster.
  private var slots: [Int32] = []
  private static let unhashedCount = 8

  public init() {}

  public var count: Int { members.count }
  public var keys: [String] { members.map(\.key) }

  public subscript(key: String) -> JSONValue? {
    index(of: key).map { members[$0].value }
  }

  /// Adds a member at the end; returns false, without any change, if the key already exists.
  @discardableResult
  public mutating func append(key: String, value: JSONValue) -> Bool {
    if slots.isEmpty {
      if index(of: key) != nil { return false }
      members.append(Member(key: key, value: value))
      if members.count > Self.unhashedCount { rehash(slotCount: 64) }
      return true
    }
    let slot = self.slot(of: key)
    if slots[slot] >= 0 { return false }
    slots[slot] = Int32(members.count)
    members.append(Member(key: key, value: value))
    if members.count * 2 > slots.count { rehash(slotCount: slots.count * 4) }
    return true
  }

  public static func == (a: JSONObject, b: JSONObject) -> Bool { a.members == b.members }

  private func index(of key: String) -> Int? {
    if slots.isEmpty { return members.firstIndex { hasSameBytes($0.key, key) } }
    let found = slots[slot(of: key)]
    return found >= 0 ? Int(found) : nil
  }

  /// The slot that holds `key`, or the free one where it belongs.
  private func slot(of key: String) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash(of: key)) & mask
    while slots[slot] >= 0, !hasSameBytes(members[Int(slots[slot])].key, key) { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func rehash(slotCount: Int) {
    let mask = slotCount - 1
    slots = [Int32](repeating: -1, count: slotCount)
    for index in members.indices {
      var slot = Int(truncatingIfNeeded: hash(of: members[index].key)) & mask
      while slots[slot] >= 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(index)
    }
  }
}

private func hasSameBytes(_ a: String, _ b: String) -> Bool {
  a.utf8.count == b.utf8.count && a.utf8.elementsEqual(b.utf8)
}

/// FNV-1a over the UTF-8 bytes, its high half folded in because only the low bits choose a slot.
private func hash(of key: String) -> UInt64 {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in key.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  return hash ^ (hash >> 32)
}
