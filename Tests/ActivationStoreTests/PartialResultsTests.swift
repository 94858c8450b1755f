import ActivationStore
import Foundation
import TestSupport
import Testing

/// Results of a run in progress: what is flagged is there whenever the process ends, and after the layout only numbers
/// are written.
@Suite struct PartialResultsTests {
  private let scratch: TemporaryFolder
  private var path: String { scratch.path("r.h5") }
  private var partial: String { path + ".partial" }

  init() throws { scratch = try TemporaryFolder() }

  private static let heads = SweepDeclaration(
    name: "heads", axes: Samples.headAxes, metrics: ["logit_diff"],
    extras: [.init("has_path", .int8, perExample: false)])

  private func start() throws -> PartialResults {
    try PartialResults(
      creating: path, header: Samples.resultsHeader, prompts: Samples.prompts,
      baselines: [(.clean, ["logit_diff"])],
      sweeps: [.init(Self.heads, passes: [.run, .estimate], flags: ["has_path": [1, 0, 1, 0, 1, 0]])],
      tables: [.init(name: "mazes", width: 4)])
  }

  private func write(_ file: PartialResults, _ span: Range<Int>, _ examples: Range<Int>, done: [Int]? = nil) throws {
    let values = span.flatMap { cell in examples.map { Float(100 * cell + $0) } }
    try file.write(
      sweep: "heads", .run, span: span, examples: examples, done: done ?? Array(span),
      datasets: [("logit_diff", values), ("change_norm", values)])
  }

  @Test func whatIsDoneIsKnownAfterReopening() throws {
    let file = try start()
    try write(file, 1..<4, 0..<3)
    try write(file, 4..<6, 1..<2, done: [5])
    try file.write(table: "mazes", example: 2, values: [1, 2, .nan, 4])
    #expect(throws: StoreError.busy(path: path, toWrite: true)) { try PartialResults(reopening: path) }
    #expect(throws: StoreError.busy(path: path, toWrite: true)) { try start() }
    file.keep()
    let again = try PartialResults(reopening: path)
    #expect(again.examples == 3)
    #expect(again.done(sweep: "heads", .run) == 10 && again.done(sweep: "heads", .estimate) == 0 && again.done == 11)
    #expect(again.isDone(sweep: "heads", .run, cells: 1..<4, examples: 0..<3))
    #expect(!again.isDone(sweep: "heads", .run, cells: 0..<2, examples: 0..<3))
    #expect(again.isDone(sweep: "heads", .run, cells: [5], examples: 1..<2))
    #expect(!again.isDone(sweep: "heads", .run, cells: [4], examples: 1..<2))
    #expect(!again.isDone(sweep: "heads", .run, cells: [5], examples: 1..<3))
    #expect(!again.isDone(sweep: "heads", .estimate, cells: [1], examples: 0..<1))
    #expect(try again.values(sweep: "heads", dataset: "logit_diff", cells: 2..<4) == [200, 201, 202, 300, 301, 302])
    let mixed = try again.values(sweep: "heads", dataset: "logit_diff", cells: 5..<6)
    #expect(mixed[0].isNaN && mixed[1] == 501 && mixed[2].isNaN)
    #expect(try again.row(table: "mazes", example: 0) == nil)
    #expect(try again.row(table: "mazes", example: 2)?.map(\.description) == ["1.0", "2.0", "nan", "4.0"])
    again.discard()
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).isEmpty)
  }

  /// Reads the file from the disk at every step, without closing or flushing it first.
  @Test func theFileIsReadableAtAnyMoment() throws {
    let file = try start()
    let copy = scratch.path("copy.h5")
    var layout: Data?
    for cell in 0..<6 {
      for example in 0..<3 {
        try write(file, cell..<cell + 1, example..<example + 1)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: partial))
        try bytes.write(to: URL(fileURLWithPath: copy))
        let reader = try ResultsReader(copy)
        #expect(!reader.store.isComplete)
        #expect(try reader.header() == Samples.resultsHeader)
        #expect(try reader.prompts().map(\.cleanTokens) == Samples.prompts.map(\.cleanTokens))
        #expect(try reader.flags(sweep: "heads", dataset: "has_path") == [1, 0, 1, 0, 1, 0])
        let values = try reader.values(sweep: "heads", dataset: "logit_diff").values
        for place in 0..<18 {
          let isThere = (place / 3, place % 3) <= (cell, example)
          #expect(values[place] == Float(100 * (place / 3) + place % 3) || (!isThere && values[place].isNaN))
        }
        // Nothing moves: a cell is four bytes in each of two datasets, and a flag.
        if let layout {
          #expect(bytes.count == layout.count)
          #expect(zip(bytes, layout).count { $0 != $1 } <= 9)
        }
        layout = bytes
      }
    }
    file.discard()
  }

  @Test func aLayoutThatWasKilledIsOfNoConsequence() throws {
    try Data("killed".utf8).write(to: URL(fileURLWithPath: partial + ".new"))
    let file = try start()
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["r.h5.partial"])
    file.discard()
  }

  @Test func settingAsideKeepsWhatIsWorthIt() throws {
    #expect(try PartialResults.setAside(path) == nil)
    let file = try start()
    #expect(throws: StoreError.busy(path: path, toWrite: true)) { try PartialResults.setAside(path) }
    file.keep()
    #expect(try PartialResults.setAside(path) == nil)
    let again = try PartialResults(reopening: path)
    try write(again, 0..<1, 0..<3)
    again.keep()
    #expect(try PartialResults.setAside(path) == partial + ".old")
    #expect(try ResultsReader(partial + ".old").values(sweep: "heads", dataset: "logit_diff").values[1] == 1)
    try Data("not HDF5".utf8).write(to: URL(fileURLWithPath: partial))
    #expect(try PartialResults.setAside(path) == nil)
  }

  @Test func theFinishedFileTakesItsPlaceInOneStep() throws {
    let file = try start()
    try write(file, 0..<6, 0..<3)
    let results = try ResultsWriter(finishing: file, header: Samples.resultsHeader, prompts: Samples.prompts)
    try results.declare(Self.heads)
    let values = try file.values(sweep: "heads", dataset: "logit_diff", cells: 0..<6)
    try results.write(sweep: "heads", dataset: "logit_diff", cells: 0..<6, values: values)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted() == ["r.h5.new", "r.h5.partial"])
    try results.finish()
    file.discard()
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["r.h5"])
    #expect(try ResultsReader(path).values(sweep: "heads", dataset: "logit_diff").values == values)
  }

  /// HDF5 writes with a driver that does not check heaps, so the reading driver checks the file first.
  @Test func whatIsDamagedIsNotGoneOnWith() throws {
    let file = try start()
    try write(file, 0..<2, 0..<3)
    file.keep()
    let sound = try Data(contentsOf: URL(fileURLWithPath: partial))
    func damaged(_ text: String, _ offset: Int, _ bytes: [UInt8]) throws {
      var copy = sound
      let place = try #require(sound.range(of: Data(text.utf8))).lowerBound + offset
      copy.replaceSubrange(place..<place + bytes.count, with: bytes)
      try copy.write(to: URL(fileURLWithPath: partial))
    }
    // The size of the first object of a heap: zero, and more than there is.
    for size in [[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0xF0, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]] as [[UInt8]] {
      try damaged("GCOL", 24, size)
      #expect(throws: StoreError.self) { try PartialResults(reopening: path) }
      #expect(try PartialResults.setAside(path) == nil)
    }
    try sound.write(to: URL(fileURLWithPath: partial))
    try PartialResults(reopening: path).keep()
  }

  @Test func flagsThatAreNoneAreRefused() throws {
    let file = try start()
    for example in 0..<3 { try write(file, 0..<6, example..<example + 1) }
    file.keep()
    // Eighteen consecutive flags; nothing else in the file has as many ones in a row.
    var bytes = try Data(contentsOf: URL(fileURLWithPath: partial))
    let flags = try #require(bytes.range(of: Data(repeating: 1, count: 18)))
    bytes[flags.lowerBound + 4] = 7
    try bytes.write(to: URL(fileURLWithPath: partial))
    #expect(
      throws: StoreError.damaged(
        path: partial, object: "/progress/sweeps/heads/run/done", detail: "a flag is 7, which is neither 0 nor 1")
    ) { try PartialResults(reopening: path) }
  }

  /// A finished file under the name of a partial one: its numbers are in chunks.
  @Test func whatNoRunHasLaidOutIsNotGoneOnWith() throws {
    try Samples.writeResults(path)
    try FileManager.default.moveItem(atPath: path, toPath: partial)
    let error = #expect(throws: StoreError.self) { try PartialResults(reopening: path) }
    #expect(error?.message.contains("its numbers are in chunks, as no run under way lays them out") == true)
  }

  @Test func mistakesAreErrors() throws {
    let file = try start()
    #expect(throws: StoreError.self) { try write(file, 5..<7, 0..<3) }
    #expect(throws: StoreError.self) { try write(file, 0..<1, 2..<4) }
    #expect(throws: StoreError.self) {
      try file.write(sweep: "heads", .run, span: 0..<1, examples: 0..<1, done: [0], datasets: [("logit_diff", [1, 2])])
    }
    #expect(throws: StoreError.self) {
      try file.write(sweep: "heads", .run, span: 0..<1, examples: 0..<1, done: [0], datasets: [("logit", [1])])
    }
    #expect(file.done == 0)
    file.discard()
    #expect(throws: StoreError.self) { try write(file, 0..<1, 0..<3) }
    #expect(throws: StoreError.inputNotFound(path: partial)) { try PartialResults(reopening: path) }
  }
}
