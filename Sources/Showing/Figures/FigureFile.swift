import Foundation

/// Writes a file next to its destination, flushes it to the disk and renames it, so that nobody ever sees half of one.
package func writeWhole(_ bytes: [UInt8], to path: String) throws(FigureError) {
  let partial = "\(path).\(UInt32.random(in: 0...UInt32.max)).partial"
  let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
  guard descriptor >= 0 else { throw .cannotWrite(file: path, reason: String(cString: strerror(errno))) }
  var number: Int32 = 0
  bytes.withUnsafeBytes { all in
    var rest = all[...]
    while !rest.isEmpty {
      let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 {
        number = errno
        return
      }
      rest = rest.dropFirst(count)
    }
    if fsync(descriptor) != 0 { number = errno }
  }
  if close(descriptor) != 0, number == 0 { number = errno }
  if number == 0, rename(partial, path) != 0 { number = errno }
  if number != 0 {
    unlink(partial)
    throw .cannotWrite(file: path, reason: String(cString: strerror(number)))
  }
}
