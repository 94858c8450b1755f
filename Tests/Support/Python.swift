import Foundation
import Patching

/// The interpreter in PATCHBAY_PYTHON, and the project's scripts for it.
public enum Python {
  public static let interpreter = ProcessInfo.processInfo.environment["PATCHBAY_PYTHON"]

  /// Whether there is an interpreter that can import modules, which are separated by commas.
  public static func has(_ modules: String) -> Bool {
    known.value(for: modules) {
      do {
        return try interpreter != nil && run(["-c", "import \(modules)"]).status == 0
      } catch {
        return false
      }
    }
  }

  private static let known = Memo<String, Bool>()

  /// Runs a script of scripts/python.
  /// - Returns: its exit status, and what it wrote to standard output and standard error.
  public static func run(_ script: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
    let root = (0..<3).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent() }
    return try run([root.appending(path: "scripts/python/\(script)").path] + arguments)
  }

  private static func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
    guard let interpreter else { return (1, "no interpreter") }
    let process = Process()
    process.executableURL = URL(filePath: interpreter)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, output)
  }
}
