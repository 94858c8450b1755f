import ExperimentFile
import Foundation
import Interventions
import Patching
import Runs
import Testing

/// The reference page lists exactly what the decoder reads.
@Suite struct DocumentationTests {
  static let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Documentation/experiment-file.md")

  /// The first column of the tables below each heading.
  static func names(_ page: URL = page) throws -> [String: [String]] {
    var names: [String: [String]] = [:]
    var heading = ""
    for line in try String(contentsOf: page, encoding: .utf8).split(separator: "\n") {
      if line.hasPrefix("#") { heading = line.trimmingCharacters(in: ["#", " ", "`"]) }
      guard line.hasPrefix("| `"), let end = line.dropFirst(3).firstIndex(of: "`") else { continue }
      names[heading, default: []].append(String(line.dropFirst(3)[..<end]))
    }
    return names
  }

  @Test(arguments: KeyTable.all) func keys(table: KeyTable) throws {
    #expect(try Self.names()[table.name] == table.keys.map(\.name))
  }

  @Test func words() throws {
    let names = try Self.names()
    #expect(names["Metrics"] == Metric.allCases.map(\.rawValue))
    #expect(names["Sites"] == SiteName.allCases.map(\.rawValue))
    let known = Set(KeyTable.all.map(\.name) + ["Metrics", "Sites"])
    #expect(Set(names.keys).subtracting(known).isEmpty)
  }

  @Test func theAxesOfEverySite() throws {
    let text = try String(contentsOf: Self.page, encoding: .utf8)
    for site in SiteName.allCases {
      let axes = site.axes.map(\.rawValue).joined(separator: ", ")
      #expect(text.contains("| `\(site.rawValue)` | \(axes) |"), "\(site)")
    }
  }

  /// Every block marked `yaml` is a whole experiment.
  @Test func examplesRead() throws {
    let parts = try String(contentsOf: Self.page, encoding: .utf8).components(separatedBy: "```")
    var count = 0
    for part in parts where part.hasPrefix("yaml\n") {
      _ = try Experiment(yaml: String(part.dropFirst("yaml\n".count)), file: "example.yaml")
      count += 1
    }
    #expect(count >= 2)
  }
}
