/// A feature map on its way from a batch norm to the layers that read it. Batch norm's scale, shift and ReLU are not
/// passes of their own: who reads the map applies them on the way, and who makes its gradient takes batch norm's sums.
import Basics
import CKernels

public struct Features: Sendable, Equatable {
  /// What lies in memory.
  public let map: Activation
  /// The batch norm that the values came out of; nil for pictures and vectors.
  let origin: Normalization?
  /// Of a residual block's output: where the workspace keeps what it was made of.
  let join: Int?

  /// Values as they lie, of no batch norm.
  public init(_ map: Activation) { self.init(map, origin: nil) }
  init(_ map: Activation, origin: Normalization?, join: Int? = nil) {
    (self.map, self.origin, self.join) = (map, origin, join)
  }

  /// Whether the map is the batch norm's input still, to be normalised on reading.
  var isPending: Bool { origin?.input == map }
}

/// What a batch norm leaves for those after it, and for backward.
struct Normalization: Sendable, Equatable {
  let input: Activation
  /// Mean, 1/σ, scale and shift: [4][padded channels].
  let statistics: Activation
  /// ReLU follows, after the residual addition where there is one.
  let relu: Bool
}

/// A feature map with the moments of its channels, where who made it took them: what batch norm asks for.
public struct Measured: Sendable {
  public let map: Activation
  /// [2][padded channels] of float64: mean and Σ(x − mean)².
  let moments: Activation?

  /// A map whose moments nobody has taken.
  public init(_ map: Activation) { (self.map, moments) = (map, nil) }
  init(_ map: Activation, moments: Activation?) { (self.map, self.moments) = (map, moments) }
}

/// The gradient of features.
public struct FeatureGradient: Sendable {
  /// Before ReLU, when there are sums: zero where ReLU let nothing through.
  public let map: Activation
  /// [2][padded channels] of float64 first of all: Σ dy and Σ dy · (x − mean), as the features' batch norm needs them.
  let sums: Activation?

  /// The gradient of features of no batch norm.
  public init(_ map: Activation) { (self.map, sums) = (map, nil) }
  init(_ map: Activation, sums: Activation?) { (self.map, self.sums) = (map, sums) }
}

extension Workspace {
  /// Says that nobody will read the features any more in this step: of inference, where their batch norm ends with them.
  public mutating func release(_ features: Features) {
    release(features.map)
    if features.isPending, let origin = features.origin { release(origin.statistics) }
  }

  /// How a kernel reads features.
  func source(_ x: Features) -> ck_source {
    let numbers = x.isPending ? x.origin.map { pointer($0.statistics) } : nil
    let padded = x.map.paddedChannels
    return ck_source(
      map: address(x.map), bfloat16: x.map.element == .bfloat16 ? 1 : 0,
      relu: x.isPending && x.origin?.relu == true ? 1 : 0, scale: numbers.map { $0 + 2 * padded },
      shift: numbers.map { $0 + 3 * padded })
  }

  /// What a kernel does with a gradient of these features; where it takes sums is to be added.
  func gate(_ x: Features, adding addend: Activation?) -> ck_gate {
    var gate = ck_gate()
    gate.addend = addend.map { UnsafeRawPointer(address($0)) }
    guard let origin = x.origin else { return gate }
    let numbers = pointer(origin.statistics)
    let padded = x.map.paddedChannels
    gate.x = UnsafeRawPointer(address(origin.input))
    (gate.mean, gate.scale, gate.shift) = (
      UnsafePointer(numbers), UnsafePointer(numbers + 2 * padded), UnsafePointer(numbers + 3 * padded)
    )
    gate.out = origin.relu && !x.isPending ? UnsafeRawPointer(address(x.map)) : nil
    gate.relu = origin.relu ? 1 : 0
    return gate
  }

  /// Where a kernel's numbers go.
  func target(_ map: Activation) -> ck_target {
    ck_target(map: address(map), bfloat16: map.element == .bfloat16 ? 1 : 0, moments: nil, gate: nil)
  }
}

/// Features whose map holds the values themselves: x's batch norm, and ReLU, applied. In training into a new map, in
/// inference over x's.
public func settle(_ x: Features, _ mode: Mode, _ workspace: inout Workspace) -> Features {
  guard x.isPending, let origin = x.origin else { return x }
  precondition(x.map.element == .float32, "only vectors and maps of float32 are settled")
  let y = mode == .training ? workspace.allocate(like: x.map) : x.map
  if !workspace.isPlanning {
    let (source, to) = (workspace.source(x), workspace.pointer(y))
    forEachGroup(of: y, workspace.workers) { _, first, images in
      withUnsafePointer(to: source) {
        ck_read($0, to + first * y.imageCount, y.part(first..<first + images))
      }
    }
  }
  if mode == .training { return Features(y, origin: origin) }
  workspace.release(origin.statistics)
  return Features(y)
}

/// A gradient as that of x: before x's ReLU and with the sums that x's batch norm needs, in its own place.
func finishGradient(_ dy: Activation, of x: Features, _ workspace: inout Workspace) -> FeatureGradient {
  let destination = Destination(
    dy, of: x, adding: dy, slots: ImageGroups(images: dy.images).count, &workspace)
  if !workspace.isPlanning, destination.slots != nil {
    forEachGroup(of: dy, workspace.workers) { group, first, images in
      destination.withTarget(slot: group, write: x.origin?.relu == true) {
        ck_finish(nil, $0, dy.part(first..<first + images))
      }
    }
  }
  return destination.gradient(workspace)
}

/// A map of float32 with the moments of its channels.
func measure(_ map: Activation, _ workspace: inout Workspace) -> Measured {
  precondition(map.element == .float32, "moments are of float32, not of what was rounded to bfloat16")
  let groups = ImageGroups(images: map.images)
  let destination = Destination(map, moments: true, slots: groups.count, &workspace)
  if !workspace.isPlanning {
    let numbers = workspace.pointer(map)
    forEachGroup(of: map, workspace.workers) { group, first, images in
      destination.withTarget(slot: group, write: false) {
        ck_finish(numbers + first * map.imageCount, $0, map.part(first..<first + images))
      }
    }
  }
  return destination.measured(workspace) { groups[$0].count }
}

/// Runs `body(group, first image, images)` over fixed groups of images.
func forEachGroup(
  of x: Activation, _ workers: WorkerPool, _ body: (_ group: Int, _ first: Int, _ images: Int) -> Void
) {
  let groups = ImageGroups(images: x.images)
  workers.run(groups.count) { group, _ in body(group, groups[group].lowerBound, groups[group].count) }
}
