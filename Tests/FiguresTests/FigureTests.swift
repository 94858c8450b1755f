import Figures
import Foundation
import TestSupport
import Testing

/// What applies to every figure.
@Suite struct FigureTests {
  @Test func everyFigureIsWellFormedAndStaysInItsFrame() throws {
    for figure in try Samples.all() {
      let elements = try #require(Elements.of(figure.svg), "\(figure.title)")
      #expect(elements.all[0].name == "svg")
      #expect(elements.all[0].attributes["viewBox"]?.hasPrefix("0 0 ") == true)
      #expect(elements.all[1].name == "title" && elements.all[1].text == figure.title)
      // The ground, which makes it readable on a dark page.
      #expect(elements.all[2].name == "rect" && elements.all[2].attributes["fill"] == "#ffffff")
      for (_, attributes, _) in elements.all {
        #expect(attributes["id"] == nil)
        for (keys, limit) in [(["x", "x1", "x2", "cx"], figure.width), (["y", "y1", "y2", "cy"], figure.height)] {
          for value in keys.compactMap({ attributes[$0] }).compactMap(Double.init) {
            #expect(value >= 0 && value <= limit, "\(figure.title): \(attributes)")
          }
        }
      }
    }
  }

  /// The texts here take at most 0.58 of their size per character in DejaVu Sans, the widest of the fonts.
  @Test func textsEndInsideTheFigure() throws {
    for figure in try Samples.all() {
      let elements = try #require(Elements.of(figure.svg))
      for element in elements.all where element.name == "text" && element.attributes["transform"] == nil {
        let attributes = element.attributes
        let x = try #require(attributes["x"].flatMap(Double.init))
        let size = try #require(attributes["font-size"].flatMap(Double.init))
        let width = 0.58 * size * Double(element.text.count)
        let shares: [String: Double] = ["start": 0, "middle": 0.5, "end": 1]
        let share = try #require(attributes["text-anchor"].flatMap { shares[$0] })
        let (left, right) = (x - share * width, x + (1 - share) * width)
        #expect(left > -4 && right < figure.width + 4, "\(element.text)")
      }
    }
  }

  @Test func theSameFigureIsTheSameBytes() throws {
    for (first, second) in zip(try Samples.all(), try Samples.all()) {
      #expect(first == second)
      #expect(try first.png() == second.png())
    }
  }

  @Test func picturesHaveTheirSize() throws {
    for figure in try Samples.all() {
      for scale in [0.5, 1, 2] {
        let png = try figure.png(scale: scale)
        #expect(Array(png.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        func number(_ start: Int) -> Int {
          png[start..<start + 4].reduce(0) { (sum: Int, byte: UInt8) in sum << 8 | Int(byte) }
        }
        #expect(String(decoding: png[12..<16], as: UTF8.self) == "IHDR")
        #expect(number(16) == Int((figure.width * scale).rounded(.up)))
        #expect(number(20) == Int((figure.height * scale).rounded(.up)))
        #expect(String(decoding: png.suffix(8).prefix(4), as: UTF8.self) == "IEND")
      }
    }
  }

  @Test func scalesAreLimited() throws {
    let figure = try Samples.heatmap.figure()
    #expect(throws: FigureError.scale(0.05)) { try figure.png(scale: 0.05) }
    #expect(throws: FigureError.scale(11)) { try figure.png(scale: 11) }
    var wide = Samples.line
    wide.width = 3000
    #expect(throws: FigureError.tooManyPixels(width: 30_000, height: 4000, limit: 16_384)) {
      try wide.figure().png(scale: 10)
    }
  }

  @Test func filesAreWrittenWholeOrNotAtAll() throws {
    let place = try TemporaryFolder()
    let folder = place.path
    let figure = try Samples.line.figure()
    for name in ["a.svg", "b.png", "c.PNG"] {
      // Twice: the second time over the first.
      for _ in 0..<2 { try figure.write(to: folder + "/" + name, scale: 1) }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["a.svg", "b.png", "c.PNG"])
    #expect(try String(contentsOfFile: folder + "/a.svg", encoding: .utf8) == figure.svg)
    #expect(try Array(Data(contentsOf: URL(fileURLWithPath: folder + "/b.png"))) == figure.png(scale: 1))
    #expect(throws: FigureError.format(file: "figure.pdf")) { try figure.write(to: "figure.pdf") }
    #expect(
      throws: FigureError.cannotWrite(file: folder + "/none/a.svg", reason: "No such file or directory")
    ) { try figure.write(to: folder + "/none/a.svg") }
    try FileManager.default.createDirectory(atPath: folder + "/d.svg/x", withIntermediateDirectories: true)
    #expect(throws: FigureError.self) { try figure.write(to: folder + "/d.svg") }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["a.svg", "b.png", "c.PNG", "d.svg"])
  }
}
