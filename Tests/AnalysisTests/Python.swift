import Foundation

/// The interpreter in PATCHBAY_PYTHON, with scikit-learn and scipy (and concept-erasure if available), and the
/// project's scripts for it.
enum Python {
  static let interpreter = ProcessInfo.processInfo.environment["PATCHBAY_PYTHON"]
  static let skipped = "PATCHBAY_PYTHON names no interpreter that has scikit-learn and scipy"

  /// Whether the interpreter has what the script imports.
  static let isThere: Bool = {
    do {
      return try run(["-c", "import sklearn, scipy"]).status == 0
    } catch {
      return false
    }
  }()

  /// Runs a script of scripts/python.
  static func run(script: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
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
