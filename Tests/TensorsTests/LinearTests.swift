import Tensors
import Testing

/// Matrix products against their plain versions. Numbers are at most 2, so a sum over n inputs may be off by n * 4 *
/// 2^-23.
@Suite struct LinearTests {
  private static let tolerance = 4.0 * 0x1p-23

  /// All combinations of sizes up to 4, then odd ones, which leave remainders in any blocking.
  private static let sizes: [(rows: Int, inputs: Int, outputs: Int)] = {
    var sizes: [(Int, Int, Int)] = []
    for rows in 1...4 { for inputs in 1...4 { for outputs in 1...4 { sizes.append((rows, inputs, outputs)) } } }
    for size in [17, 33, 65] {
      sizes += [(size, 3, 5), (2, size, 5), (3, 4, size), (1, size, size), (size, size, size), (5, 65, size)]
    }
    return sizes
  }()

  @Test(arguments: [false, true])
  func linear(transposed: Bool) {
    var numbers = Numbers(seed: 1)
    for (rows, inputs, outputs) in Self.sizes {
      let x = numbers.tensor([rows, inputs])
      let shape = transposed ? (outputs, inputs) : (inputs, outputs)
      let dense = numbers.tensor([shape.0, shape.1]).matrix
      let strided = numbers.view(shape.0, shape.1)
      for weight in [dense, strided] {
        for bias in [nil, numbers.view(1, outputs)] {
          let fast = x.linear(weight, transposed: transposed, bias: bias)
          let plain = ReferenceKernels.linear(x, weight, transposed: transposed, bias: bias)
          let error = largestError(fast.values, plain)
          #expect(fast.shape == [rows, outputs])
          #expect(error <= Double(inputs + 1) * Self.tolerance, "\(rows)x\(inputs)x\(outputs): \(error)")
        }
      }
    }
  }

  /// A few rows and a matrix larger than the cache use another code path; with remainders in rows, inputs and outputs,
  /// and with one thread and several.
  @Test(arguments: [false, true], [1, 3])
  func fewRowsOfLargeMatrices(transposed: Bool, threads: Int) {
    ProductThreads.set(threads)
    var numbers = Numbers(seed: 8)
    for rows in 1...5 {
      for (inputs, outputs) in [(180, 183), (259, 260), (33, 2001), (2001, 33), (70_001, 1), (1, 70_001)] {
        let x = numbers.tensor([rows, inputs])
        let weight = transposed ? numbers.view(outputs, inputs) : numbers.view(inputs, outputs)
        for bias in [nil, numbers.view(1, outputs)] {
          let fast = x.linear(weight, transposed: transposed, bias: bias)
          let plain = ReferenceKernels.linear(x, weight, transposed: transposed, bias: bias)
          let error = largestError(fast.values, plain)
          #expect(error <= Double(inputs + 1) * Self.tolerance, "\(rows)x\(inputs)x\(outputs): \(error)")
        }
      }
    }
  }

  @Test func linearTakesAnyLeadingAxesAndNoRows() {
    var numbers = Numbers(seed: 2)
    let weight = numbers.view(4, 3)
    let x = numbers.tensor([2, 3, 4])
    #expect(x.linear(weight, transposed: false) == x.reshaped([6, 4]).linear(weight, transposed: false))
    #expect(Tensor(shape: [0, 4]).linear(weight, transposed: false).shape == [0, 3])
  }

  @Test(arguments: [false, true])
  func linearByHead(transposed: Bool) {
    var numbers = Numbers(seed: 3)
    for heads in 1...4 {
      for (rows, inputs, width) in Self.sizes where rows * inputs * width <= 33 * 33 * 33 {
        let x = numbers.tensor([rows, heads, inputs])
        let outputs = heads * width
        let weight = transposed ? numbers.view(outputs, inputs) : numbers.view(inputs, outputs)
        for bias in [nil, numbers.view(1, outputs)] {
          let fast = x.linearByHead(weight, transposed: transposed, bias: bias, heads: heads)
          let plain = ReferenceKernels.linearByHead(x, weight, transposed: transposed, bias: bias, heads: heads)
          let error = largestError(fast.values, plain)
          #expect(fast.shape == [rows, heads, width])
          #expect(error <= Double(inputs + 1) * Self.tolerance, "\(heads) heads, \(rows)x\(inputs)x\(width): \(error)")
        }
      }
    }
  }

  @Test(arguments: [false, true])
  func headResults(transposed: Bool) {
    var numbers = Numbers(seed: 4)
    for heads in 1...4 {
      for (rows, width, outputs) in Self.sizes where rows * width * outputs <= 33 * 33 * 33 {
        let x = numbers.tensor([rows, heads, width])
        let inputs = heads * width
        let weight = transposed ? numbers.view(outputs, inputs) : numbers.view(inputs, outputs)
        let fast = x.headResults(weight, transposed: transposed, heads: heads)
        let plain = ReferenceKernels.headResults(x, weight, transposed: transposed, heads: heads)
        let error = largestError(fast.values, plain)
        #expect(fast.shape == [rows, heads, outputs])
        #expect(error <= Double(width + 1) * Self.tolerance, "\(heads) heads, \(rows)x\(width)x\(outputs): \(error)")
      }
    }
  }

  @Test func whatHeadsWriteSumsToTheWholeProduct() {
    var numbers = Numbers(seed: 5)
    let (x, weight, bias) = (numbers.tensor([5, 3, 4]), numbers.view(12, 7), numbers.view(1, 7))
    let results = x.headResults(weight, transposed: false, heads: 3).summedOverSecondAxis(bias: bias)
    let whole = x.reshaped([5, 12]).linear(weight, transposed: false, bias: bias)
    #expect(largestError(results.values, whole.values.map(Double.init)) < 1e-5)
  }

  @Test func aNumberThatIsNoneReachesItsRowOnly() {
    var numbers = Numbers(seed: 6)
    for transposed in [false, true] {
      let weight = transposed ? numbers.view(17, 5) : numbers.view(5, 17)
      var x = numbers.tensor([3, 5])
      x.withMutableValues { $0[7] = .nan }
      let out = x.linear(weight, transposed: transposed)
      for row in 0..<3 { for i in 0..<17 { #expect(out[[row, i]].isNaN == (row == 1)) } }
    }
  }

  @Test func largeAndSmallNumbersKeepTheirMagnitude() {
    var numbers = Numbers(seed: 7)
    let (x, weight) = (numbers.spread([9, 33], powers: 12), numbers.spread([33, 17], powers: 12).matrix)
    let fast = x.linear(weight, transposed: false)
    let plain = ReferenceKernels.linear(x, weight, transposed: false)
    let magnitudes = ReferenceKernels.linear(
      Tensor(shape: x.shape, x.values.map(abs)), Tensor(shape: [33, 17], weight.tensor.values.map(abs)).matrix,
      transposed: false)
    #expect(largestError(fast.values, plain, scale: magnitudes) < 34 * 0x1p-24)
  }
}
