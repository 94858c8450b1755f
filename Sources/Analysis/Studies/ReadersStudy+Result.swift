import ActivationStore

extension ReadersStudy {
  public func result(_ outcomes: [Outcome]) throws -> StudyResult {
    let methods = options.methods
    var arrays = PlaceArrays(name, kind: "readers", of: selection)
    arrays.addItems()
    arrays.addAxis("method", .texts(methods.map(\.rawValue)))
    arrays.addAxis("method_other", .texts(methods.map(\.rawValue)))
    arrays.addAxis("feature", .range(selection.widths[0]))
    let scores: [(String, KeyPath<ReaderScores, Interval>)] = [
      ("accuracy", \.accuracy), ("auc", \.auc), ("calibration_error", \.calibrationError), ("brier", \.brier),
      ("margin", \.margin), ("separation", \.separation),
    ]
    for (name, path) in scores {
      arrays.add(name, ["method"], intervals: outcomes.map { $0.scores.map { $0[keyPath: path] } })
    }
    arrays.add("direction", ["method", "feature"], outcomes.map { $0.readers.flatMap(\.direction.unit) })
    arrays.add("length", ["method"], outcomes.map { $0.readers.map(\.direction.length) })
    arrays.add("weight", ["method", "feature"], outcomes.map { $0.readers.flatMap(\.weights) })
    arrays.add("bias", ["method"], outcomes.map { $0.readers.map(\.bias) })
    arrays.add("calibration_slope", ["method"], outcomes.map { $0.readers.map(\.calibration.slope) })
    arrays.add("calibration_intercept", ["method"], outcomes.map { $0.readers.map(\.calibration.intercept) })
    arrays.add("trained", integers: outcomes.map { [$0.trained] })
    arrays.add("tested", integers: outcomes.map { [$0.tested] })
    arrays.add(
      "cosine", ["method", "method_other"],
      outcomes.map { Direction.cosines($0.readers.map(\.direction)).values })
    addSides(&arrays)
    addCosinesAcrossHooks(&arrays, outcomes)
    addCurves(&arrays, outcomes)
    if options.influence {
      arrays.add(
        "influence", ["method", "item"],
        outcomes.map { outcome in outcome.influences.flatMap { arrays.spread($0.cosines, over: $0.items) } })
    }
    let erasers = outcomes.compactMap(\.eraser)
    if erasers.count == outcomes.count {
      arrays.add("eraser_mean", ["feature"], erasers.map(\.mean))
      arrays.add("eraser_removed", ["feature"], erasers.map { $0.removed.row(0) })
      arrays.add("eraser_reading", ["feature"], erasers.map { $0.reading.row(0) })
    }
    arrays.set("penalty", .number(options.penalty))
    arrays.set("shrinkage", .number(options.shrinkage))
    return selection.table(
      "\(name): held-out accuracy of readers of '\(selection.labelName ?? "")' (positive: \(selection.classNames[1])); "
        + selection.examplesNote, methods.map(\.rawValue),
      outcomes.map { $0.scores.map { cell($0.accuracy) } }, arrays: arrays.arrays)
  }

  private func cell(_ accuracy: Interval) -> String {
    options.redraws == 0
      ? shown(accuracy.value) : "\(shown(accuracy.value)) [\(shown(accuracy.low, 2)), \(shown(accuracy.high, 2))]"
  }

  /// `split` [source, item]: 0 trained on, 1 scored on, -1 neither.
  private func addSides(_ arrays: inout PlaceArrays) {
    let count = selection.sources.map(\.count).max() ?? 0
    let sides = plans.flatMap { plan in
      var side = [Int](repeating: -1, count: count)
      for item in plan.training { side[item] = 0 }
      for item in plan.testing { side[item] = 1 }
      return side
    }
    arrays.add("split", along: ["source", "item"], .integers(sides))
  }

  /// `cosine_across` [..., method, hook_other]: each direction with the same method's at every other hook.
  private func addCosinesAcrossHooks(_ arrays: inout PlaceArrays, _ outcomes: [Outcome]) {
    let places = selection.places
    let found = Dictionary(uniqueKeysWithValues: zip(places, outcomes))
    arrays.addAxis("hook_other", .texts(selection.hooks.map(\.text)))
    let cosines = places.map { place in
      options.methods.indices.flatMap { method in
        selection.hooks.indices.map { other -> Double in
          let elsewhere = Selection.Place(source: place.source, hook: other, rule: place.rule, head: place.head)
          guard let here = found[place]?.readers[method], let there = found[elsewhere]?.readers[method] else {
            return .nan
          }
          return here.direction.cosine(with: there.direction)
        }
      }
    }
    arrays.add("cosine_across", ["method", "hook_other"], cosines)
  }

  private func addCurves(_ arrays: inout PlaceArrays, _ outcomes: [Outcome]) {
    guard !options.curve.isEmpty else { return }
    arrays.addAxis("pairs", .integers(options.curve))
    let none = Interval(value: .nan, low: .nan, high: .nan)
    arrays.add(
      "curve_accuracy", ["method", "pairs"],
      intervals: outcomes.map { outcome in
        outcome.curves.flatMap { curve in
          options.curve.map { size in curve.points.first { $0.pairs == size }?.accuracy ?? none }
        }
      })
  }
}
