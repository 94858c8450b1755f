import Diagnostics
import Testing
import Tokenization

/// No file may crash the program: each fixture is cut off at every byte, and each of its values replaced by every other
/// kind of value.
@Suite struct MalformedFileTests {
  @Test(arguments: Fixture.all)
  func aFileCutOffAnywhereIsBrokenJSON(fixture: Fixture) {
    let whole = bytes(fixture.json)
    for length in whole.indices {
      do {
        _ = try Tokenizer(json: Array(whole[..<length]))
        Issue.record("\(length) bytes were enough")
      } catch {
        guard case .brokenJSON = error else {
          Issue.record("\(length) bytes: \(error.message)")
          return
        }
      }
    }
  }

  @Test(arguments: Fixture.all)
  func anyValueReplacedIsReadOrRefused(fixture: Fixture) throws {
    let strange: [JSONValue] = [
      .null, .bool(true), .bool(false), .integer(-1), .integer(0), .integer(1 << 40), .integer(.max), .integer(.min),
      .number(1e300), .number(-0.5), .string(""), .string("x"), .string("<s>"), .array([]), .array([.array([])]),
      .array([.integer(0)]), .object(JSONObject()),
    ]
    let root = try JSONValue(parsing: bytes(fixture.json))
    var count = 0
    for variant in Self.variants(of: root, by: strange) {
      count += 1
      guard let tokenizer = try? Tokenizer(json: bytes(Self.text(of: variant))) else { continue }
      // What was accepted must work; whether the text can be encoded is another matter.
      for line in fixture.lines {
        _ = try? tokenizer.encode(line.text)
        _ = try? tokenizer.decode(line.ids)
        _ = line.ids.map(tokenizer.tokenString)
      }
    }
    #expect(count > 300)
  }

  /// Every document in which one value of `value` is replaced, or one member left out.
  private static func variants(of value: JSONValue, by strange: [JSONValue]) -> [JSONValue] {
    switch value {
    case .array(let elements):
      // The first and last are enough of a long array.
      let indices = elements.count > 8 ? [0, elements.count - 1] : Array(elements.indices)
      return strange
        + indices.flatMap { index in
          variants(of: elements[index], by: strange).map { variant in
            var changed = elements
            changed[index] = variant
            return .array(changed)
          }
        }
    case .object(let object):
      let members = object.members
      let indices = members.count > 24 ? [0, members.count - 1] : Array(members.indices)
      return strange
        + indices.map { left in .object(Self.object(members.enumerated().filter { $0.offset != left }.map(\.element))) }
        + indices.flatMap { index in
          variants(of: members[index].value, by: strange).map { variant in
            var changed = JSONObject()
            for (other, member) in members.enumerated() {
              changed.append(key: member.key, value: other == index ? variant : member.value)
            }
            return .object(changed)
          }
        }
    default: return strange
    }
  }

  private static func object(_ members: [JSONObject.Member]) -> JSONObject {
    var object = JSONObject()
    for member in members { object.append(key: member.key, value: member.value) }
    return object
  }

  private static func text(of value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .bool(let bool): "\(bool)"
    case .integer(let integer): "\(integer)"
    case .number(let number): "\(number)"
    case .string(let string): quoted(string)
    case .array(let elements): "[" + elements.map(text).joined(separator: ",") + "]"
    case .object(let object):
      "{" + object.members.map { quoted($0.key) + ":" + text(of: $0.value) }.joined(separator: ",") + "}"
    }
  }

  private static func quoted(_ string: String) -> String {
    var text = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"", "\\": text += "\\\(scalar)"
      case "\n": text += "\\n"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
