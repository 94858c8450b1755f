/// The formats, as the root attribute `format` names them.
public enum FileFormat: String, Sendable, Hashable, CaseIterable {
  case results = "patchbay-results"
  case cache = "patchbay-cache"
  /// What the heads of a model do: `patchbay heads`.
  case heads = "patchbay-heads"
  /// What was found in caches: `patchbay analyze`.
  case analysis = "patchbay-analysis"
  /// Directions to add: `patchbay vector`.
  case vector = "patchbay-vector"

  /// The root attribute `format_version` that is written, and the newest that is read.
  public static let version = 1
}

/// The run of a pair of prompts that activations or baseline values belong to.
public enum StoredRun: String, Sendable, Hashable, CaseIterable {
  /// The only run of a cache of plain prompts.
  case sole = ""
  case clean
  case corrupted

  /// The group of a cache file that holds the run's activations.
  package var activationsGroup: String { self == .sole ? Schema.activations.path : Schema.activations.path(rawValue) }
}

/// Whether a text can be the name of a link in an HDF5 group.
func isUsableName(_ name: String) -> Bool {
  !name.isEmpty && name != "." && !name.contains("/") && !name.unicodeScalars.contains("\0")
}
