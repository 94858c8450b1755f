import Foundation
import Testing

private let interpreter = ProcessInfo.processInfo.environment["PATCHBAY_PYTHON"]

/// The files as the other side sees them: h5py, and xarray through h5netcdf.
@Suite struct PythonTests {
  @Test(.enabled(if: interpreter != nil, "PATCHBAY_PYTHON names no interpreter that has h5py, xarray and h5netcdf"))
  func h5pyAndXarrayReadWhatWasWritten() throws {
    let interpreter = try #require(interpreter)
    let scratch = try Scratch()
    try Samples.writeResults(scratch.path("results.h5"))
    try Samples.writeCache(scratch.path("pairs.h5"), runs: [.clean, .corrupted])
    try Samples.writeCache(scratch.path("half.h5"), runs: [.sole], precision: .float16, compress: true)
    let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "scripts/python/check_hdf5.py").path
    let process = Process()
    process.executableURL = URL(filePath: interpreter)
    process.arguments = [script, scratch.folder]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text)")
  }
}
