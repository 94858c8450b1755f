import Diagnostics

/// Runs `body`, which reads `object` of the file at `path`; a failing C call means that the file is damaged there.
func reading<R: ~Copyable>(_ path: String, _ object: String, _ body: () throws -> R) throws -> R {
  do {
    return try body()
  } catch let failure as HDF5Failure {
    throw StoreError.damaged(path: path, object: object, detail: failure.detail)
  }
}

/// Runs `body`, which writes `object` of the file at `path`; a failing C call means that it could not be written.
func writing<R: ~Copyable>(_ path: String, _ object: String, _ body: () throws -> R) throws -> R {
  do {
    return try body()
  } catch let failure as HDF5Failure {
    throw StoreError.writeFailed(path: path, object: object, detail: failure.detail)
  }
}
