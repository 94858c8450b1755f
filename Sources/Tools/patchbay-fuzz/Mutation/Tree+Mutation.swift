extension Tree {
  /// The document with some of it dropped, doubled, replaced, moved or nested.
  /// - Parameter isYAML: whether aliases, anchors and tags may be written.
  func mutated(_ chance: inout Chance, isYAML: Bool) -> Tree {
    var tree = self
    for _ in 0..<chance.few() { tree = tree.mutatedOnce(&chance, isYAML: isYAML) }
    return tree
  }

  private func mutatedOnce(_ chance: inout Chance, isYAML: Bool) -> Tree {
    let count = count
    let place = chance.below(count)
    // There is more to break near the top, and in a large vocabulary everything else is rare.
    let target = chance.once(in: 3) ? min(place, chance.below(min(count, 40))) : place
    if chance.once(in: 3), let number = someNumber(&chance) {
      return changing(number) { _ in .raw(chance.pick(Odd.numbers)) }
    }
    switch chance.below(isYAML ? 14 : 12) {
    case 0, 1, 2: return changing(target) { $0.replaced(&chance) }
    case 3, 4: return changing(target) { $0.dropping(&chance) }
    case 5: return changing(target) { $0.doubling(&chance) }
    case 6:
      let other = node(chance.below(count))
      return other.count > 20_000 ? self : changing(target) { _ in other }
    case 7:
      let depth = chance.once(in: 4) ? 3000 : 1 + chance.below(140)
      return changing(target) { node in
        let raw = node.count > 100 ? "0" : node.written
        return .raw(
          chance.once(in: 2)
            ? String(repeating: "[", count: depth) + raw + String(repeating: "]", count: depth)
            : String(repeating: "{\"a\": ", count: depth) + raw + String(repeating: "}", count: depth))
      }
    case 8: return changing(target) { $0.renaming(&chance) }
    case 9: return changing(target) { $0.enlarged(&chance) }
    case 10: return changing(target) { $0.nudged(&chance) }
    case 11: return changing(target) { $0.shuffled(&chance) }
    case 12: return changing(target) { $0.aliased(&chance) }
    default:
      let tag = chance.pick([
        "!!int", "!!str", "!!binary", "!!set", "!!omap", "!!timestamp", "!!null", "!own", "!!float",
      ])
      return changing(target) { $0.count > 1000 ? $0 : .raw("\(tag) \($0.written)") }
    }
  }

  /// One of the document's numbers: sizes, counts and offsets, which go wrong in more ways than words.
  private func someNumber(_ chance: inout Chance) -> Int? {
    var (place, numbers) = (0, [Int]())
    collectNumbers(&place, &numbers)
    return numbers.isEmpty ? nil : chance.pick(numbers)
  }

  private func collectNumbers(_ place: inout Int, _ numbers: inout [Int]) {
    if case .raw(let raw) = self, Double(raw) != nil { numbers.append(place) }
    place += 1
    switch self {
    case .raw, .text: break
    case .list(let elements): for element in elements { element.collectNumbers(&place, &numbers) }
    case .map(let members): for member in members { member.value.collectNumbers(&place, &numbers) }
    }
  }

  private func replaced(_ chance: inout Chance) -> Tree {
    if chance.once(in: 12) {
      return .text(String(repeating: chance.pick(["a", "é", "\u{301}", " ", "\0", "a b"]), count: 70_000))
    }
    return .raw(chance.pick(Odd.scalars))
  }

  private func dropping(_ chance: inout Chance) -> Tree {
    switch self {
    case .list(var elements) where !elements.isEmpty:
      elements.remove(at: chance.below(elements.count))
      return .list(elements)
    case .map(var members) where !members.isEmpty:
      members.remove(at: chance.below(members.count))
      return .map(members)
    default: return replaced(&chance)
    }
  }

  private func doubling(_ chance: inout Chance) -> Tree {
    switch self {
    case .list(var elements) where !elements.isEmpty && elements.count < 5000:
      let element = elements[chance.below(elements.count)]
      let times = element.count < 50 && chance.once(in: 6) ? 1000 : 1
      elements += [Tree](repeating: element, count: times)
      return .list(elements)
    case .map(var members) where !members.isEmpty && members.count < 5000:
      let member = members[chance.below(members.count)]
      members.append(
        chance.once(in: 2) ? member : (member.key + chance.pick(["_", " ", "2", "\u{301}"]), member.value))
      return .map(members)
    default: return self
    }
  }

  private func renaming(_ chance: inout Chance) -> Tree {
    guard case .map(var members) = self, !members.isEmpty else { return replaced(&chance) }
    let place = chance.below(members.count)
    members[place].key = chance.pick([
      "", members[place].key + "x", String(members[place].key.dropLast()), members[chance.below(members.count)].key,
      "<<", "\u{0}", String(repeating: "k", count: 3000), "__metadata__",
    ])
    return .map(members)
  }

  /// A number multiplied by something, or with something added.
  private func nudged(_ chance: inout Chance) -> Tree {
    guard case .raw(let raw) = self, let number = Int(raw) else { return replaced(&chance) }
    let (other, operation) = (Int(truncatingIfNeeded: chance.word() % 9), chance.below(5))
    let result =
      switch operation {
      case 0: number &+ 1
      case 1: number &- 1
      case 2: number &* 2
      case 3: number &* (1 << other)
      default: 0 &- number
      }
    return .raw("\(result)")
  }

  private func enlarged(_ chance: inout Chance) -> Tree {
    switch self {
    case .list(let elements) where !elements.isEmpty && count < 200 && isSmall:
      return .list([[Tree]](repeating: elements, count: 1 + chance.below(300)).flatMap { $0 })
    case .text(let text) where isSmall: return .text(String(repeating: text, count: 1 + chance.below(200)))
    default: return replaced(&chance)
    }
  }

  /// Repeating what is already large would exceed the mutant's memory, and that of the process creating it.
  private var isSmall: Bool { written.utf8.count < 20_000 }

  private func shuffled(_ chance: inout Chance) -> Tree {
    switch self {
    case .list(var elements) where elements.count > 1:
      elements.swapAt(chance.below(elements.count), chance.below(elements.count))
      return .list(elements)
    case .map(var members) where members.count > 1:
      let (a, b) = (chance.below(members.count), chance.below(members.count))
      (members[a].value, members[b].value) = (members[b].value, members[a].value)
      return .map(members)
    default: return replaced(&chance)
    }
  }

  /// Anchors and aliases: of themselves, of nothing, and a few characters that expand to more than fits in memory.
  private func aliased(_ chance: inout Chance) -> Tree {
    switch chance.below(4) {
    case 0: return .raw("&a \(count > 1000 ? "0" : written)")
    case 1: return .raw("*a")
    case 2:
      var text = "[&b0 [x, x]"
      for level in 1...(5 + chance.below(40)) {
        text += ", &b\(level) [*b\(level - 1), *b\(level - 1), *b\(level - 1)]"
      }
      return .raw(text + "]")
    default:
      var text = "[&c0 {x: y}"
      let deepest = 5 + chance.below(40)
      for level in 1...deepest { text += ", &c\(level) {a: *c\(level - 1), b: *c\(level - 1)}" }
      return .raw(text + ", {? *c\(deepest) : 1}]")
    }
  }
}
