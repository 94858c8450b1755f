/// Whether a text is a valid name of an experiment: letters, digits, `-` and `_`.
package func isName(_ text: String) -> Bool {
  !text.isEmpty
    && text.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
}

/// Whether a text is a valid name of a sweep or a readout, which may also have points (`into-9.9-q`).
package func isPartName(_ text: String) -> Bool {
  !text.hasPrefix(".") && isName(text.replacing(".", with: "_"))
}

extension Field {
  /// The name of an experiment or an analysis file.
  package func experimentName() throws -> String {
    let name = try text()
    guard isName(name) else {
      throw error(.badValue(path: path, value: quoted(name), expected: "letters, digits, - and _ only"))
    }
    return name
  }
}
