import ActivationStore
import Diagnostics
import ExperimentFile
import LabelledArrays
import ModelGraph
import Patching

/// Where heads attend: `pattern` [run, head, destination, source, example].
public struct AttentionReading: Reading {
  public static let readoutKind = ReadoutKind(word: "attention", keys: [.init("heads", "whose attention")]) { keys in
    AttentionReading(heads: try keys.needed("heads", in: .readout).list(of: "heads").map { try $0.head() })
  }

  public let heads: [Head]

  public init(heads: [Head]) { self.heads = heads }

  public var keys: KeyValuePairs<String, JSONValue> { ["heads": .words(heads.map(\.description))] }

  public func check(_ engine: PatchingEngine) throws { try engine.checkHeads(heads) }

  public func columns(_ engine: PatchingEngine) throws -> [(name: String, axes: [LabelledAxis])] {
    let longest = engine.prompts.longest
    return [
      (
        Schema.Readout.pattern,
        [
          LabelledAxis("head", .texts(heads.map(\.description))), .range("destination", longest),
          .range("source", longest),
        ]
      )
    ]
  }

  public func values(_ engine: PatchingEngine, _ side: RunSide, block: Range<Int>) throws -> [[Float]] {
    [Array(try engine.attentionPatterns(of: heads, side, block: block).values.joined().joined().joined())]
  }
}

extension Field {
  /// `9.6`, in quotes, since YAML would read 9.10 as the number 9.1.
  fileprivate func head() throws -> Head {
    let word = try text()
    guard let head = Head(word) else {
      throw error(.badValue(path: path, value: quoted(word), expected: "a head such as \"9.6\": layer, point, head"))
    }
    return head
  }
}
