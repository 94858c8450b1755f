import Diagnostics
import ExperimentFile
import Foundation
import Interventions
import ModelGraph
import Patching

extension Field {
  /// The value of a sweep's key `path`.
  /// - Parameter sweep: the sweep's name, for messages.
  func path(sweep: String) throws -> SweepSpec.Kind {
    let keys = try map(.path)
    let chosen = try keys.exactlyOne(of: ["senders", "edges"])
    let freeze = try keys["freeze"].map { try $0.choice(PathSweep.Freeze.self) }
    let positions = PathPositions(
      senders: try keys["sender_position"].map { try $0.selector() } ?? .all,
      receivers: try keys["receiver_position"].map { try $0.selector() } ?? .all)
    if chosen.key == "edges" {
      try keys.refuse(["receivers", "together"], with: "edges")
      _ = try chosen.field.choice(of: ["heads"])
      return .edges(
        EdgeSpec(
          inputs: try keys["inputs"].map { try $0.words(Receiver.Input.self, of: "inputs") } ?? Receiver.Input.allCases,
          freeze: freeze ?? .headsAndMlps, positions: positions))
    }
    try keys.refuse(["inputs"], with: "senders")
    let receiversField = try keys.needed("receivers", in: .path)
    let receivers = try receiversField.receivers()
    let together = try keys["together"].map { try $0.flag() } ?? true
    if receivers.contains(.logits) {
      if together, receivers.count > 1 {
        throw receiversField.error(.caused(PatchingError.logitsTogether(sweep: sweep).message))
      }
      if let field = keys["receiver_position"] { throw field.error(.logitsHaveOnePosition(path: field.path)) }
    }
    return .path(
      PathSpec(
        senders: try chosen.field.senders(), receivers: receivers, freeze: freeze ?? .heads, together: together,
        positions: positions))
  }

  // MARK: Senders

  private func senders() throws -> PathSpec.Senders {
    let content = try content()
    if case .text(let text) = content, let kind = PathSpec.Senders.Kind(rawValue: text) { return .every(kind) }
    var groups: [[Sender]] = []
    for element in try oneOrMore(of: "senders") {
      var words = ["embed"]
      if case .list = content {} else { words = PathSpec.Senders.Kind.allCases.map(\.rawValue) }
      let group = try element.senderGroup(words: words)
      if groups.contains(where: { Set($0) == Set(group) }) {
        throw element.error(.repeated(path: path, word: group.map(\.description).joined(separator: "+")))
      }
      groups.append(group)
    }
    return .groups(groups)
  }

  /// `7.3`, or several that are patched at once: `7.3+7.9`.
  private func senderGroup(words: [String]) throws -> [Sender] {
    var group: [Sender] = []
    for part in try text().split(separator: "+", omittingEmptySubsequences: false) {
      let word = part.trimmingCharacters(in: .whitespaces)
      guard let sender = Sender(word) else {
        throw noSuchEnd(
          word, nearTo: words + ["mlp.\(number(after: word))"],
          expected: #"a head ("7.3"), an MLP ("mlp.0"), "embed", or several at once ("7.3+7.9")"#)
      }
      if group.contains(sender) { throw error(.repeated(path: path, word: sender.description)) }
      group.append(sender)
    }
    return group
  }

  // MARK: Receivers

  private func receivers() throws -> [Receiver] {
    var receivers: [Receiver] = []
    for element in try oneOrMore(of: "receivers") {
      let receiver = try element.receiver()
      if receivers.contains(receiver) { throw element.error(.repeated(path: path, word: receiver.description)) }
      receivers.append(receiver)
    }
    return receivers
  }

  private func receiver() throws -> Receiver {
    let word = try text()
    if let receiver = Receiver(word) { return receiver }
    let parts = word.split(separator: ".", omittingEmptySubsequences: false)
    if parts.count >= 2, let head = Head(parts[0...1].joined(separator: ".")) {
      let inputs = Receiver.Input.allCases.map { "\(head).\($0.rawValue)" }
      throw error(.badValue(path: path, value: quoted(word), expected: "\(oneOf(inputs)), an input of the head"))
    }
    throw noSuchEnd(
      word, nearTo: ["logits", "mlp.\(number(after: word))"],
      expected: #"an input of a head ("9.9.q", "9.9.k", "9.9.v"), an MLP ("mlp.3") or "logits""#)
  }

  // MARK: Messages

  /// The error for a word that is not an end of a path, with the nearest valid one, if there is one.
  private func noSuchEnd(_ word: String, nearTo candidates: [String], expected: String) -> ExperimentError {
    if nearestName(to: word, among: candidates) != nil {
      return error(.unknownWord(path: path, word: word, known: candidates))
    }
    return error(.badValue(path: path, value: quoted(word), expected: expected))
  }

  /// The number after the last point of a word, if there is one.
  private func number(after word: String) -> Int { word.split(separator: ".").last.flatMap { Int($0) } ?? 0 }
}
