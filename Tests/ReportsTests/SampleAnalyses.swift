import ActivationStore
import LabelledArrays

/// A small file of analyses with one of every kind, worked out by hand.
enum SampleAnalyses {
  static let hooks = ["blocks.0.hook_resid_post", "blocks.1.hook_resid_post"]
  static let classes = ["<thing>", "person"]
  /// Of the four items.
  static let labels = ["<thing>", "person", "<thing>", "person"]

  private static let place: [LabelledAxis] = [
    .init("source", .texts(["cache"])), .init("hook", .texts(hooks)), .init("position", .texts(["-1"])),
  ]

  static func group(_ name: String, _ kind: String) -> ArrayGroup {
    var group = ArrayGroup(
      "/analyses/\(name)", axes: place,
      attributes: [
        "kind": .text(kind), "labels": .text("kind"), "classes": .texts(classes), "examples": .integers([4]),
      ])
    group.add("layer", along: ["hook"], .integers([0, 1]))
    return group
  }

  static func addItems(to group: inout ArrayGroup) {
    group.add(LabelledAxis("item", .range(4)))
    group.add("item_example", along: ["source", "item"], .integers([0, 1, 2, 3]))
    group.add("item_label", along: ["source", "item"], .texts(labels))
  }

  static let placeNames = ["source", "hook", "position"]

  static var readers: ArrayGroup {
    var group = group("readers", "readers")
    group.add(LabelledAxis("method", .texts(["logistic", "random"])))
    group.add(LabelledAxis("method_other", .texts(["logistic", "random"])))
    group.add(LabelledAxis("hook_other", .texts(hooks)))
    group.add(LabelledAxis("pairs", .integers([1, 2])))
    let along = placeNames + ["method"]
    group.add("accuracy", along: along, [0.75, 0.5, 1, 0.25])
    group.add("accuracy_low", along: along, [0.5, 0.25, 0.875, 0])
    group.add("accuracy_high", along: along, [1, 0.75, 1, 0.5])
    group.add("auc", along: along, [0.8, 0.5, 1, 0.3])
    group.add("cosine", along: along + ["method_other"], [1, 0.1, 0.1, 1, 1, 0.2, 0.2, 1])
    group.add("cosine_across", along: along + ["hook_other"], [1, 0.5, 1, 0, 0.5, 1, 0, 1])
    for (name, shift) in [("curve_accuracy", 0), ("curve_accuracy_low", -0.125), ("curve_accuracy_high", 0.125)] {
      group.add(name, along: along + ["pairs"], (0..<8).map { Float(0.5 + Double($0) / 16 + shift) })
    }
    group.add("trained", along: placeNames, .integers([3, 3]))
    group.add("tested", along: placeNames, .integers([1, 1]))
    return group
  }

  static var probes: ArrayGroup {
    var group = group("probes", "probes")
    group.add(LabelledAxis("class", .texts(classes)))
    group.add(LabelledAxis("class_other", .texts(classes)))
    group.add("accuracy", along: placeNames, [0.5, 0.75])
    group.add("accuracy_low", along: placeNames, [0.25, 0.5])
    group.add("accuracy_high", along: placeNames, [0.75, 1])
    group.add("chance", along: placeNames, [0.5, 0.5])
    group.add("control_accuracy", along: placeNames, [0.5, 0.25])
    group.add("selectivity", along: placeNames, [0, 0.5])
    // At the better place, of four things one is taken for a person.
    group.add("confusion", along: placeNames + ["class", "class_other"], [1, 1, 1, 1, 3, 1, 0, 4])
    return group
  }

  static var components: ArrayGroup {
    var group = group("components", "components")
    addItems(to: &group)
    group.add(LabelledAxis("component", .range(2)))
    group.add("explained", along: placeNames + ["component"], [0.5, 0.25, 0.75, 0.125])
    group.add("participation_ratio", along: placeNames, [2, 1.5])
    group.add("total_variance", along: placeNames, [4, 8])
    group.add(
      "projection", along: placeNames + ["component", "item"], (0..<16).map { $0 == 5 ? .nan : Float($0 % 5) - 2 })
    return group
  }

  static var separation: ArrayGroup {
    var group = group("apart", "separation")
    group.add("between_over_within", along: placeNames, [0.5, 2])
    group.add("explained", along: placeNames, [0.25, 0.5])
    group.add("silhouette", along: placeNames, [-0.1, 0.4])
    return group
  }

  static var clusters: ArrayGroup {
    var group = group("clusters", "clusters")
    addItems(to: &group)
    group.add(LabelledAxis("method", .texts(["kmeans"])))
    group.add("adjusted_rand", along: placeNames + ["method"], [0, 1])
    group.add("normalized_information", along: placeNames + ["method"], [0.1, 1])
    group.add("inertia", along: placeNames, [3, 2])
    group.add("cluster", along: placeNames + ["method", "item"], .integers([0, 0, 1, 1, 0, 1, 0, 1]))
    return group
  }

  static var similarity: ArrayGroup {
    var group = ArrayGroup("/analyses/alike", attributes: ["kind": .text("similarity"), "examples": .integer(4)])
    group.add(LabelledAxis("place", .texts(hooks)))
    group.add(LabelledAxis("place_other", .texts(hooks)))
    group.add("cka", along: ["place", "place_other"], [1, 0.625, 0.625, 1])
    group.add("cosine", along: ["place", "place_other"], [1, -0.25, -0.25, 1])
    return group
  }

  static var norms: ArrayGroup {
    var group = group("lengths", "norms")
    group.attributes["threshold"] = .number(6)
    group.add(LabelledAxis("feature", .range(3)))
    for (name, values) in [
      ("mean", [2, 4]), ("deviation", [0.5, 1]), ("smallest", [1, 2]), ("median", [2, 4]), ("largest", [3, 9]),
    ] as [(String, [Float])] { group.add(name, along: placeNames, values) }
    group.add("outliers", along: placeNames, .integers([0, 1]))
    group.add("is_outlier", along: placeNames + ["feature"], .integers([0, 0, 0, 0, 0, 1]))
    return group
  }

  static var trajectory: ArrayGroup {
    var group = group("way", "trajectory")
    addItems(to: &group)
    group.add(LabelledAxis("centroid", .texts(["things", "people"])))
    // Things stay at 0 and 0.25, people go to 0.5 and 1.
    group.add("share", along: placeNames + ["item"], [0, 0.5, 0, 0.5, 0.25, 1, 0.25, 1])
    return group
  }

  static var units: ArrayGroup {
    var group = group("neurons", "units")
    group.attributes["threshold"] = .number(0)
    group.add(LabelledAxis("unit", .integers([7, 9])))
    group.add(LabelledAxis("rank", .range(1)))
    group.add(LabelledAxis("bin", .range(2)))
    let along = placeNames + ["unit"]
    group.add("active_share", along: along, [0.5, 0.25, 0.125, 1])
    group.add("excess_kurtosis", along: along, [0, 1, 40, -1])
    group.add("smallest", along: along, [0, 0, 0, 0])
    group.add("largest", along: along, [1, 2, 8, 1])
    group.add("histogram", along: along + ["bin"], .integers([2, 2, 3, 1, 3, 1, 2, 2]))
    group.add("top_text", along: along + ["rank"], .texts(["a", "b", "the «<lamp>»", "d"]))
    return group
  }

  static var matrix: ArrayGroup {
    var group = group("rows", "matrix")
    addItems(to: &group)
    group.add(LabelledAxis("feature", .range(2)))
    group.add("activation", along: placeNames + ["item", "feature"], [Float](repeating: 1, count: 16))
    return group
  }

  static var all: [ArrayGroup] {
    [readers, probes, components, separation, clusters, similarity, norms, trajectory, units, matrix]
  }

  static func write(_ groups: [ArrayGroup] = all, to path: String) throws {
    let file = try ArraysFile(
      creating: path, format: .analysis,
      attributes: [
        "analysis": .text("# What <things> are.\nname: sample\nanalyses:\n  - name: way\n  - name: readers\n"),
        "caches": .texts(["cache"]), "cache_files": .texts(["made/<cache>.h5"]),
        "model_sha256": .texts(["0123456789abcdef"]),
        "patchbay_version": .text("0.1.0"),
      ])
    for group in groups { try file.write(group) }
    try file.finish()
  }

  /// A file as `patchbay heads` writes it: two layers of two heads.
  static func writeHeads(to path: String) throws {
    let file = try ArraysFile(
      creating: path, format: .heads,
      attributes: [
        "model": .text("models/<tiny>"), "model_sha256": .text("0123456789abcdef"), "patchbay_version": .text("0.1.0"),
        "norm_gains": .text("folded"),
      ])
    let axes: [LabelledAxis] = [.init("layer", .range(2)), .init("head", .range(2))]
    var heads = ArrayGroup(
      "/heads", axes: axes, attributes: ["sequences": .integer(16), "length": .integer(50), "seed": .text("3")])
    heads.add("induction", along: ["layer", "head"], [0.125, 0.25, 0.875, 0.5], attributes: ["prompts": .integer(16)])
    heads.add(
      "first_position", along: ["layer", "head"], [.nan, .nan, .nan, .nan], attributes: ["prompts": .integer(0)])
    try file.write(heads)
    var copying = ArrayGroup("/copying", axes: axes)
    copying.add("ov_copying", along: ["layer", "head"], [-0.5, 0.25, 0.75, 0])
    try file.write(copying)
    let names = ["sender_layer", "sender_head", "receiver_layer", "receiver_head"]
    var composition = ArrayGroup(
      "/composition", axes: names.map { LabelledAxis($0, .range(2)) }, attributes: ["baseline": .number(0.125)])
    // From layer 0 into layer 1 only.
    composition.add(
      "K", along: names, (0..<16).map { [2, 3, 6, 7].contains($0) ? Float($0) / 16 : .nan })
    try file.write(composition)
    try file.finish()
  }
}
