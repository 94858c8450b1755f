import Foundation

/// A change of the text before it is split.
indirect enum Normalizer: Sendable {
  case sequence([Normalizer])
  case prepend([UInt8])
  case replace(TextPattern, with: [UInt8])
  case unicode(UnicodeForm)
  case lowercase
  case strip(left: Bool, right: Bool)

  enum UnicodeForm: String, CaseIterable, Sendable {
    case nfc = "NFC"
    case nfd = "NFD"
    case nfkc = "NFKC"
    case nfkd = "NFKD"
  }

  /// - Throws: `patternGivenUp`.
  func normalize(_ text: [UInt8]) throws(TokenizerError) -> [UInt8] {
    switch self {
    case .sequence(let steps):
      var text = text
      for step in steps { text = try step.normalize(text) }
      return text
    case .prepend(let prefix): return text.isEmpty ? text : prefix + text
    case .replace(let pattern, let content): return try Self.replace(pattern, with: content, in: text)
    case .unicode(let form):
      if text.allSatisfy({ $0 < 0x80 }) { return text }
      return Array(form.apply(to: String(decoding: text, as: UTF8.self)).utf8)
    case .lowercase:
      // Letter by letter, like in the library: no final sigma.
      let scalars = String(decoding: text, as: UTF8.self).unicodeScalars
      return scalars.flatMap { Array($0.properties.lowercaseMapping.utf8) }
    case .strip(let left, let right):
      let all = text[...]
      let start = left ? all.endOfRun(from: 0, while: \.isWhite) : 0
      let end = right ? all[start...].startOfRun(to: all.endIndex, while: \.isWhite) : all.endIndex
      return Array(all[start..<end])
    }
  }

  static func replace(
    _ pattern: TextPattern, with content: [UInt8], in text: [UInt8]
  ) throws(TokenizerError) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count + text.count / 4)
    var end = 0
    for match in try pattern.matches(in: text[...]) {
      result.append(contentsOf: text[end..<match.lowerBound])
      result.append(contentsOf: content)
      end = match.upperBound
    }
    result.append(contentsOf: text[end...])
    return result
  }
}

extension Normalizer.UnicodeForm {
  fileprivate func apply(to text: String) -> String {
    switch self {
    case .nfc: text.precomposedStringWithCanonicalMapping
    case .nfd: text.decomposedStringWithCanonicalMapping
    case .nfkc: text.precomposedStringWithCompatibilityMapping
    case .nfkd: text.decomposedStringWithCompatibilityMapping
    }
  }
}

extension Normalizer {
  private static let supported =
    ["Sequence", "Prepend", "Replace", "Lowercase", "Strip"] + UnicodeForm.allCases.map(\.rawValue)

  init(_ field: JSONField) throws(TokenizerError) {
    let type = try field.required("type").string()
    if let form = UnicodeForm(rawValue: type) {
      self = .unicode(form)
      return
    }
    switch type {
    case "Sequence":
      var steps: [Normalizer] = []
      for element in try field.required("normalizers").elements() { steps.append(try Normalizer(element)) }
      self = .sequence(steps)
    case "Prepend": self = .prepend(Array(try field.required("prepend").string().utf8))
    case "Replace":
      self = .replace(
        try TextPattern(try field.required("pattern")), with: Array(try field.required("content").string().utf8))
    case "Lowercase": self = .lowercase
    case "Strip":
      self = .strip(
        left: try field.bool("strip_left", default: true), right: try field.bool("strip_right", default: true))
    default:
      throw .unsupportedType(
        file: field.file, path: field.path, part: "normalizer", type: type, supported: Self.supported)
    }
  }
}
