import Diagnostics

extension StoreError {
  public var message: String {
    switch self {
    case .inputNotFound(let path): "'\(path)': no such file"
    case .notAFile(let path): "'\(path)': not a file; an HDF5 file of Patchbay's is expected"
    case .unreadable(let path, let reason): "'\(path)': cannot be read: \(reason)"
    case .notHDF5(let path): "'\(path)': not an HDF5 file"
    case .truncated(let path, let detail):
      "'\(path)': the file ends too early (\(detail)); it was cut short when copied or written"
    case .otherFormat(let path, nil, let expected):
      "'\(path)': an HDF5 file without the attribute 'format'; expected \(quoted(expected))"
    case .otherFormat(let path, let found?, let expected):
      "'\(path)': its format is '\(found)'; expected \(quoted(expected))"
    case .newerFormat(let path, let format, let version, let newestKnown):
      "'\(path)': \(format) version \(version); this Patchbay reads up to \(newestKnown), a newer one is needed"
    case .missing(let path, let what, let name, let candidates):
      "'\(path)': no \(what.rawValue) '\(name)'\(suggestion(for: name, among: candidates))"
    case .wrongShape(let path, let dataset, let found, let expected):
      "'\(path)': '\(dataset)' of shape \(found), where \(expected) is expected"
    case .wrongType(let path, let dataset, let found, let expected):
      "'\(path)': '\(dataset)' holds \(found), where \(expected) is expected"
    case .damaged(let path, let object, let detail):
      "'\(path)': '\(object)' cannot be read, the file is damaged: \(detail)"
    case .tooLarge(let path, let dataset, let bytes, let fileBytes):
      "'\(path)': '\(dataset)' claims \(bytes) bytes, more than a file of \(fileBytes) can hold; the file is damaged"
    case .cannotCreateOutput(let path, let reason): "'\(path)': cannot be created: \(reason.message)"
    case .busy(let path, true):
      "'\(path)': another run is writing this file; wait for it to end or choose another output"
    case .busy(let path, false): "'\(path)': a run is still writing this file; wait for it to end"
    case .writeFailed(let path, let object, let detail): "'\(path)': writing '\(object)' failed: \(detail)"
    case .alreadyClosed(let path): "'\(path)': the file is already closed"
    case .badName(let path, let name, .unusable):
      "'\(path)': '\(name)' cannot be a name in the file; a name cannot be empty or '.', or contain '/'"
    case .badName(let path, let name, .taken): "'\(path)': the name '\(name)' is already taken"
    case .emptyAxis(let path, let dataset, let axis): "'\(path)': '\(dataset)': the axis '\(axis)' has no entries"
    case .doesNotFitFloat16(let path, let hook, let example, let value):
      "'\(path)': '\(hook)', example \(example): \(value) does not fit float16 (largest 65504); store float32"
    case .promptMismatch(let path, let example, let problem): "'\(path)': prompt \(example): \(problem)"
    }
  }

  private func quoted(_ names: [String]) -> String {
    names.map { "'\($0)'" }.joined(separator: " or ")
  }
}

extension StoreError.OutputProblem {
  /// The reason as it reads in the message.
  var message: String {
    switch self {
    case .noFolder(let folder): "the folder '\(folder)' does not exist"
    case .folderIsFile(let folder): "'\(folder)' is not a folder"
    case .isFolder: "a folder of that name is in the way"
    case .system(let reason): reason
    }
  }
}
