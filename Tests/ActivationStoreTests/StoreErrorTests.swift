import ActivationStore
import Diagnostics
import Testing

@Suite struct StoreErrorTests {
  static let table: [(StoreError, FailureKind, String)] = [
    (.inputNotFound(path: "a.h5"), .inputNotFound, "'a.h5': no such file"),
    (.notAFile(path: "a"), .inputNotFound, "'a': not a file; an HDF5 file of Patchbay's is expected"),
    (
      .unreadable(path: "a.h5", reason: "Permission denied"), .inputNotFound,
      "'a.h5': cannot be read: Permission denied"
    ),
    (.notHDF5(path: "a.h5"), .badData, "'a.h5': not an HDF5 file"),
    (
      .truncated(path: "a.h5", detail: "eof = 10"), .badData,
      "'a.h5': the file ends too early (eof = 10); it was cut short when copied or written"
    ),
    (
      .otherFormat(path: "a.h5", found: nil, expected: ["patchbay-results", "patchbay-cache"]), .badData,
      "'a.h5': an HDF5 file without the attribute 'format'; expected 'patchbay-results' or 'patchbay-cache'"
    ),
    (
      .otherFormat(path: "a.h5", found: "patchbay-cache", expected: ["patchbay-results"]), .badData,
      "'a.h5': its format is 'patchbay-cache'; expected 'patchbay-results'"
    ),
    (
      .newerFormat(path: "a.h5", format: "patchbay-cache", version: 3, newestKnown: 1), .badData,
      "'a.h5': patchbay-cache version 3; this Patchbay reads up to 1, a newer one is needed"
    ),
    (
      .missing(path: "a.h5", what: .dataset, name: "/sweeps/heads/logit_dif", candidates: ["/sweeps/heads/logit_diff"]),
      .badData, "'a.h5': no dataset '/sweeps/heads/logit_dif' (did you mean '/sweeps/heads/logit_diff'?)"
    ),
    (
      .missing(path: "a.h5", what: .sweep, name: "zebra", candidates: ["heads", "steer"]), .badData,
      "'a.h5': no sweep 'zebra' (one of: heads, steer)"
    ),
    (
      .wrongShape(path: "a.h5", dataset: "/x", found: [2, 3], expected: "[3, 2]"), .badData,
      "'a.h5': '/x' of shape [2, 3], where [3, 2] is expected"
    ),
    (
      .wrongType(path: "a.h5", dataset: "/x", found: .other("uint8"), expected: "float32"), .badData,
      "'a.h5': '/x' holds uint8, where float32 is expected"
    ),
    (
      .damaged(path: "a.h5", object: "/x", detail: "data error detected by Fletcher32 checksum"), .badData,
      "'a.h5': '/x' cannot be read, the file is damaged: data error detected by Fletcher32 checksum"
    ),
    (
      .tooLarge(path: "a.h5", dataset: "/x", bytes: 99, fileBytes: 7), .badData,
      "'a.h5': '/x' claims 99 bytes, more than a file of 7 can hold; the file is damaged"
    ),
    (
      .cannotCreateOutput(path: "out/a.h5", reason: .noFolder("out")), .cannotCreateOutput,
      "'out/a.h5': cannot be created: the folder 'out' does not exist"
    ),
    (
      .cannotCreateOutput(path: "out/a.h5", reason: .folderIsFile("out")), .cannotCreateOutput,
      "'out/a.h5': cannot be created: 'out' is not a folder"
    ),
    (
      .cannotCreateOutput(path: "a.h5", reason: .isFolder), .cannotCreateOutput,
      "'a.h5': cannot be created: a folder of that name is in the way"
    ),
    (
      .cannotCreateOutput(path: "a.h5", reason: .system("Permission denied")), .cannotCreateOutput,
      "'a.h5': cannot be created: Permission denied"
    ),
    (
      .busy(path: "a.h5", toWrite: true), .cannotCreateOutput,
      "'a.h5': another run is writing this file; wait for it to end or choose another output"
    ),
    (.busy(path: "a.h5", toWrite: false), .ioFailed, "'a.h5': a run is still writing this file; wait for it to end"),
    (
      .writeFailed(path: "a.h5", object: "/x", detail: "No space left on device"), .ioFailed,
      "'a.h5': writing '/x' failed: No space left on device"
    ),
    (.alreadyClosed(path: "a.h5"), .ioFailed, "'a.h5': the file is already closed"),
    (
      .badName(path: "a.h5", name: "a/b", problem: .unusable), .badData,
      "'a.h5': 'a/b' cannot be a name in the file; a name cannot be empty or '.', or contain '/'"
    ),
    (
      .badName(path: "a.h5", name: "layer", problem: .taken), .badData, "'a.h5': the name 'layer' is already taken"
    ),
    (
      .emptyAxis(path: "a.h5", dataset: "/x", axis: "head"), .badData, "'a.h5': '/x': the axis 'head' has no entries"
    ),
    (
      .doesNotFitFloat16(path: "a.h5", hook: "hook_embed", example: 3, value: 70000), .badData,
      "'a.h5': 'hook_embed', example 3: 70000.0 does not fit float16 (largest 65504); store float32"
    ),
    (
      .promptMismatch(path: "a.h5", example: 2, problem: "only 2 prompts were announced"), .badData,
      "'a.h5': prompt 2: only 2 prompts were announced"
    ),
  ]

  @Test(arguments: table.indices) func messagesNameWhatIsWrong(row: Int) {
    let (error, kind, message) = Self.table[row]
    #expect(error.kind == kind)
    #expect(error.message == message)
  }
}
