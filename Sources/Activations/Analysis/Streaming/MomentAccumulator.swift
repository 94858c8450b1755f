import Tensors

/// Accumulates counts, means and covariances of any number of rows, in memory that depends only on their width.
///
/// Rows are processed in blocks of 1024, however they arrive: a block is centred on the mean of the first block,
/// multiplied with itself in float32, and added to float64 sums. Sums of the rows themselves are float64 throughout. So
/// the result depends only on the order of the rows, and a covariance is within 1e-6 of a float64 computation, relative
/// to the standard deviations of its two features.
public struct MomentAccumulator: Sendable {
  /// Which second moments to keep.
  public enum Covariance: Sendable {
    /// None: means only, as fast as memory is read.
    case none
    /// Of all examples together. The covariance within classes follows from it and the class means.
    case pooled
    /// Of each class separately as well.
    case perClass
  }

  /// Rows multiplied at a time.
  static let blockRows = 1024

  public let width: Int
  /// The number of classes; 1 if examples have none.
  public let classes: Int
  public let covariance: Covariance
  /// Examples of each class so far, [classes].
  public private(set) var counts: [Int]

  private var sums: [Double]
  /// What is subtracted before multiplying, [width]; nil until the first block is full.
  private var center: [Float]?
  /// One for all classes, or one for each; see `GramProducts.addSymmetric`.
  private var grams: [[Double]]
  private var pending: Tensor
  private var pendingClasses: [Int] = []

  /// - Precondition: width and classes are positive.
  public init(width: Int, classes: Int = 1, covariance: Covariance = .pooled) {
    precondition(width > 0 && classes > 0, "width \(width), \(classes) classes")
    self.width = width
    self.classes = classes
    self.covariance = covariance
    counts = [Int](repeating: 0, count: classes)
    sums = [Double](repeating: 0, count: classes * width)
    let kept = covariance == .none ? 0 : covariance == .pooled ? 1 : classes
    grams = Array(repeating: [Double](repeating: 0, count: width * width), count: kept)
    pending = Tensor(shape: [covariance == .none ? 0 : Self.blockRows, width])
  }

  /// The number of rows added.
  public var count: Int { counts.reduce(0, +) }

  /// Adds rows.
  /// - Parameters:
  ///   - rows: [examples, width].
  ///   - labels: the class of each row, [examples]; nil if there is one class.
  /// - Throws: `AnalysisError` for another width, a label that names no class, or a number that is not finite (the
  ///   example's number counts all rows added so far).
  public mutating func add(_ rows: Matrix, classes labels: [Int]? = nil) throws(AnalysisError) {
    guard rows.columns == width else { throw .otherWidth(found: rows.columns, expected: width) }
    let labels = labels ?? [Int](repeating: 0, count: rows.rows)
    guard labels.count == rows.rows else { throw .labelCount(labels: labels.count, examples: rows.rows) }
    if let bad = labels.firstIndex(where: { $0 < 0 || $0 >= classes }) {
      throw .labelOutside(example: count + bad, label: labels[bad], classes: classes)
    }
    var start = 0
    while start < rows.rows {
      // The same blocks, in whatever pieces the rows arrive.
      let end = min(start + Self.blockRows - pendingClasses.count, rows.rows)
      try addSums(rows.rows(start..<end), labels[start..<end])
      if covariance != .none {
        if end - start == Self.blockRows {
          multiply(rows.rows(start..<end), Array(labels[start..<end]))
        } else {
          keep(rows.rows(start..<end), labels[start..<end])
          if pendingClasses.count == Self.blockRows { flush() }
        }
      }
      start = end
    }
  }

  /// Adds what another accumulator of the same kind has seen, as if its rows came after this one's.
  /// - Precondition: same width, classes and covariance.
  public mutating func merge(_ other: MomentAccumulator) {
    precondition(
      width == other.width && classes == other.classes && covariance == other.covariance, "accumulators of one kind")
    var other = other
    flush()
    other.flush()
    for index in sums.indices { sums[index] += other.sums[index] }
    if let theirs = other.center {
      if let ours = center {
        for index in grams.indices {
          let group = covariance == .perClass ? index..<index + 1 : 0..<classes
          Self.shift(&other.grams[index], by: other, classes: group, from: theirs, to: ours)
          for entry in grams[index].indices { grams[index][entry] += other.grams[index][entry] }
        }
      } else {
        (center, grams) = (theirs, other.grams)
      }
    }
    for label in 0..<classes { counts[label] += other.counts[label] }
  }

  /// The means and covariances of all rows added.
  /// - Throws: `AnalysisError` if nothing was added or squares were too large for float32.
  public func moments() throws(AnalysisError) -> Moments {
    guard count > 0 else { throw .tooFewExamples(purpose: "a mean", found: 0, needed: 1) }
    var complete = self
    complete.flush()
    return try complete.finished()
  }

  // MARK: - Sums

  private mutating func addSums(_ rows: Matrix, _ labels: ArraySlice<Int>) throws(AnalysisError) {
    let before = count
    // Consecutive rows of one class in one call.
    var first = 0
    while first < rows.rows {
      let label = labels[labels.startIndex + first]
      var end = first + 1
      while end < rows.rows, labels[labels.startIndex + end] == label { end += 1 }
      rows.rows(first..<end).addRowSum(to: &sums, at: label * width)
      counts[label] += end - first
      first = end
    }
    // Float32 numbers cannot overflow a float64 sum, so a sum that is not finite contains a number that was not.
    guard sums.allSatisfy(\.isFinite) else { throw Self.firstNotFinite(in: rows, before: before) }
  }

  private static func firstNotFinite(in rows: Matrix, before: Int) -> AnalysisError {
    for row in 0..<rows.rows {
      if let feature = rows.withRow(row, { $0.firstIndex { !$0.isFinite } }) {
        return .notFinite(example: before + row, feature: feature)
      }
    }
    return .tooLarge(feature: 0)
  }

  // MARK: - Products

  private mutating func keep(_ rows: Matrix, _ labels: ArraySlice<Int>) {
    let offset = pendingClasses.count * width
    pending.withMutableValues { target in
      for row in 0..<rows.rows {
        rows.withRow(row) { source in
          (target.baseAddress! + offset + row * width).update(from: source.baseAddress!, count: width)
        }
      }
    }
    pendingClasses += labels
  }

  private mutating func flush() {
    guard !pendingClasses.isEmpty else { return }
    let labels = pendingClasses
    pendingClasses = []
    multiply(pending.matrix.rows(0..<labels.count), labels)
  }

  /// Adds a block's products.
  private mutating func multiply(_ rows: Matrix, _ labels: [Int]) {
    let center = self.center ?? Self.mean(of: rows)
    self.center = center
    let centered = rows.centered(by: center)
    guard covariance == .perClass, classes > 1 else {
      GramProducts.addSymmetric(centered.matrix, to: &grams[0])
      return
    }
    for label in 0..<classes {
      let members = labels.indices.filter { labels[$0] == label }
      guard !members.isEmpty else { continue }
      GramProducts.addSymmetric(centered.matrix.picking(members).matrix, to: &grams[label])
    }
  }

  private static func mean(of rows: Matrix) -> [Float] {
    var sum = [Double](repeating: 0, count: rows.columns)
    rows.addRowSum(to: &sum)
    return sum.map { Float($0 / Double(rows.rows)) }
  }

  // MARK: - Centring

  /// Turns sums of (x - from)(x - from)^T into sums of (x - to)(x - to)^T, on and above the diagonal.
  private static func shift(
    _ gram: inout [Double], by source: MomentAccumulator, classes: Range<Int>, from: [Float], to: [Float]
  ) {
    let count = Double(classes.reduce(0) { $0 + source.counts[$1] })
    guard count > 0 else { return }
    let sum = (0..<source.width).map { feature in classes.reduce(0) { $0 + source.sums[$1 * source.width + feature] } }
    recenter(&gram, sum: sum, count: count, from: from.map(Double.init), to: to.map(Double.init))
  }

  /// sum (x - t)(x - t)^T = sum (x - f)(x - f)^T + r d^T + d r^T + n d d^T with d = f - t and r = sum (x - f).
  private static func recenter(_ gram: inout [Double], sum: [Double], count: Double, from: [Double], to: [Double]) {
    let width = from.count
    let change = zip(from, to).map { $0 - $1 }
    let rest = zip(sum, from).map { $0 - count * $1 }
    gram.withUnsafeMutableBufferPointer { gram in
      for i in 0..<width {
        let (di, ri) = (change[i], rest[i])
        for j in i..<width { gram[i * width + j] += ri * change[j] + di * rest[j] + count * di * change[j] }
      }
    }
  }

  private func finished() throws(AnalysisError) -> Moments {
    var classMeans = DenseMatrix(rows: classes, columns: width)
    for label in 0..<classes where counts[label] > 0 {
      for feature in 0..<width {
        classMeans.values[label * width + feature] = sums[label * width + feature] / Double(counts[label])
      }
    }
    var scatters: [DenseMatrix] = []
    for index in grams.indices {
      let group = covariance == .perClass ? index..<index + 1 : 0..<classes
      let count = Double(group.reduce(0) { $0 + counts[$1] })
      var gram = grams[index]
      if count > 0, let center {
        let sum = (0..<width).map { feature in group.reduce(0) { $0 + sums[$1 * width + feature] } }
        Self.recenter(&gram, sum: sum, count: count, from: center.map(Double.init), to: sum.map { $0 / count })
      }
      let scatter = DenseMatrix(mirroringUpperTriangle: gram, size: width)
      if let bad = scatter.values.firstIndex(where: { !$0.isFinite }) { throw .tooLarge(feature: bad / width) }
      scatters.append(scatter)
    }
    return Moments(counts: counts, classMeans: classMeans, scatters: scatters, perClass: covariance == .perClass)
  }
}
