import Diagnostics

func isUTF8(_ bytes: [UInt8]) -> Bool { offsetOfInvalidUTF8(in: bytes) == nil }

/// Bytes as text; those that are not UTF-8 are written as "<0xE2>".
func readable(_ bytes: [UInt8]) -> String {
  var text = ""
  var rest = bytes
  while let invalid = offsetOfInvalidUTF8(in: rest) {
    let byte = rest[invalid]
    text += String(decoding: rest[..<invalid], as: UTF8.self)
    text += "<0x\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: true))>"
    rest.removeSubrange(...invalid)
  }
  return text + String(decoding: rest, as: UTF8.self)
}
