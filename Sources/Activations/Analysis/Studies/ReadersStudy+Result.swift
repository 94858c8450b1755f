import ActivationStore

extension ReadersStudy {
  public func result(_ outcomes: [Outcome]) throws -> StudyResult {
    let methods = options.methods
    var arrays = PlaceArrays(name, kind: "readers", of: selection)
    arrays.addItems()
    arrays.addAxis("method", .texts(methods.map(\.rawValue)))
    arrays.addAxis("method_other", .texts(methods.map(\.rawValue)))
    arrays.addAxis("feature", .range(selection.widths[0]))
    let none = Interval(value: .nan, low: .nan, high: .nan)
    /// One number for each method; NaN if there is no reader.
    func numbers(_ value: (Reader) -> Double) -> [[Double]] {
      outcomes.map { $0.readers.map { $0.map(value) ?? .nan } }
    }
    func rows(_ value: (Reader) -> [Double]) -> [[Double]] {
      let empty = [Double](repeating: .nan, count: width)
      return outcomes.map { $0.readers.flatMap { $0.map(value) ?? empty } }
    }
    let scores: [(String, KeyPath<ReaderScores, Interval>)] = [
      (Schema.Analysis.accuracy, \.accuracy), (Schema.Analysis.auc, \.auc),
      (Schema.Analysis.calibrationError, \.calibrationError), (Schema.Analysis.brier, \.brier),
      (Schema.Analysis.margin, \.margin), (Schema.Analysis.separation, \.separation),
    ]
    for (name, path) in scores {
      arrays.add(
        name, ["method"],
        intervals: outcomes.map { $0.scores.map { $0?[keyPath: path] ?? none } })
    }
    arrays.add(Schema.Analysis.direction, ["method", "feature"], rows(\.direction.unit))
    arrays.add(Schema.Analysis.length, ["method"], numbers(\.direction.length))
    arrays.add(Schema.Analysis.weight, ["method", "feature"], rows(\.weights))
    arrays.add(Schema.Analysis.bias, ["method"], numbers(\.bias))
    arrays.add(Schema.Analysis.calibrationSlope, ["method"], numbers(\.calibration.slope))
    arrays.add(Schema.Analysis.calibrationIntercept, ["method"], numbers(\.calibration.intercept))
    arrays.add(Schema.Analysis.trained, integers: outcomes.map { [$0.trained] })
    arrays.add(Schema.Analysis.tested, integers: outcomes.map { [$0.tested] })
    arrays.add(
      Schema.Analysis.cosine, ["method", "method_other"],
      outcomes.map { outcome in
        outcome.readers.flatMap { first in outcome.readers.map { second in cosine(first, second) } }
      })
    addSides(&arrays)
    addCosinesAcrossHooks(&arrays, outcomes)
    addCurves(&arrays, outcomes)
    if options.influence {
      arrays.add(
        Schema.Analysis.influence, ["method", "item"],
        outcomes.map { outcome in outcome.influences.flatMap { arrays.spread($0.cosines, over: $0.items) } })
    }
    if methods.contains(.leace) {
      func erasers(_ value: (ConceptEraser) -> [Double]) -> [[Double]] {
        outcomes.map { $0.eraser.map(value) ?? [Double](repeating: .nan, count: width) }
      }
      arrays.add(Schema.Analysis.eraserMean, ["feature"], erasers(\.mean))
      arrays.add(Schema.Analysis.eraserRemoved, ["feature"], erasers { $0.removed.row(0) })
      arrays.add(Schema.Analysis.eraserReading, ["feature"], erasers { $0.reading.row(0) })
    }
    arrays.set(Schema.Analysis.penalty, .number(options.penalty))
    arrays.set(Schema.Analysis.shrinkage, .number(options.shrinkage))
    var result = selection.table(
      "\(name): held-out accuracy of readers of '\(selection.labelName ?? "")' (positive: \(selection.classNames[1])); "
        + selection.examplesNote(using: plans.map(\.used)), methods.map(\.rawValue),
      outcomes.map { $0.scores.map { $0.map { cell($0.accuracy) } ?? "-" } }, arrays: arrays.arrays)
    result.notes = curveNotes(outcomes) + influenceNotes(outcomes)
    return result
  }

  /// For each place and method, how accuracy grows with the number of training pairs.
  private func curveNotes(_ outcomes: [Outcome]) -> [String] {
    zip(selection.places, outcomes).flatMap { place, outcome in
      zip(options.methods, outcome.curves).compactMap { method, curve in
        guard !curve.points.isEmpty else { return nil }
        let points = curve.points.map { "\($0.pairs): \(shown($0.accuracy.value))" }.joined(separator: ", ")
        return "\(selection.name(of: place)), \(method.rawValue): accuracy by training pairs \(points)"
      }
    }
  }

  /// For each place and method, the examples whose removal would turn the direction most.
  private func influenceNotes(_ outcomes: [Outcome]) -> [String] {
    zip(selection.places, outcomes).flatMap { place, outcome in
      zip(options.methods, outcome.influences).compactMap { method, influence in
        let table = selection.sources[place.source].table.items
        let ranked = zip(influence.items, influence.cosines).sorted { ($0.1, $0.0) < ($1.1, $1.0) }.prefix(3)
        guard !ranked.isEmpty else { return nil }
        let parts = selection.sources[place.source].parts
        let examples = ranked.map { item, cosine in
          let run = parts.count > 1 ? " of \(parts[table[item].part].name)" : ""
          return "\(table[item].example)\(run) (cosine without it \(shown(cosine, 4)))"
        }.joined(separator: ", ")
        return "\(selection.name(of: place)), \(method.rawValue): turned most by examples \(examples)"
      }
    }
  }

  private func cosine(_ a: Reader?, _ b: Reader?) -> Double {
    guard let a, let b else { return .nan }
    return a.direction.cosine(with: b.direction)
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
    arrays.add(Schema.Analysis.split, along: ["source", "item"], .integers(sides))
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
          guard let here = found[place], let there = found[elsewhere] else { return .nan }
          return cosine(here.readers[method], there.readers[method])
        }
      }
    }
    arrays.add(Schema.Analysis.cosineAcross, ["method", "hook_other"], cosines)
  }

  private func addCurves(_ arrays: inout PlaceArrays, _ outcomes: [Outcome]) {
    guard !options.curve.isEmpty else { return }
    arrays.addAxis("pairs", .integers(options.curve))
    let none = Interval(value: .nan, low: .nan, high: .nan)
    arrays.add(
      Schema.Analysis.curveAccuracy, ["method", "pairs"],
      intervals: outcomes.map { outcome in
        outcome.curves.flatMap { curve in
          options.curve.map { size in curve.points.first { $0.pairs == size }?.accuracy ?? none }
        }
      })
    let empty = [Double](repeating: .nan, count: width)
    arrays.add(
      Schema.Analysis.curveDirection, ["method", "pairs", "feature"],
      outcomes.map { outcome in
        outcome.curves.flatMap { curve in
          options.curve.flatMap { size in curve.points.first { $0.pairs == size }?.direction.unit ?? empty }
        }
      })
    arrays.add(
      Schema.Analysis.curveLength, ["method", "pairs"],
      outcomes.map { outcome in
        outcome.curves.flatMap { curve in
          options.curve.map { size in curve.points.first { $0.pairs == size }?.direction.length ?? .nan }
        }
      })
  }
}
