import ActivationStore
import Analysis
import Diagnostics
import LabelledArrays

/// The results about a model's heads, to be shown, written as JSON, or stored.
struct HeadsReport {
  /// The detectors' results on some prompts.
  struct Detection {
    enum Kind {
      /// Random tokens, repeated.
      case random
      /// The prompts of a file.
      case prompts(String)
    }

    let kind: Kind
    let scores: [HeadDetector: HeadScores]
    /// How many prompts had a destination of each detector.
    let counts: [HeadDetector: Int]

    init(kind: Kind, _ detection: HeadDetection) {
      self.kind = kind
      scores = detection.scores
      counts = detection.counts
    }

    /// The group of a file with the scores.
    var group: String {
      switch kind {
      case .random: Schema.heads.path
      case .prompts: Schema.headsOnPrompts.path
      }
    }
  }

  let model: String
  let gains: NormGains
  let random: RepeatedSequences
  let detections: [Detection]
  let copying: CopyingScores
  let composition: CompositionScores

  var layers: Int { composition.layers }
  var heads: Int { composition.heads }

  /// The two scores that depend only on weights, by their names in files.
  var copyingScores: [(name: String, scores: HeadScores)] {
    [(Schema.Heads.ovCopying, copying.ov), (Schema.Heads.qkCopying, copying.qk)]
  }

  // MARK: Storing

  /// Every number, as groups of a file.
  var arrays: [ArrayGroup] {
    let axes = [LabelledAxis("layer", .range(layers)), LabelledAxis("head", .range(heads))]
    func array(_ name: String, _ scores: HeadScores, _ attributes: [String: Attribute] = [:]) -> LabelledArray {
      LabelledArray(name, axes: axes, values: scores.values.map(Float.init), attributes: attributes)
    }
    let detected = detections.map { detection in
      var group = ArrayGroup(detection.group, axes: axes, attributes: attributes(of: detection))
      for detector in HeadDetector.allCases {
        guard let scores = detection.scores[detector] else { continue }
        group.add(array(detector.rawValue, scores, [Schema.Heads.prompts: .integer(detection.counts[detector] ?? 0)]))
      }
      return group
    }
    var copied = ArrayGroup(Schema.copying.path, axes: axes)
    for (name, scores) in copyingScores { copied.add(array(name, scores)) }
    return detected + [copied, composed]
  }

  private func attributes(of detection: Detection) -> [String: Attribute] {
    switch detection.kind {
    case .random:
      var attributes: [String: Attribute] = [
        Schema.Heads.sequences: .integer(random.count), Schema.Heads.length: .integer(random.length),
        Schema.Heads.seed: .text("\(random.seed)"),
      ]
      if let first = random.first { attributes[Schema.Heads.firstToken] = .integer(Int(first)) }
      return attributes
    case .prompts(let file): return [Schema.Heads.prompts: .text(file)]
    }
  }

  private var composed: ArrayGroup {
    let names = ["sender_layer", "sender_head", "receiver_layer", "receiver_head"]
    var group = ArrayGroup(
      Schema.composition.path, axes: zip(names, [layers, heads, layers, heads]).map { LabelledAxis($0, .range($1)) },
      attributes: [Schema.Heads.baseline: .number(composition.baseline)])
    for input in CompositionInput.allCases {
      group.add(input.rawValue, along: names, composition.values[input] ?? [])
    }
    return group
  }

  // MARK: JSON

  /// All numbers of heads, and the strongest pairs.
  func json(top: Int) -> JSONValue {
    var object = JSONObject()
    object.append(key: "model", value: .string(model))
    object.append(key: "norm_gains", value: .string(gains.rawValue))
    object.append(
      key: "random_sequences",
      value: .object([
        "count": .integer(random.count), "length": .integer(random.length), "seed": .string("\(random.seed)"),
        "first_token": random.first.map { .integer(Int($0)) } ?? .null,
      ]))
    for detection in detections {
      if case .prompts(let file) = detection.kind { object.append(key: "prompts", value: .string(file)) }
    }
    object.append(key: "heads", value: .array((0..<layers * heads).map { row($0 / heads, $0 % heads) }))
    var pairs = JSONObject()
    pairs.append(key: "baseline", value: .number(composition.baseline))
    for input in CompositionInput.allCases {
      let strongest = composition.strongest(top, input).map { pair in
        JSONValue.object([
          "sender": .string("\(pair.sender)"), "receiver": .string("\(pair.receiver)"), "score": .number(pair.score),
        ])
      }
      pairs.append(key: input.rawValue, value: .array(strongest))
    }
    object.append(key: "composition", value: .object(pairs))
    return .object(object)
  }

  private func row(_ layer: Int, _ head: Int) -> JSONValue {
    var row = JSONObject()
    row.append(key: "head", value: .string("\(layer).\(head)"))
    for detection in detections {
      var scores = JSONObject()
      for detector in HeadDetector.allCases {
        scores.append(key: detector.rawValue, value: .number(detection.scores[detector]?[layer, head] ?? .nan))
      }
      row.append(key: detection.jsonKey, value: .object(scores))
    }
    for (name, scores) in copyingScores { row.append(key: name, value: .number(scores[layer, head])) }
    return .object(row)
  }
}

extension HeadsReport.Detection {
  fileprivate var jsonKey: String {
    switch kind {
    case .random: "on_random_sequences"
    case .prompts: "on_prompts"
    }
  }
}
