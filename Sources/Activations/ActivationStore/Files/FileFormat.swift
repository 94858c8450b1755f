/// The file formats, by the value of the root attribute `format`.
public enum FileFormat: String, Sendable, Hashable, CaseIterable {
  case results = "patchbay-results"
  case cache = "patchbay-cache"
  /// What a model's heads do: `patchbay heads`.
  case heads = "patchbay-heads"
  /// Results of analyses of caches: `patchbay analyze`.
  case analysis = "patchbay-analysis"
  /// Directions to add: `patchbay vector`.
  case vector = "patchbay-vector"

  /// The root attribute `format_version` of new files, and the newest version that can be read.
  public static let version = 1
}

/// The run of a prompt pair that activations or baseline values belong to.
public enum StoredRun: String, Sendable, Hashable, CaseIterable {
  /// The only run of a cache of plain prompts.
  case sole = ""
  case clean
  case corrupted

  /// The group of a cache file that holds the run's activations.
  package var activationsGroup: String { self == .sole ? Schema.activations.path : Schema.activations.path(rawValue) }
}

/// Whether a text can name a link in an HDF5 group.
func isUsableName(_ name: String) -> Bool {
  !name.isEmpty && name != "." && !name.contains("/") && !name.unicodeScalars.contains("\0")
}
