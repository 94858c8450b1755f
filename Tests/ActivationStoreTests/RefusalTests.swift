import ActivationStore
import Foundation
import LabelledArrays
import ModelGraph
import TestSupport
import Testing

/// Files and paths that cannot be read or written.
@Suite struct RefusalTests {
  let scratch: TemporaryFolder
  init() throws { scratch = try TemporaryFolder() }

  private func readError(_ path: String, expecting formats: [FileFormat] = FileFormat.allCases) -> StoreError? {
    #expect(throws: StoreError.self) { try StoreReader(path, expecting: formats) }
  }

  private func writeError(_ path: String) -> StoreError? {
    #expect(throws: StoreError.self) { try Samples.startResults(path) }
  }

  @Test func whatIsNoFileOfOursIsRefused() throws {
    #expect(readError(scratch.path("none.h5")) == .inputNotFound(path: scratch.path("none.h5")))
    #expect(readError(scratch.path) == .notAFile(path: scratch.path))
    for (name, bytes) in [("empty", Data()), ("text", Data("GCOL".utf8)), ("zeros", Data(count: 5000))] {
      try bytes.write(to: URL(filePath: scratch.path(name)))
      #expect(readError(scratch.path(name)) == .notHDF5(path: scratch.path(name)))
    }
    let pipe = scratch.path("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(readError(pipe) == .notAFile(path: pipe))
  }

  @Test func otherFormatsAndNewerVersionsAreRefused() throws {
    let path = scratch.path("r.h5")
    try Samples.writeResults(path)
    #expect(
      readError(path, expecting: [.cache])
        == .otherFormat(path: path, found: "patchbay-results", expected: ["patchbay-cache"]))
    let all = FileFormat.allCases.map(\.rawValue)
    let cases: [([String: Attribute], StoreError)] = [
      (["format": .text("somebody-else's")], .otherFormat(path: path, found: "somebody-else's", expected: all)),
      (["format": .integer(1)], .otherFormat(path: path, found: nil, expected: all)),
      (
        ["format_version": .integer(2)],
        .newerFormat(path: path, format: "patchbay-results", version: 2, newestKnown: 1)
      ),
      (
        ["format_version": .text("1")],
        .missing(path: path, what: .attribute, name: "format_version", candidates: [])
      ),
    ]
    for (attributes, error) in cases {
      let writer = try Samples.startResults(path)
      try writer.set(attributes)
      try writer.finish()
      #expect(readError(path) == error)
    }
  }

  @Test func whatIsNotThereIsAnsweredWithTheNearestName() throws {
    let path = scratch.path("r.h5")
    try Samples.writeResults(path)
    let store = try StoreReader(path)
    func expect(_ part: String, _ body: () throws -> Void) {
      let message = #expect(throws: StoreError.self, performing: body)?.message ?? ""
      #expect(message.contains(part))
    }
    let heads = "/sweeps/heads/logit_diff"
    expect("did you mean '\(heads)'") { _ = try store.tensor(at: "/sweeps/heads/logit_dif") }
    expect("no group '/sweeps/haeds' (did you mean '/sweeps/heads'?)") { _ = try store.tensor(at: "/sweeps/haeds/kl") }
    expect("did you mean '/sweeps'") { _ = try store.listing(of: "/sweps") }
    expect("no axis 'heda' (did you mean 'head'?)") { _ = try store.labels(of: "heda", of: heads) }
    expect("no sweep 'head' (did you mean 'heads'?)") { _ = try ResultsReader(path).sweep("head") }
    expect("holds int32, where float32 or float16") { _ = try store.tensor(at: "/prompts/lengths") }
    expect("holds int32, where text") { _ = try store.texts(at: "/prompts/lengths") }
    expect("holds float32, where integers") { _ = try store.integers(at: heads) }
    expect("of shape [2, 3, 3]") { _ = try store.tensor(at: heads, first: 1..<4) }
  }

  @Test func placesThatCannotBeWrittenAreRefused() throws {
    let inNowhere = scratch.path("nowhere/r.h5")
    #expect(
      writeError(inNowhere) == .cannotCreateOutput(path: inNowhere, reason: .noFolder(scratch.path("nowhere"))))
    try Data().write(to: URL(filePath: scratch.path("file")))
    let inFile = scratch.path("file/r.h5")
    #expect(writeError(inFile) == .cannotCreateOutput(path: inFile, reason: .folderIsFile(scratch.path("file"))))
    #expect(writeError(scratch.path) == .cannotCreateOutput(path: scratch.path, reason: .isFolder))
  }

  @Test(.enabled(if: geteuid() != 0, "the superuser may write everywhere"))
  func aFolderWithoutPermissionIsRefused() throws {
    #expect(chmod(scratch.path, 0o500) == 0)
    defer { chmod(scratch.path, 0o700) }
    let path = scratch.path("r.h5")
    #expect(writeError(path) == .cannotCreateOutput(path: path, reason: .system("Permission denied")))
  }

  @Test func aSecondWriterIsRefusedAndHarmsNothing() throws {
    let path = scratch.path("r.h5")
    let first = try Samples.startResults(path)
    #expect(writeError(path) == .busy(path: path, toWrite: true))
    #expect(readError(path + ".partial") == .busy(path: path + ".partial", toWrite: false))
    try first.finish()
    #expect(try ResultsReader(path).sweeps().count == 3)
    try Samples.writeResults(path)
  }

  #if os(Linux)
    /// From here on every write to the open file meets a full disk. The file itself is kept open, so that nothing else
    /// gets its inode.
    private func fillDisk(_ descriptor: Int32) throws {
      #expect(dup(descriptor) >= 0)
      let full = open("/dev/full", O_RDWR)
      #expect(full >= 0 && dup2(full, descriptor) == descriptor)
      close(full)
    }

    @Test func aFullDiskIsToldAndNothingIsLeft() throws {
      let path = scratch.path("r.h5")
      let writer = try Samples.startResults(path)
      try fillDisk(writer.descriptor())
      try writer.write(sweep: "heads", dataset: "logit_diff", cell: [1, 2], values: [1, 2, 3])
      let error = #expect(throws: StoreError.self) { try writer.finish() }
      #expect(error?.kind == .ioFailed)
      #expect(error?.message.contains("No space left on device") == true)
      #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
      try Samples.writeResults(path)
    }

    @Test func aFullDiskIsToldWhileACacheIsWritten() throws {
      let path = scratch.path("c.h5")
      let plan = CachePlan(
        hooks: [.init("x", .perPosition([Extent(.dModel, 4096)]))], examples: 64, longestPrompt: 4)
      let writer = try CacheWriter(creating: path, header: Samples.cacheHeader, plan: plan)
      try fillDisk(writer.descriptor())
      let values = [Float](repeating: 1, count: 4 * 4096)
      let error = #expect(throws: StoreError.self) {
        for example in 0..<64 {
          try values.withUnsafeBufferPointer { try writer.write(hook: "x", example: example, positions: 4, values: $0) }
        }
        try writer.finish()
      }
      #expect(error?.kind == .ioFailed)
      #expect(error?.message.contains("No space left on device") == true)
      writer.discard()
      #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
    }
  #endif
}
