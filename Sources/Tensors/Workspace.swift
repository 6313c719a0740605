/// What lives for one step: activations, what backward needs, gradients, scratch. One aligned block, laid out once for
/// a configuration by a dry run of the very code that will use it, and used again every step without allocating.
import Basics
import CKernels

public struct Workspace: ~Copyable {
  /// Where everything goes, and how much memory that takes.
  public struct Plan: Sendable {
    var offsets: [Int] = []
    var sizes: [Int] = []
    /// Floats in all.
    var extent = 0
    var element = Activation.Element.float32
    public var bytes: Int { extent * MemoryLayout<Float>.stride }
  }

  public let workers: WorkerPool
  /// True during the dry run: shapes are followed, nothing is computed.
  public let isPlanning: Bool
  private var plan: Plan
  private var next = 0
  private var base: UnsafeMutableRawPointer?
  /// Bytes of the block.
  private var capacity = 0
  private var gaps = Gaps()
  /// Floats of what stays, while planning.
  private var lasting = 0
  private var kept: [Features] = []
  private var gradients: [Activation?] = []

  /// How feature maps lie in memory.
  public var element: Activation.Element { plan.element }

  /// Follows `step` without computing and returns the layout it needs.
  public static func plan(
    workers: WorkerPool, element: Activation.Element = .float32, _ step: (inout Workspace) -> Void
  ) -> Plan {
    var workspace = Workspace(planningFor: workers)
    workspace.plan.element = element
    step(&workspace)
    for index in workspace.plan.offsets.indices where workspace.plan.offsets[index] < 0 {
      workspace.plan.offsets[index] = workspace.plan.extent - 1 - workspace.plan.offsets[index]
    }
    workspace.plan.extent += workspace.lasting
    return workspace.plan
  }

  private init(planningFor workers: WorkerPool) {
    (self.workers, isPlanning, plan, base) = (workers, true, Plan(), nil)
  }

  /// - Throws: `Trouble` when the memory cannot be had.
  public init(_ plan: Plan, workers: WorkerPool) throws {
    (self.workers, isPlanning, self.plan, base) = (workers, false, Plan(), nil)
    try adopt(plan)
  }

  deinit { giveBack() }

  /// Takes up another layout, in the same block when it is large enough.
  /// - Throws: `Trouble` when the memory cannot be had; then the workspace is empty.
  public mutating func adopt(_ plan: Plan) throws {
    self.plan = plan
    restart()
    guard base == nil || plan.bytes > capacity else { return }
    giveBack()
    base = ck_block_allocate(Int64(plan.bytes))
    capacity = base == nil ? 0 : plan.bytes
    guard base != nil else {
      throw Trouble(
        "a step needs \(plan.bytes >> 20) MiB of memory that this machine does not give",
        remedy: "take a smaller --batch-size, --image-size or encoder")
    }
  }

  private func giveBack() {
    if let base { ck_block_free(base, Int64(capacity)) }
  }

  /// Begins a step: everything of the last one is forgotten.
  public mutating func restart() {
    next = 0
    if let base { ck_block_close(base, Int64(capacity)) }
    kept.removeAll(keepingCapacity: true)
    for index in gradients.indices { gradients[index] = nil }
  }

  /// Room for a feature map; its content is whatever was there before.
  public mutating func allocate(
    _ format: Activation.Format = .blocked, _ element: Activation.Element = .float32, images: Int, channels: Int,
    height: Int = 1, width: Int = 1
  ) -> Activation {
    let shape = Activation(
      format: format, element: element, images: images, channels: channels, height: height, width: width, offset: 0)
    return Activation(
      format: format, element: element, images: images, channels: channels, height: height, width: width,
      offset: place(shape.extent))
  }

  /// Room for a feature map of the same shape and type.
  mutating func allocate(like map: Activation) -> Activation {
    allocate(
      map.format, map.element, images: map.images, channels: map.channels, height: map.height, width: map.width)
  }

  /// Room for `count` floats.
  mutating func scratch(_ count: Int) -> Activation { allocate(.pixels, images: 1, channels: count) }

  /// - Parameter staying: never released in this step. Such places lie behind all others, so that the gaps between those
  ///   stay whole (resnet18 at batch 256 takes a fifth less).
  private mutating func place(_ count: Int, staying: Bool = false) -> Int {
    let size = Self.size(count)
    if isPlanning {
      if staying {
        plan.sizes.append(size)
        plan.offsets.append(-1 - lasting)
        lasting += size
        return 0
      }
      let offset = gaps.take(size)
      plan.offsets.append(offset)
      plan.sizes.append(size)
      plan.extent = max(plan.extent, offset + size)
      return offset
    }
    precondition(
      next < plan.sizes.count && plan.sizes[next] == size, "the step asks for \(size) floats where its plan has not")
    defer { next += 1 }
    let offset = plan.offsets[next]
    ck_block_open(address(offset), Self.bytes(size) - ck_block_guard())
    return offset
  }

  /// Floats to set aside for so many: whole cache lines, and a closed one behind them under the address sanitizer.
  private static func size(_ count: Int) -> Int { (count + 15) / 16 * 16 + Int(ck_block_guard()) / 4 }
  private static func bytes(_ floats: Int) -> Int64 { Int64(floats * MemoryLayout<Float>.stride) }
  private func address(_ offset: Int) -> UnsafeMutablePointer<Float> {
    base!.assumingMemoryBound(to: Float.self) + offset
  }

  /// Says that nobody will read it any more in this step.
  public mutating func release(_ activation: Activation) {
    let size = Self.size(activation.extent)
    if isPlanning {
      gaps.give(size, at: activation.offset)
    } else {
      ck_block_close(address(activation.offset), Self.bytes(size))
    }
  }

  /// Keeps a handle for backward, which takes them back in reverse.
  mutating func keep(_ features: Features) { kept.append(features) }
  mutating func keep(_ activation: Activation) { kept.append(Features(activation)) }
  mutating func takeBack() -> Features {
    guard let last = kept.popLast() else { preconditionFailure("backward without its forward, or twice") }
    return last
  }

  /// Room for the gradient of the parameter in this slot; stays until the next step.
  mutating func makeGradient(slot: Int, count: Int) -> Activation {
    precondition(slot >= 0, "a parameter without a slot: the model was not numbered")
    while gradients.count <= slot { gradients.append(nil) }
    precondition(gradients[slot] == nil, "two gradients for the parameter in slot \(slot)")
    let gradient = Activation(
      format: .pixels, element: .float32, images: 1, channels: count, height: 1, width: 1,
      offset: place(count, staying: true))
    gradients[slot] = gradient
    return gradient
  }

  /// The gradient that backward left for the parameter in this slot; empty when it left none.
  public func gradient(slot: Int) -> UnsafeMutableBufferPointer<Float> {
    guard slot < gradients.count, let gradient = gradients[slot] else {
      return UnsafeMutableBufferPointer(start: nil, count: 0)
    }
    return self[gradient]
  }

  /// The floats of an activation of float32. Valid until the workspace ends; meaningless while planning.
  public subscript(activation: Activation) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: pointer(activation), count: activation.count)
  }

  func pointer(_ activation: Activation) -> UnsafeMutablePointer<Float> {
    address(activation.offset)
  }

  /// Where a feature map of either type begins.
  func address(_ activation: Activation) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(pointer(activation))
  }
}

/// The free places of a block while it is laid out: first fit, neighbours merged.
private struct Gaps {
  /// Sorted by offset; everything from `end` on is free as well.
  private var gaps: [(offset: Int, size: Int)] = []
  private var end = 0

  mutating func take(_ size: Int) -> Int {
    if let index = gaps.firstIndex(where: { $0.size >= size }) {
      let offset = gaps[index].offset
      if gaps[index].size == size {
        gaps.remove(at: index)
      } else {
        gaps[index] = (offset + size, gaps[index].size - size)
      }
      return offset
    }
    defer { end += size }
    return end
  }

  mutating func give(_ size: Int, at offset: Int) {
    guard size > 0 else { return }
    var merged = (offset: offset, size: size)
    let index = gaps.firstIndex { $0.offset > offset } ?? gaps.count
    precondition(index == gaps.count || offset + size <= gaps[index].offset, "a place given back twice")
    var range = index..<index
    if index < gaps.count, merged.offset + merged.size == gaps[index].offset {
      merged.size += gaps[index].size
      range = index..<index + 1
    }
    if index > 0, gaps[index - 1].offset + gaps[index - 1].size == offset {
      merged = (gaps[index - 1].offset, gaps[index - 1].size + merged.size)
      range = index - 1..<range.upperBound
    }
    gaps.replaceSubrange(range, with: [merged])
    if let last = gaps.last, last.offset + last.size == end {
      end = last.offset
      gaps.removeLast()
    }
  }
}
