import Diagnostics
import Yams

/// Damages the bytes of one file.
enum Mutation {
  static func apply(
    _ bytes: [UInt8], _ format: Kind.Format, seals: [Seal], isForged: Bool, _ chance: inout Chance
  ) throws -> [UInt8] {
    switch format {
    case .hdf5: return StoreMutation.apply(bytes, seals, isForged: isForged, &chance)
    case .safetensors: return try safetensors(bytes, &chance)
    case .gguf: return GGUFMutation.apply(bytes, &chance)
    case .json: return try json(bytes, &chance)
    case .yaml: return try yaml(bytes, &chance)
    case .lines: return try lines(bytes, &chance)
    case .numbers:
      return bytes.first == 0x93 ? array(bytes, &chance) : try json(bytes, &chance)
    }
  }

  private static let jsonTokens = [
    "{", "}", "[", "]", ":", ",", "\"", "\\u", "\\ud800", "null", "-", "e9", "\u{FEFF}", "\0",
  ]

  private static func json(_ bytes: [UInt8], _ chance: inout Chance) throws -> [UInt8] {
    // merges.txt is not JSON.
    guard bytes.first == UInt8(ascii: "{") || bytes.first == UInt8(ascii: "["), !chance.once(in: 4) else {
      return ByteMutation.apply(bytes, &chance, tokens: jsonTokens)
    }
    return Array(Tree(try JSONValue(parsing: bytes)).mutated(&chance, isYAML: false).written.utf8)
  }

  private static let yamlTokens = [
    "- ", ": ", "? ", "&a ", "*a", "!!int ", "|\n", ">\n", "---\n", "...\n", "%YAML 1.3\n", "%TAG ! x\n", "\t", "[",
    "]",
    "{", "}", "#", "'", "\"", "<<: ", "\u{85}", "\u{2028}", "\u{FEFF}", "@", "`", "\0",
  ]

  private static func yaml(_ bytes: [UInt8], _ chance: inout Chance) throws -> [UInt8] {
    let text = String(decoding: bytes, as: UTF8.self)
    guard !chance.once(in: 3), let node = try Yams.compose(yaml: text) else {
      return ByteMutation.apply(bytes, &chance, tokens: yamlTokens)
    }
    let tree = Tree(node).mutated(&chance, isYAML: true)
    return Array((chance.once(in: 2) ? tree.block : tree.written).utf8)
  }

  private static func lines(_ bytes: [UInt8], _ chance: inout Chance) throws -> [UInt8] {
    guard !chance.once(in: 3) else { return ByteMutation.apply(bytes, &chance, tokens: jsonTokens) }
    var lines = bytes.split(separator: UInt8(ascii: "\n")).map(Array.init)
    let place = chance.below(lines.count)
    let tree = Tree(try JSONValue(parsing: lines[place]))
    lines[place] = Array(tree.mutated(&chance, isYAML: false).written.utf8)
    return Array(lines.joined(separator: [UInt8(ascii: "\n")]))
  }

  /// A header's length, a header, numbers.
  private static func safetensors(_ bytes: [UInt8], _ chance: inout Chance) throws -> [UInt8] {
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    var header = Array(bytes[8..<8 + length])
    var numbers = Array(bytes[(8 + length)...])
    switch chance.below(8) {
    case 0: return ByteMutation.apply(bytes, &chance)
    case 1:
      let odd = chance.pick(Odd.integers)
      return withLittleEndian(odd) + bytes[8...]
    case 2: header = ByteMutation.apply(header, &chance, tokens: jsonTokens)
    case 3:
      // Weights of any bits, including some that are not numbers.
      for _ in 0..<chance.few() {
        numbers[chance.below(numbers.count)] = chance.pick([0x7F, 0xFF, 0x80, chance.byte()])
      }
    default: header = Array(Tree(try JSONValue(parsing: header)).mutated(&chance, isYAML: false).written.utf8)
    }
    return withLittleEndian(UInt64(header.count)) + header + numbers
  }

  /// NumPy's magic, version, header length, header and numbers.
  private static func array(_ bytes: [UInt8], _ chance: inout Chance) -> [UInt8] {
    let length = Int(bytes[8]) | Int(bytes[9]) << 8
    guard !chance.once(in: 3) else { return ByteMutation.apply(bytes, &chance) }
    let tokens = ["'descr'", "'<f8'", "'>f4'", "'|O'", "True", "(", ")", ",", "()", "(1,", "'shape': (0,)", "-1"]
    let header = ByteMutation.apply(Array(bytes[10..<10 + length]), &chance, tokens: tokens)
    let claimed = chance.once(in: 6) ? Int(truncatingIfNeeded: chance.word() % 65536) : header.count
    return bytes[..<8] + [UInt8(claimed & 0xFF), UInt8(claimed >> 8 & 0xFF)] + header + bytes[(10 + length)...]
  }

  private static func withLittleEndian(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
  }
}
