import Foundation
import TestSupport

/// The built `patchbay`, run as a person would run it.
enum Tool {
  /// The result of a run.
  struct Finished {
    /// 128 + the signal's number if a signal ended it.
    let status: Int32
    let output: String
    let errors: String

    /// The lines of standard error.
    var errorLines: [String] { errors.split(separator: "\n").map(String.init) }
  }

  /// The executable is next to the test bundle, or next to the folder that the bundle is in.
  static let path: String = {
    let arguments = [CommandLine.arguments[0]] + Bundle.allBundles.map(\.bundlePath)
    for argument in arguments {
      var folder = URL(fileURLWithPath: argument).deletingLastPathComponent()
      for _ in 0..<4 {
        let candidate = folder.appendingPathComponent("patchbay").path
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue {
          return candidate
        }
        folder.deleteLastPathComponent()
      }
    }
    return "patchbay"
  }()

  /// Runs a command until it ends.
  /// - Parameter folder: the working directory.
  static func run(_ arguments: [String], in folder: String? = nil) throws -> Finished {
    try finish(try start(path, arguments, in: folder))
  }

  static func run(_ arguments: String..., in folder: String? = nil) throws -> Finished {
    try run(arguments, in: folder)
  }

  /// Runs a shell command in which `$PATCHBAY` is the executable.
  static func shell(_ line: String, in folder: String? = nil) throws -> Finished {
    try finish(try start("/bin/bash", ["-c", line], in: folder))
  }

  /// A running command.
  struct Running {
    let process: Process
    fileprivate let output: CapturedFile
    fileprivate let errors: CapturedFile
  }

  static func start(_ executable: String, _ arguments: [String], in folder: String? = nil) throws -> Running {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    var environment = ProcessInfo.processInfo.environment
    environment["PATCHBAY"] = path
    process.environment = environment
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    let (output, errors) = (try CapturedFile(), try CapturedFile())
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output.handle
    process.standardError = errors.handle
    try process.run()
    return Running(process: process, output: output, errors: errors)
  }

  static func finish(_ running: Running) throws -> Finished {
    running.process.waitUntilExit()
    let status = running.process.terminationStatus
    return Finished(
      status: running.process.terminationReason == .uncaughtSignal ? 128 + status : status,
      output: try running.output.text(), errors: try running.errors.text())
  }
}

/// A file that a stream is written to: unlike a pipe, it is never full.
final class CapturedFile {
  let handle: FileHandle
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder(["stream": ""])
    handle = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path("stream")))
  }

  func text() throws -> String { try folder.text("stream") }
}
