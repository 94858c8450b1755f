import ExperimentFile
import Foundation

/// Reads a file line by line; at most a line and a block are in memory.
struct LineReader: ~Copyable {
  /// A longer line is not a prompt.
  private static let longestLine = 16 << 20
  private static let blockSize = 1 << 16

  private let file: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var position = 0
  private var isAtEnd = false
  /// The number of the last line read, counted from 1.
  private(set) var line = 0

  private init(file: String, descriptor: Int32) {
    self.file = file
    self.descriptor = descriptor
  }

  /// - Throws: `ExperimentError.fileNotFound`, `.notAFile`, `.unreadable`.
  static func opening(_ file: String) throws(ExperimentError) -> LineReader {
    var status = stat()
    if stat(file, &status) == 0 {
      // The file is read twice, which is impossible for a pipe.
      guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(file) }
    } else if errno == ENOENT || errno == ENOTDIR {
      throw .fileNotFound(file)
    }
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(file: file, reason: String(cString: strerror(errno))) }
    return LineReader(file: file, descriptor: descriptor)
  }

  deinit { close(descriptor) }

  /// The next line without its end, or nil after the last.
  /// - Throws: `ExperimentError.unreadable`, `.inFile` for a line that is too long.
  mutating func next() throws -> ArraySlice<UInt8>? {
    var searched = position
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { position = end + 1 }
        line += 1
        return buffer[position..<end]
      }
      if isAtEnd {
        guard position < buffer.count else { return nil }
        defer { position = buffer.count }
        line += 1
        return buffer[position...]
      }
      guard buffer.count - position <= Self.longestLine else {
        throw ExperimentError.inFile(
          Place(file: file, line: line + 1), .caused("the line has more than \(Self.longestLine >> 20) MiB"))
      }
      buffer.removeFirst(position)
      position = 0
      searched = buffer.count
      try fill()
    }
  }

  private mutating func fill() throws {
    let start = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: Self.blockSize))
    var count = -1
    repeat {
      count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + start, Self.blockSize) }
    } while count < 0 && errno == EINTR
    guard count >= 0 else {
      throw ExperimentError.unreadable(file: file, reason: String(cString: strerror(errno)))
    }
    buffer.removeLast(Self.blockSize - count)
    isAtEnd = count == 0
  }
}
