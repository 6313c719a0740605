/// A feature map on its way from a batch norm to the layers that read it. Batch norm's scale, shift and ReLU are not
/// passes of their own: who reads the map applies them on the way, and who makes its gradient takes batch norm's sums.
import Basics
import CKernels

public struct Features: Sendable, Equatable {
  /// What lies in memory.
  public let map: Activation
  /// The batch norm that the values came out of; nil for pictures and vectors.
  let origin: Normalization?

  /// Values as they lie, of no batch norm.
  public init(_ map: Activation) { (self.map, origin) = (map, nil) }
  init(_ map: Activation, origin: Normalization?) { (self.map, self.origin) = (map, origin) }

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

  /// What a kernel does with a gradient of these features, taking the sums where their batch norm needs them.
  func gate(_ x: Features, adding addend: Activation?, sums: UnsafeMutablePointer<Double>?) -> ck_gate {
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
    gate.sums = sums
    return gate
  }

  /// Where a kernel's numbers go; `write` false: only moments or sums are taken.
  func target(
    _ map: Activation, write: Bool = true, moments: UnsafeMutablePointer<Double>? = nil,
    gate: UnsafePointer<ck_gate>? = nil
  ) -> ck_target {
    ck_target(
      map: write ? address(map) : nil, bfloat16: map.element == .bfloat16 ? 1 : 0, moments: moments, gate: gate)
  }
}

/// x's values as plain floats: x's own map where it is that, else a new one, for the caller to release.
func plain(_ x: Features, _ workspace: inout Workspace) -> Activation {
  guard x.isPending || x.map.element != .float32 else { return x.map }
  let map = x.map
  let values = workspace.allocate(
    images: map.images, channels: map.channels, height: map.height, width: map.width)
  if !workspace.isPlanning {
    let (source, to) = (workspace.source(x), workspace.pointer(values))
    forEachGroup(of: map, workspace.workers) { _, first, images in
      withUnsafePointer(to: source) {
        ck_read($0, to + first * map.imageCount, Int64(first), Int64(images), Int64(map.blocks), Int64(map.pixels))
      }
    }
  }
  return values
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
        ck_read($0, to + first * y.imageCount, Int64(first), Int64(images), Int64(y.blocks), Int64(y.pixels))
      }
    }
  }
  if mode == .training { return Features(y, origin: origin) }
  workspace.release(origin.statistics)
  return Features(y)
}

/// relu(branch + shortcut), the end of a residual block, where branch is still to be normalised and shortcut may be: in
/// training in a new map, in inference over the branch's.
public func join(_ branch: Features, _ shortcut: Features, _ mode: Mode, _ workspace: inout Workspace) -> Features {
  let map = branch.map
  let y = mode == .training ? workspace.allocate(like: map) : map
  if !workspace.isPlanning {
    let (a, b, to) = (workspace.source(branch), workspace.source(shortcut), workspace.address(y))
    forEachGroup(of: map, workspace.workers) { _, first, images in
      withUnsafePointer(to: a) { a in
        withUnsafePointer(to: b) { b in
          ck_join(a, b, 1, to, Int64(first), Int64(images), Int64(map.blocks), Int64(map.pixels))
        }
      }
    }
  }
  guard mode == .training, let origin = branch.origin else {
    if let origin = branch.origin { workspace.release(origin.statistics) }
    return Features(y)
  }
  return Features(y, origin: Normalization(input: origin.input, statistics: origin.statistics, relu: true))
}

/// `from` in plain floats, nil for zeroes, plus the addend, before x's ReLU and with the sums that x's batch norm needs:
/// in the addend's place, which stays as it is where there is nothing to change.
func finishGradient(
  _ from: Activation?, of x: Features, adding addend: Activation, _ workspace: inout Workspace
) -> FeatureGradient {
  let groups = ImageGroups(images: x.map.images)
  let sums = x.origin == nil ? nil : SlotSums(slots: groups.count, x.map, &workspace)
  let write = from != nil || x.origin?.relu == true
  if !workspace.isPlanning, write || sums != nil {
    let start = from.map { UnsafePointer(workspace.pointer($0)) }
    let shared = workspace.gate(x, adding: addend, sums: nil)
    let places = sums?.clear(workspace)
    let map = x.map
    let whole = workspace.target(addend, write: write)
    forEachGroup(of: map, workspace.workers) { group, first, images in
      var gate = shared
      gate.sums = places.map { $0 + group * 2 * map.paddedChannels }
      withUnsafePointer(to: gate) { gate in
        var target = whole
        target.gate = gate
        ck_finish(
          start.map { $0 + first * map.imageCount }, &target, Int64(first), Int64(images), Int64(map.blocks),
          Int64(map.pixels))
      }
    }
    sums?.add(workspace)
  }
  return FeatureGradient(addend, sums: sums?.place)
}

/// `from` in plain floats into `map`, of either type, with its moments where wanted. May be the map itself.
func finishMap(_ from: Activation, into map: Activation, moments: Bool, _ workspace: inout Workspace) -> Measured {
  precondition(from.element == .float32, "moments and roundings are of float32, not of a map of bfloat16")
  guard moments || from != map else { return Measured(map) }
  let groups = ImageGroups(images: map.images)
  let slots = moments ? SlotSums(slots: groups.count, map, &workspace) : nil
  if !workspace.isPlanning {
    let (start, places) = (workspace.pointer(from), slots?.pointer(workspace))
    let whole = workspace.target(map, write: from != map)
    forEachGroup(of: map, workspace.workers) { group, first, images in
      var target = whole
      target.moments = places.map { $0 + group * 2 * map.paddedChannels }
      ck_finish(
        start + first * map.imageCount, &target, Int64(first), Int64(images), Int64(map.blocks), Int64(map.pixels))
    }
    slots?.joinMoments(workspace) { groups[$0].count * map.pixels }
  }
  return Measured(map, moments: slots?.place)
}

/// Two numbers a channel in float64, taken by each of several tasks in a slot of its own, [slot][2][padded channels],
/// and put together in order in the first.
struct SlotSums {
  let place: Activation
  private let slots: Int
  private let channels: Int

  init(slots: Int, _ map: Activation, _ workspace: inout Workspace) {
    (self.slots, channels) = (slots, map.paddedChannels)
    place = workspace.scratch(4 * channels * slots)
  }

  func pointer(_ workspace: borrowing Workspace) -> UnsafeMutablePointer<Double> {
    workspace.address(place).assumingMemoryBound(to: Double.self)
  }

  /// Zeroes in all slots.
  func clear(_ workspace: borrowing Workspace) -> UnsafeMutablePointer<Double> {
    let sums = pointer(workspace)
    sums.update(repeating: 0, count: slots * 2 * channels)
    return sums
  }

  /// Slots of sums.
  func add(_ workspace: borrowing Workspace) {
    let sums = pointer(workspace)
    for slot in 1..<max(1, slots) {
      for k in 0..<2 * channels { sums[k] += sums[slot * 2 * channels + k] }
    }
  }

  /// Slots of means and sums of squares around them, of `count(slot)` numbers each (Chan, Golub and LeVeque 1983).
  func joinMoments(_ workspace: borrowing Workspace, count: (Int) -> Int) {
    let mean = pointer(workspace)
    let squares = mean + channels
    var before = Double(count(0))
    for slot in 1..<max(1, slots) {
      let (own, ownSquares) = (mean + slot * 2 * channels, squares + slot * 2 * channels)
      let part = Double(count(slot)) / (before + Double(count(slot)))
      for k in 0..<channels {
        let apart = own[k] - mean[k]
        mean[k] += apart * part
        squares[k] += ownSquares[k] + apart * apart * before * part
      }
      before += Double(count(slot))
    }
  }
}

/// Runs `body(group, first image, images)` over fixed groups of images.
func forEachGroup(
  of x: Activation, _ workers: WorkerPool, _ body: (_ group: Int, _ first: Int, _ images: Int) -> Void
) {
  let groups = ImageGroups(images: x.images)
  workers.run(groups.count) { group, _ in body(group, groups[group].lowerBound, groups[group].count) }
}
