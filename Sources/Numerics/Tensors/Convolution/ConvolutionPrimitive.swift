import COneDNN
import Foundation

/// One of oneDNN's convolutions, created for a shape and a number of pictures: forward, or one of the two backward
/// passes.
///
/// oneDNN chooses its own layout for the operands (usually blocks of 16 channels); input and output are plain.
///
/// `@unchecked Sendable`: nothing changes after `init`, and each call has its own scratch memory.
final class ConvolutionPrimitive: @unchecked Sendable {
  /// What is computed, and from what.
  enum Pass: Hashable {
    /// Output from input, weight and bias.
    case forward(hasBias: Bool)
    /// The derivative with respect to the input, from that with respect to the output, and the weight.
    case byInput
    /// The derivatives with respect to weight and bias, from that with respect to the output, and the input.
    case byWeight
  }

  /// An operand: its argument number, its plain layout and the primitive's layout.
  private struct Operand {
    let argument: Int32
    var plain: dnnl_memory_desc_t
    var used: dnnl_memory_desc_t
    let isOutput: Bool
    /// From one layout to the other; nil if they are the same.
    var reorder: dnnl_primitive_t?
  }

  // Created once and never changed; every thread may use it.
  nonisolated(unsafe) private static let engine: dnnl_engine_t = {
    var engine: dnnl_engine_t?
    check(dnnl_engine_create(&engine, dnnl_cpu, 0), "create an engine")
    return unwrapped(engine)
  }()

  private let primitive: dnnl_primitive_t
  private let operands: [Operand]
  private var scratch: dnnl_memory_desc_t

  private struct Key: Hashable {
    let shape: ConvolutionShape
    let pictures: Int
    let pass: Pass
  }

  private static let lock = NSLock()
  nonisolated(unsafe) private static var made: [Key: ConvolutionPrimitive] = [:]

  /// The primitive for a shape, created on first use.
  static func primitive(_ shape: ConvolutionShape, pictures: Int, _ pass: Pass) -> ConvolutionPrimitive {
    let key = Key(shape: shape, pictures: pictures, pass: pass)
    return lock.withLock {
      if let known = made[key] { return known }
      ProductThreads.keepToThisThread()
      let new = ConvolutionPrimitive(shape, pictures: pictures, pass)
      made[key] = new
      return new
    }
  }

  /// Computes on the calling thread.
  /// - Parameter pointers: plain memory for each operand, in the order of the pass. `forward`: input, weight, bias if
  ///   there is one, output; `byInput`: gradient, weight, result; `byWeight`: input, gradient, the weight's result, the
  ///   bias's result.
  func run(_ pointers: [UnsafeMutablePointer<Float>]) {
    precondition(pointers.count == operands.count, "memory for every operand")
    ProductThreads.keepToThisThread()
    var stream: dnnl_stream_t?
    Self.check(dnnl_stream_create(&stream, Self.engine, UInt32(dnnl_stream_default_flags.rawValue)), "create a stream")
    defer { dnnl_stream_destroy(stream) }
    var buffers: [Storage] = []
    var memories: [dnnl_memory_t?] = []
    defer { for memory in memories { dnnl_memory_destroy(memory) } }
    func memory(_ description: dnnl_memory_desc_t, _ pointer: UnsafeMutablePointer<Float>?) -> dnnl_memory_t {
      var description = description
      var handle = UnsafeMutableRawPointer(pointer)
      if handle == nil {
        let buffer = Storage(uninitialized: max(1, (dnnl_memory_desc_get_size(&description) + 3) / 4))
        buffers.append(buffer)
        handle = UnsafeMutableRawPointer(buffer.base)
      }
      var memory: dnnl_memory_t?
      Self.check(dnnl_memory_create(&memory, &description, Self.engine, handle), "describe memory")
      memories.append(memory)
      return Self.unwrapped(memory)
    }
    var arguments: [dnnl_exec_arg_t] = []
    var after: [(dnnl_primitive_t, [dnnl_exec_arg_t])] = []
    for (operand, pointer) in zip(operands, pointers) {
      let plain = memory(operand.plain, pointer)
      guard let reorder = operand.reorder else {
        arguments.append(dnnl_exec_arg_t(arg: operand.argument, memory: plain))
        continue
      }
      let used = memory(operand.used, nil)
      arguments.append(dnnl_exec_arg_t(arg: operand.argument, memory: used))
      let (from, to) = operand.isOutput ? (used, plain) : (plain, used)
      let move = [
        dnnl_exec_arg_t(arg: DNNL_ARG_FROM, memory: from), dnnl_exec_arg_t(arg: DNNL_ARG_TO, memory: to),
      ]
      if operand.isOutput { after.append((reorder, move)) } else { execute(reorder, stream, move) }
    }
    if dnnl_memory_desc_get_size(&scratch) > 0 {
      arguments.append(dnnl_exec_arg_t(arg: DNNL_ARG_SCRATCHPAD, memory: memory(scratch, nil)))
    }
    execute(primitive, stream, arguments)
    for (reorder, move) in after { execute(reorder, stream, move) }
    Self.check(dnnl_stream_wait(stream), "finish")
    withExtendedLifetime(buffers) {}
  }

  private func execute(_ primitive: dnnl_primitive_t, _ stream: dnnl_stream_t?, _ arguments: [dnnl_exec_arg_t]) {
    Self.check(dnnl_primitive_execute(primitive, stream, Int32(arguments.count), arguments), "run")
  }

  // MARK: Creation

  private init(_ shape: ConvolutionShape, pictures: Int, _ pass: Pass) {
    let n = Int64(pictures)
    let (rows, columns, kernel) = (Int64(shape.rows), Int64(shape.columns), Int64(shape.kernel))
    let source = [n, Int64(shape.inputs), rows, columns]
    let target = [n, Int64(shape.outputs), rows, columns]
    let weight = [Int64(shape.outputs), Int64(shape.inputs), kernel, kernel]
    let bias = [Int64(shape.outputs)]
    let strides: [Int64] = [1, 1]
    let padding = [kernel / 2, kernel / 2]
    var (anySource, anyTarget) = (Self.any(source), Self.any(target))
    var anyWeight = Self.any(weight)
    var plainBias = Self.plain(bias)

    var description = dnnl_convolution_desc_t()
    let plainOperands: [(Int32, dnnl_memory_desc_t, Bool)]
    switch pass {
    case .forward(let hasBias):
      let status =
        hasBias
        ? dnnl_convolution_forward_desc_init(
          &description, dnnl_forward_training, dnnl_convolution_direct, &anySource, &anyWeight, &plainBias, &anyTarget,
          strides, padding, padding)
        : dnnl_convolution_forward_desc_init(
          &description, dnnl_forward_training, dnnl_convolution_direct, &anySource, &anyWeight, nil, &anyTarget,
          strides, padding, padding)
      Self.check(status, "describe a convolution")
      plainOperands =
        [(DNNL_ARG_SRC, Self.plain(source), false), (DNNL_ARG_WEIGHTS, Self.plain(weight), false)]
        + (hasBias ? [(DNNL_ARG_BIAS, plainBias, false)] : []) + [(DNNL_ARG_DST, Self.plain(target), true)]
    case .byInput:
      Self.check(
        dnnl_convolution_backward_data_desc_init(
          &description, dnnl_convolution_direct, &anySource, &anyWeight, &anyTarget, strides, padding, padding),
        "describe a backward convolution")
      plainOperands = [
        (DNNL_ARG_DIFF_DST, Self.plain(target), false), (DNNL_ARG_WEIGHTS, Self.plain(weight), false),
        (DNNL_ARG_DIFF_SRC, Self.plain(source), true),
      ]
    case .byWeight:
      Self.check(
        dnnl_convolution_backward_weights_desc_init(
          &description, dnnl_convolution_direct, &anySource, &anyWeight, &plainBias, &anyTarget, strides, padding,
          padding),
        "describe a backward convolution")
      plainOperands = [
        (DNNL_ARG_SRC, Self.plain(source), false), (DNNL_ARG_DIFF_DST, Self.plain(target), false),
        (DNNL_ARG_DIFF_WEIGHTS, Self.plain(weight), true), (DNNL_ARG_DIFF_BIAS, plainBias, true),
      ]
    }
    let made = Self.primitive(&description, for: pass, &anySource, &anyWeight, &anyTarget, strides, padding)
    defer { dnnl_primitive_desc_destroy(made) }
    var primitive: dnnl_primitive_t?
    Self.check(dnnl_primitive_create(&primitive, made), "create a convolution")
    self.primitive = Self.unwrapped(primitive)
    scratch = Self.unwrapped(dnnl_primitive_desc_query_md(made, dnnl_query_scratchpad_md, 0)).pointee
    operands = plainOperands.map { argument, plain, isOutput in
      let used = Self.unwrapped(dnnl_primitive_desc_query_md(made, dnnl_query_exec_arg_md, argument)).pointee
      var operand = Operand(argument: argument, plain: plain, used: used, isOutput: isOutput, reorder: nil)
      operand.reorder = Self.reorder(&operand.plain, &operand.used, isOutput: isOutput)
      return operand
    }
  }

  /// The description of a primitive that is given scratch memory with each call.
  private static func primitive(
    _ description: inout dnnl_convolution_desc_t, for pass: Pass, _ source: inout dnnl_memory_desc_t,
    _ weight: inout dnnl_memory_desc_t, _ target: inout dnnl_memory_desc_t, _ strides: [Int64], _ padding: [Int64]
  ) -> dnnl_primitive_desc_t {
    let attributes = attributesWithOwnScratch()
    defer { dnnl_primitive_attr_destroy(attributes) }
    // The backward passes choose their layouts with the forward convolution as a hint.
    var hint: dnnl_primitive_desc_t?
    if pass == .byInput || pass == .byWeight {
      var forward = dnnl_convolution_desc_t()
      check(
        dnnl_convolution_forward_desc_init(
          &forward, dnnl_forward_training, dnnl_convolution_direct, &source, &weight, nil, &target, strides, padding,
          padding), "describe a convolution")
      check(dnnl_primitive_desc_create(&hint, &forward, attributes, engine, nil), "describe a convolution")
    }
    defer { if let hint { dnnl_primitive_desc_destroy(hint) } }
    var made: dnnl_primitive_desc_t?
    check(dnnl_primitive_desc_create(&made, &description, attributes, engine, hint), "describe a convolution")
    return unwrapped(made)
  }

  /// Scratch memory is given with each call, so that calls can run in parallel.
  private static func attributesWithOwnScratch() -> dnnl_primitive_attr_t {
    var attributes: dnnl_primitive_attr_t?
    check(dnnl_primitive_attr_create(&attributes), "create attributes")
    check(dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user), "set attributes")
    return unwrapped(attributes)
  }

  private static func reorder(
    _ plain: inout dnnl_memory_desc_t, _ used: inout dnnl_memory_desc_t, isOutput: Bool
  ) -> dnnl_primitive_t? {
    guard dnnl_memory_desc_equal(&plain, &used) == 0 else { return nil }
    let attributes = attributesWithOwnScratch()
    defer { dnnl_primitive_attr_destroy(attributes) }
    var description: dnnl_primitive_desc_t?
    check(
      isOutput
        ? dnnl_reorder_primitive_desc_create(&description, &used, engine, &plain, engine, attributes)
        : dnnl_reorder_primitive_desc_create(&description, &plain, engine, &used, engine, attributes),
      "describe a reorder")
    let scratch = dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0)
    precondition(dnnl_memory_desc_get_size(scratch) == 0, "a reorder needs no scratch memory")
    defer { dnnl_primitive_desc_destroy(description) }
    var primitive: dnnl_primitive_t?
    check(dnnl_primitive_create(&primitive, description), "create a reorder")
    return primitive
  }

  private static func any(_ dims: [Int64]) -> dnnl_memory_desc_t { memory(dims, dnnl_format_tag_any) }

  private static func plain(_ dims: [Int64]) -> dnnl_memory_desc_t {
    memory(dims, dims.count == 1 ? dnnl_a : dnnl_abcd)
  }

  private static func memory(_ dims: [Int64], _ tag: dnnl_format_tag_t) -> dnnl_memory_desc_t {
    var description = dnnl_memory_desc_t()
    check(dnnl_memory_desc_init_by_tag(&description, Int32(dims.count), dims, dnnl_f32, tag), "describe memory")
    return description
  }

  private static func check(_ status: dnnl_status_t, _ what: String) {
    precondition(status == dnnl_success, "oneDNN could not \(what): status \(status.rawValue)")
  }

  private static func unwrapped<T>(_ value: T?) -> T {
    guard let value else { preconditionFailure("oneDNN gave nothing") }
    return value
  }
}
