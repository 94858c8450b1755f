import Foundation

/// Models and values of reference libraries: all of them if the folder `../shared` is next to the package; otherwise
/// those of `Tests/Golden`, which are enough for every test in a clone alone. `PATCHBAY_GOLDEN=clone` in the
/// environment hides the folder next to the package.
public enum SharedFolder {
  /// The top of the package.
  public static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private static let roots: [URL] = {
    let own = package.appendingPathComponent("Tests/Golden")
    let beside = package.deletingLastPathComponent().appendingPathComponent("shared")
    return ProcessInfo.processInfo.environment["PATCHBAY_GOLDEN"] == "clone" ? [own] : [beside, own]
  }()

  /// The path of something in it: `golden/gpt2`, `models/stories260K`.
  public static func path(_ name: String) -> String {
    let paths = roots.map { $0.appendingPathComponent(name).path }
    return paths.first { FileManager.default.fileExists(atPath: $0) } ?? paths[paths.count - 1]
  }
}
