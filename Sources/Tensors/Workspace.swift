/// What lives for one step: activations, what backward needs, gradients, scratch. One aligned block, laid out once for
/// a configuration by a dry run of the very code that will use it, and used again every step without allocating.
import Basics
import CKernels

public struct Workspace: ~Copyable {
  public let workers: WorkerPool
  /// True during the dry run: shapes are followed, nothing is computed.
  public let isPlanning: Bool
  private var plan: Plan
  private var requests = Requests()
  private var next = 0
  private var base: UnsafeMutableRawPointer?
  /// Bytes of the block.
  private var capacity = 0
  private var kept: [Features] = []
  /// Of the blocks' outputs, in the order of forward.
  var joins: [Join] = []
  private var gradients: [Activation?] = []

  /// How feature maps lie in memory.
  public var element: Activation.Element { plan.element }

  /// Follows `step` without computing and returns the layout it needs.
  public static func plan(
    workers: WorkerPool, element: Activation.Element = .float32, _ step: (inout Workspace) -> Void
  ) -> Plan {
    var workspace = Workspace(planningFor: workers, element)
    step(&workspace)
    return workspace.requests.plan(of: element)
  }

  private init(planningFor workers: WorkerPool, _ element: Activation.Element) {
    (self.workers, isPlanning, plan) = (workers, true, Requests().plan(of: element))
  }

  /// - Throws: `Trouble` when the memory cannot be had.
  public init(_ plan: Plan, workers: WorkerPool) throws {
    (self.workers, isPlanning, self.plan) = (workers, false, plan)
    try BLAS.provide(threads: workers.threads)
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
        remedy: "take --micro-batch, or a smaller --batch-size, --image-size or encoder")
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
    joins.removeAll(keepingCapacity: true)
    for index in gradients.indices { gradients[index] = nil }
  }

  /// Begins a step of another layout, for which the block is large enough.
  public mutating func restart(_ plan: Plan) {
    precondition(plan.bytes <= capacity, "a layout of \(plan.bytes) bytes in a block of \(capacity)")
    self.plan = plan
    restart()
  }

  /// Room for a feature map; its content is whatever was there before.
  public mutating func allocate(
    _ format: Activation.Format = .blocked, _ element: Activation.Element = .float32, images: Int, channels: Int,
    height: Int = 1, width: Int = 1
  ) -> Activation {
    place(
      Activation(
        format: format, element: element, images: images, channels: channels, height: height, width: width, offset: 0))
  }

  /// Room for a feature map of the same shape and type.
  mutating func allocate(like map: Activation) -> Activation {
    allocate(
      map.format, map.element, images: map.images, channels: map.channels, height: map.height, width: map.width)
  }

  /// Room for `count` floats.
  mutating func scratch(_ count: Int) -> Activation { allocate(.pixels, images: 1, channels: count) }

  private mutating func place(_ map: Activation) -> Activation {
    var map = map
    if isPlanning {
      map.offset = requests.place(map)
      return map
    }
    let size = Self.size(map.extent)
    precondition(
      next < plan.sizes.count && plan.sizes[next] == size, "the step asks for \(size) floats where its plan has not")
    map.offset = plan.offsets[next]
    next += 1
    ck_block_open(address(map.offset), Self.bytes(size) - ck_block_guard())
    return map
  }

  /// Floats to set aside for so many: whole cache lines, and a closed one behind them under the address sanitizer.
  static func size(_ count: Int) -> Int { (count + 15) / 16 * 16 + Int(ck_block_guard()) / 4 }
  private static func bytes(_ floats: Int) -> Int64 { Int64(floats * MemoryLayout<Float>.stride) }
  private func address(_ offset: Int) -> UnsafeMutablePointer<Float> {
    base!.assumingMemoryBound(to: Float.self) + offset
  }

  /// Says that nobody will read it any more in this step.
  public mutating func release(_ activation: Activation) {
    if isPlanning {
      requests.release(activation)
    } else {
      ck_block_close(address(activation.offset), Self.bytes(Self.size(activation.extent)))
    }
  }

  /// Keeps a handle for backward, which takes them back in reverse.
  mutating func keep(_ features: Features) { kept.append(features) }
  mutating func keep(_ activation: Activation) { kept.append(Features(activation)) }
  mutating func takeBack() -> Features {
    guard let last = kept.popLast() else { preconditionFailure("backward without its forward, or twice") }
    return remade(last)
  }

  /// Keeps what a block's output is made of.
  /// - Returns: its place among the joins.
  mutating func keep(_ join: Join) -> Int {
    joins.append(join)
    return joins.count - 1
  }

  /// Room for the gradient of the parameter in this slot; stays until the next step.
  mutating func makeGradient(slot: Int, count: Int) -> Activation {
    precondition(slot >= 0, "a parameter without a slot: the model was not numbered")
    while gradients.count <= slot { gradients.append(nil) }
    precondition(gradients[slot] == nil, "two gradients for the parameter in slot \(slot)")
    let gradient = scratch(count)
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
