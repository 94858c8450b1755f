import Testing

/// Expects one line of error that contains some words, an exit status, and an output folder without half-written files.
func expectFailure(
  _ finished: Tool.Finished, status: Int32, _ words: String..., leaving place: Workplace? = nil,
  _ location: SourceLocation = #_sourceLocation
) throws {
  #expect(finished.status == status, "\(finished.errors)", sourceLocation: location)
  #expect(finished.errorLines.count == 1, "\(finished.errors)", sourceLocation: location)
  #expect(finished.errors.hasPrefix("error: "), "\(finished.errors)", sourceLocation: location)
  for word in words { #expect(finished.errors.contains(word), "\(finished.errors)", sourceLocation: location) }
  if let place { #expect(try place.written().isEmpty, sourceLocation: location) }
}
