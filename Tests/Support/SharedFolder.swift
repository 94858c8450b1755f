import Foundation

/// Models and reference values that stand beside the package and are not part of it. Tests that need them skip where they are absent.
public enum SharedFolder {
  /// What a skipped test says.
  public static let absence = "the folder ../shared with reference models and values is not there"

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared")

  public static var isThere: Bool { FileManager.default.fileExists(atPath: root.path) }

  /// The path of something in it.
  public static func path(_ name: String) -> String { root.appendingPathComponent(name).path }
}
