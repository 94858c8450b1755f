import COnig

/// A regular expression of Oniguruma, the library that `tokenizers` uses, so that a pattern of a tokenizer's files has
/// the same meaning here as there.
package final class RegularExpression: Sendable {
  /// Oniguruma's error for an invalid pattern.
  package struct Unreadable: Error, Equatable {
    package let reason: String

    package init(reason: String) { self.reason = reason }
  }

  package let pattern: String
  // Unsafe because the compiler cannot check it: a search does not change a compiled regex, and keeps its state in the
  // given region.
  nonisolated(unsafe) private let regex: OnigRegex

  private static let status = pb_onig_initialize()

  package init(_ pattern: String) throws(Unreadable) {
    guard Self.status == 0 else { throw Unreadable(reason: "Oniguruma cannot be started (\(Self.status))") }
    var compiled: OnigRegex?
    var message = [CChar](repeating: 0, count: Int(PB_ONIG_MESSAGE))
    let bytes = Array(Self.translated(pattern).utf8)
    let code = bytes.withUnsafeBufferPointer { buffer -> CInt in
      // An empty array may have no address, which Oniguruma would report as an error.
      guard let base = buffer.baseAddress else { return pb_onig_new(&compiled, [0], 0, &message) }
      return pb_onig_new(&compiled, base, buffer.count, &message)
    }
    guard code == 0, let compiled else { throw Unreadable(reason: Self.text(message)) }
    self.pattern = pattern
    regex = compiled
  }

  deinit { onig_free(regex) }

  /// `[:punct:]` is `\p{P}` in version 6.9.8. In the version that `tokenizers` uses, it includes `\p{S}`; here it does
  /// with any version.
  private static func translated(_ pattern: String) -> String {
    let symbols = #"\p{P}\p{S}"#
    var result = ""
    var rest = pattern[...]
    var depth = 0
    while let character = rest.first {
      if depth > 0, let name = ["[:punct:]", "[:^punct:]"].first(where: { rest.hasPrefix($0) }) {
        result += name == "[:punct:]" ? "[\(symbols)]" : "[^\(symbols)]"
        rest = rest.dropFirst(name.count)
        continue
      }
      switch character {
      case "\\": result += rest.prefix(2)
      default: result.append(character)
      }
      if character == "[" { depth += 1 }
      if character == "]", depth > 0 { depth -= 1 }
      rest = rest.dropFirst(character == "\\" ? 2 : 1)
    }
    return result
  }

  /// The matches in `text`, from left to right, without overlap; none in an empty text. A match may be empty, but not
  /// at the end of the previous one: these are the matches that `tokenizers` finds through the Rust library `onig`.
  ///
  /// - Throws: `patternGivenUp` if Oniguruma's limit for backtracking is reached.
  package func matches(in text: ArraySlice<UInt8>) throws(TokenizerError) -> [Range<Int>] {
    var matches: [Range<Int>] = []
    var failure: String?
    if text.isEmpty { return [] }
    text.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress, let region = onig_region_new() else { return }
      defer { onig_region_free(region, 1) }
      var message = [CChar](repeating: 0, count: Int(PB_ONIG_MESSAGE))
      var (start, lower, upper) = (0, 0, 0)
      var lastEnd: Int?
      while start <= buffer.count {
        let code = pb_onig_search(regex, base, buffer.count, start, region, &lower, &upper, &message)
        if code < 0 { failure = Self.text(message) }
        if code <= 0 { return }
        if lower == upper, lastEnd == upper {
          start += 1
          while start < buffer.count, base[start] & 0xC0 == 0x80 { start += 1 }
          continue
        }
        (start, lastEnd) = (upper, upper)
        matches.append((text.startIndex + lower)..<(text.startIndex + upper))
      }
    }
    if let failure { throw .patternGivenUp(pattern: pattern, reason: failure) }
    return matches
  }

  private static func text(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
