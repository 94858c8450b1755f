import Foundation

/// The models that come with Patchbay: folders in Hugging Face layout that the package copies next to its products.
public enum BundledModels {
  /// One of the models.
  public struct Entry: Sendable, Hashable {
    /// What comes after `bundled:`.
    public let name: String
    /// In a few words.
    public let summary: String
  }

  /// In the order in which they are listed.
  public static let all = [
    Entry(
      name: "ioi",
      summary:
        "a GPT-2-style model of generated text: indirect objects, pronouns, agreement, successors, years, induction, agency"
    ),
    Entry(
      name: "maze",
      summary: "a conv policy that finds the cheese in mazes; it was trained with the cheese near the top-right corner"),
  ]

  public static var names: [String] { all.map(\.name) }

  /// The folder of a bundled model; nil if there is none of that name, or if the models are not next to the program.
  public static func folder(of name: String) -> String? {
    guard names.contains(name) else { return nil }
    return places.map { "\($0)/Models/\(name)" }.first { FileManager.default.fileExists(atPath: "\($0)/config.json") }
  }

  /// Where the folder with the models may be: next to the program, as the package manager puts it, with links followed
  /// too.
  public static var places: [String] {
    var folders = [Bundle.main.bundleURL]
    if let executable = Bundle.main.executableURL {
      folders.append(executable.resolvingSymlinksInPath().deletingLastPathComponent())
    }
    if let resources = Bundle.main.resourceURL { folders.append(resources) }
    var places: [String] = []
    for folder in folders {
      for ending in ["resources", "bundle"] {
        let place = folder.appending(path: "Patchbay_BundledModels.\(ending)").path
        if !places.contains(place) { places.append(place) }
      }
    }
    return places
  }
}
