import Diagnostics

/// What can go wrong with a results or cache file. `StoreError+Message` has the wording.
public enum StoreError: DiagnosedError, Hashable {
  /// There is nothing at the path.
  case inputNotFound(path: String)
  /// There is a folder, device or pipe at the path.
  case notAFile(path: String)
  /// The operating system refuses to open the file.
  case unreadable(path: String, reason: String)
  case notHDF5(path: String)
  /// An HDF5 file shorter than its own header says.
  case truncated(path: String, detail: String)
  /// An HDF5 file whose `format` attribute is missing (nil) or not one of those expected.
  case otherFormat(path: String, found: String?, expected: [String])
  case newerFormat(path: String, format: String, version: Int, newestKnown: Int)
  /// A group, dataset or attribute that should be there.
  case missing(path: String, what: Missing, name: String, candidates: [String])
  /// A dataset that was read, or values to be written, with the wrong shape.
  case wrongShape(path: String, dataset: String, found: [Int], expected: String)
  case wrongType(path: String, dataset: String, found: ElementType, expected: String)
  /// Part of a file cannot be read back: a checksum fails, or a structure makes no sense.
  case damaged(path: String, object: String, detail: String)
  /// A dataset claims more than its file can hold.
  case tooLarge(path: String, dataset: String, bytes: Int, fileBytes: Int)
  case cannotCreateOutput(path: String, reason: OutputProblem)
  /// Another run holds the file; `toWrite` if this one wanted to write it too.
  case busy(path: String, toWrite: Bool)
  /// Writing stopped part-way: the disk is full or a device failed.
  case writeFailed(path: String, object: String, detail: String)
  /// The writer has been finished or discarded already.
  case alreadyClosed(path: String)
  /// A sweep, dataset, hook or axis that cannot have this name.
  case badName(path: String, name: String, problem: NameProblem)
  /// An axis without entries.
  case emptyAxis(path: String, dataset: String, axis: String)
  /// A finite value beyond what float16 can hold.
  case doesNotFitFloat16(path: String, hook: String, example: Int, value: Float)
  /// A prompt that does not match the file or the other prompts in it.
  case promptMismatch(path: String, example: Int, problem: String)

  /// What is missing.
  public enum Missing: String, Sendable, Hashable {
    case group, dataset, attribute, axis, hook, sweep, run
  }

  /// Why an output cannot be created.
  public enum OutputProblem: Sendable, Hashable {
    /// The folder it would be in does not exist.
    case noFolder(String)
    /// The path of the folder is a file.
    case folderIsFile(String)
    /// There is a folder where the file should be.
    case isFolder
    /// The operating system's message.
    case system(String)
  }

  /// Why a name cannot be used.
  public enum NameProblem: Sendable, Hashable {
    /// It is empty, is `.`, or contains `/` or a zero character.
    case unusable
    /// The group already has something of that name.
    case taken
  }

  public var kind: FailureKind {
    switch self {
    case .inputNotFound, .notAFile, .unreadable: .inputNotFound
    case .cannotCreateOutput: .cannotCreateOutput
    case .busy(_, let toWrite): toWrite ? .cannotCreateOutput : .ioFailed
    case .writeFailed, .alreadyClosed: .ioFailed
    default: .badData
    }
  }
}
