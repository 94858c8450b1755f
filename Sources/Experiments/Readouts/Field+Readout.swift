import ModelGraph
import Patching

extension Field {
  /// One readout of the list.
  func readout() throws -> ReadoutSpec {
    let keys = try map(.readout)
    let nameField = keys.required("name")
    let name = try nameField.text()
    guard isPartName(name) else {
      throw nameField.error(
        .badValue(path: nameField.path, value: quoted(name), expected: "letters, digits, -, _ and points only"))
    }
    let kind: ReadoutSpec.Kind
    switch try keys.required("read").choice(ReadoutSpec.Word.self) {
    case .directLogitAttribution: kind = .directLogitAttribution
    case .logitLens: kind = .logitLens
    case .attention:
      kind = .attention(heads: try keys.needed("heads", in: .readout).list(of: "heads").map { try $0.head() })
    }
    if case .attention = kind {} else { try keys.refuse(["heads"], beside: "read") }
    return ReadoutSpec(
      name: name, kind: kind, runs: try keys["runs"].map { try $0.words(RunSide.self, of: "runs") } ?? RunSide.allCases,
      place: place)
  }

  /// `9.6`, in quotes: YAML would read 9.10 as the number 9.1.
  private func head() throws -> Head {
    let word = try text()
    guard let head = Head(word) else {
      throw error(.badValue(path: path, value: quoted(word), expected: "a head such as \"9.6\": layer, point, head"))
    }
    return head
  }
}
