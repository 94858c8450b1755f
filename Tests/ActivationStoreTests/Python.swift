import Foundation

/// The interpreter in PATCHBAY_PYTHON, with h5py, xarray and h5netcdf, and the project's scripts for it.
enum Python {
  static let interpreter = ProcessInfo.processInfo.environment["PATCHBAY_PYTHON"]
  static let skipped = "PATCHBAY_PYTHON names no interpreter that has h5py, xarray and h5netcdf"

  /// Runs a script of scripts/python.
  /// - Returns: its exit status, and what it wrote to standard output and standard error.
  static func run(_ script: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
    let root = (0..<3).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent() }
    let process = Process()
    process.executableURL = URL(filePath: interpreter ?? "python3")
    process.arguments = [root.appending(path: "scripts/python/\(script)").path] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, output)
  }
}
