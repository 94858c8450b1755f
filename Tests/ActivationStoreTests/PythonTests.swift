import TestSupport
import Testing

/// The files as other programs see them: h5py, and xarray through h5netcdf.
@Suite struct PythonTests {
  @Test(
    .enabled(
      if: Python.interpreter != nil, "PATCHBAY_PYTHON names no interpreter, which needs h5py, xarray and h5netcdf"))
  func h5pyAndXarrayReadWhatWasWritten() throws {
    let scratch = try TemporaryFolder()
    try Samples.writeResults(scratch.path("results.h5"))
    try Samples.writeCache(scratch.path("pairs.h5"), runs: [.clean, .corrupted])
    try Samples.writeCache(scratch.path("half.h5"), runs: [.sole], precision: .float16, compress: true)
    let (status, output) = try Python.run("check_hdf5.py", [scratch.path])
    #expect(status == 0, "\(output)")
  }
}
