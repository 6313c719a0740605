/// Where the numbers go that kernels make: into a feature map, with what is wanted to know of them taken on the way, in a
/// slot of its own for each of several tasks.
import CKernels

struct Destination {
  let map: Activation
  /// Of the moments or sums; nil where none are taken.
  let slots: SlotSums?
  /// Whether the numbers are added to what lies somewhere.
  let adds: Bool
  private var target = ck_target()
  private var gate: ck_gate?
  private var places: UnsafeMutablePointer<Double>?

  /// The values of a map, with their moments where wanted.
  init(_ map: Activation, moments: Bool, slots count: Int, _ workspace: inout Workspace) {
    self.map = map
    slots = moments ? SlotSums(slots: count, map, &workspace) : nil
    adds = false
    guard !workspace.isPlanning else { return }
    target = workspace.target(map)
    places = slots?.pointer(workspace)
  }

  /// A gradient of x, to which the addend is added, before x's ReLU and with the sums that x's batch norm needs.
  init(
    _ map: Activation, of x: Features, adding addend: Activation?, slots count: Int, _ workspace: inout Workspace
  ) {
    self.map = map
    slots = x.origin == nil ? nil : SlotSums(slots: count, map, &workspace)
    adds = addend != nil
    guard !workspace.isPlanning else { return }
    target = workspace.target(map)
    gate = workspace.gate(x, adding: addend)
    places = slots?.clear(workspace)
  }

  /// The map, the moments of the slots, each of `images(slot)` images, put together.
  func measured(_ workspace: borrowing Workspace, images: (Int) -> Int) -> Measured {
    if !workspace.isPlanning { slots?.joinMoments(workspace) { images($0) * map.pixels } }
    return Measured(map, moments: slots?.place)
  }

  /// The gradient, its sums added up.
  func gradient(_ workspace: borrowing Workspace) -> FeatureGradient {
    if !workspace.isPlanning { slots?.add(workspace) }
    return FeatureGradient(map, sums: slots?.place)
  }

  /// Whether numbers that lie in the map already are changed there.
  var changesNumbers: Bool { adds || gate?.relu == 1 }

  /// - Parameter write: false where the map has the numbers already, so that only moments or sums are taken.
  func withTarget(slot: Int, write: Bool = true, _ body: (UnsafePointer<ck_target>) -> Void) {
    var target = target
    if !write { target.map = nil }
    let place = places.map { $0 + slot * 2 * map.paddedChannels }
    guard var gate else {
      target.moments = place
      return body(&target)
    }
    gate.sums = place
    withUnsafePointer(to: gate) {
      target.gate = $0
      body(&target)
    }
  }
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
