import Figures
import Foundation
import Mazes
import Tensors

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// One figure of each kind, with names that XML must escape.
enum Samples {
  static var line: LineChart {
    let x = [-2.0, -1, 0, 1, 2]
    return LineChart(
      title: "P(cheese) <&> \"coefficient\"", subtitle: "two 'series'", xName: "coefficient", yName: "P(cheese)",
      series: [
        .init(
          name: "cheese & corner", x: x, y: [0.1, 0.2, 0.5, 0.7, 0.9], low: [0, 0.1, 0.4, 0.6, 0.8],
          high: [0.2, 0.3, 0.6, 0.8, 1]),
        .init(name: "random", x: x, y: [0.5, 0.4, .nan, 0.5, 0.6]),
      ], yRange: 0...1)
  }

  static var heatmap: Heatmap {
    Heatmap(
      title: "Transfer", rowsName: "from", columnsName: "into", valueName: "change", rowLabels: ["a<b", "c"],
      columnLabels: ["one", "two", "three"], values: [[-1, 0, 0.25], [.nan, 0.5, 1]])
  }

  static var bars: BarChart {
    BarChart(
      title: "Layers", valueName: "effect", names: ["embedder.block1.conv", "embedder.block2.res1.resadd_out"],
      series: [.init(name: "cheese", values: [-0.25, 0.75], low: [-0.5, 0.5], high: [0, 1])])
  }

  /// Logits that depend on the picture's index in its batch: the third square goes right and the others up, for
  /// example.
  static func field(_ maze: Maze, _ action: @escaping (Int) -> Int) throws -> VectorField {
    try VectorField(of: maze, batch: 1000) { pictures in
      let count = pictures.shape[0]
      return Tensor(shape: [count, 15], (0..<count).flatMap { row in (0..<15).map { $0 == action(row) ? 9 : 0 } })
    }
  }

  static func mazes() throws -> MazeFigure {
    let maze = try Maze(drawing: [".....", "##.##", ".....", ".###.", "M#C.."])
    return try MazeFigure(
      title: "Cheese vector", before: field(maze) { _ in 5 }, after: field(maze) { $0 == 2 ? 7 : 5 },
      names: ("original", "patched"))
  }

  static func all() throws -> [Figure] {
    try [line.figure(), heatmap.figure(), bars.figure(), mazes().figure()]
  }
}

/// An SVG's elements in order, read by Foundation's XML parser; nil if it is not well-formed.
final class Elements: NSObject, XMLParserDelegate {
  private(set) var all: [(name: String, attributes: [String: String], text: String)] = []
  /// Only the innermost elements have text; between elements there are line ends.
  private var isInside = false

  static func of(_ svg: String) -> Elements? {
    let elements = Elements()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = elements
    return parser.parse() ? elements : nil
  }

  func named(_ name: String) -> [[String: String]] { all.filter { $0.name == name }.map(\.attributes) }
  var texts: [String] { all.filter { $0.name == "text" }.map(\.text) }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    all.append((name, attributes, ""))
    isInside = true
  }

  func parser(_ parser: XMLParser, didEndElement: String, namespaceURI: String?, qualifiedName: String?) {
    isInside = false
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    if isInside { all[all.count - 1].text += string }
  }
}
