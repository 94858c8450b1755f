/// Which run is edited, and which one patches come from.
public enum PatchingDirection: String, Sendable, Hashable, CaseIterable {
  /// Clean activations into the corrupted run.
  case denoise
  /// Corrupted activations into the clean run.
  case noise

  /// The run that is edited.
  var base: RunSide { self == .denoise ? .corrupted : .clean }

  /// The run that patches come from.
  var other: RunSide { self == .denoise ? .clean : .corrupted }
}
