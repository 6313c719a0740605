/// The similarities of all pairs of a batch, a tile of two blocks of views at a time, so that the matrix [2N, 2N] is
/// never held: 16,384 views would need a gigabyte of it. Every pair is looked at once, since it belongs to two rows.
import Basics
import CKernels
import Foundation
import Telemetry
import Tensors

struct ContrastTiles {
  let views: Int
  let objective: Objective
  let blocks: Int
  private let x: Activation
  /// ∂loss/∂x, once the tiles went backward.
  let gradient: Activation
  /// Its vectors at length one, or as they are, [2N, d] as x.
  private let unit: Activation
  /// What is summed a view and a block, and scratch space a worker.
  private let sums: Activation
  private let scratch: Activation
  /// What losses over triplets find a view.
  private let found: Activation?

  private static let block = Int(CK_CONTRAST_BLOCK)
  /// Length, largest, positive, rank, and a sum of double width; two sums of double width.
  private static let floatsPerView = 6
  private static let floatsPerBlock = 4
  /// Negatives within the margin, nearest and farthest negative with their similarities, the chosen one, two slopes.
  private static let floatsPerTriplet = 8

  /// - Parameters:
  ///   - x: vectors [2N, d]; row i's partner is row (i + N) mod 2N.
  ///   - hasGradient: whether they will go backward.
  init(_ x: Activation, _ objective: Objective, hasGradient: Bool, _ workspace: inout Workspace) {
    precondition(x.images % 2 == 0, "\(x.images) views are no pairs")
    (self.x, views, self.objective) = (x, x.images, objective)
    blocks = (views + Self.block - 1) / Self.block
    gradient = hasGradient ? workspace.allocate(images: views, channels: x.channels) : x
    unit = workspace.allocate(images: views, channels: x.channels)
    sums = workspace.allocate(
      .pixels, images: blocks, channels: Self.block * Self.floatsPerView + Self.floatsPerBlock)
    scratch = workspace.allocate(
      .pixels, images: workspace.workers.threads, channels: Int(ck_contrast_scratch(Int64(x.paddedChannels))))
    found =
      objective.loss == .ntXent
      ? nil : workspace.allocate(.pixels, images: blocks, channels: Self.block * Self.floatsPerTriplet)
  }

  /// Gives all but the gradient back.
  func release(_ workspace: inout Workspace) {
    for activation in [unit, sums, scratch, found] { activation.map { workspace.release($0) } }
  }

  /// The numbers of a view and of a block lie behind one another, the wide ones first.
  func description(_ temperature: Double, _ workspace: borrowing Workspace) -> ck_contrast {
    let padded = blocks * Self.block
    let doubles = UnsafeMutableRawPointer(workspace[sums].baseAddress!)
      .bindMemory(to: Double.self, capacity: padded + 2 * blocks)
    let floats = UnsafeMutableRawPointer(doubles + padded + 2 * blocks).bindMemory(to: Float.self, capacity: 3 * padded)
    let ranks = UnsafeMutableRawPointer(floats + 3 * padded).bindMemory(to: Int32.self, capacity: padded)
    var contrast = ck_contrast()
    (contrast.views, contrast.stride) = (Int64(views), Int64(x.paddedChannels))
    contrast.loss = CK_CROSS_ENTROPY
    contrast.normalizes = objective.similarity == .cosine ? 1 : 0
    contrast.scale = Float(1 / (log(2) * temperature))
    contrast.weight = Float(objective.factor / (Double(views) * temperature))
    (contrast.unit, contrast.gradient) = (workspace[unit].baseAddress!, workspace[gradient].baseAddress!)
    (contrast.length, contrast.largest, contrast.positive) = (floats, floats + padded, floats + 2 * padded)
    (contrast.sum, contrast.rank) = (doubles, ranks)
    (contrast.cosines, contrast.potential) = (doubles + padded, doubles + padded + blocks)
    if let found { describeTriplets(workspace[found].baseAddress!, temperature, &contrast) }
    return contrast
  }

  func forward(temperature: Double, _ workspace: borrowing Workspace) {
    let description = description(temperature, workspace)
    let x = workspace[x].baseAddress!
    withUnsafePointer(to: description) { contrast in
      workspace.workers.run(blocks) { block, _ in ck_contrast_begin(contrast, x, Int64(block)) }
      eachTile(workspace) { ck_contrast_forward(contrast, $0, $1, $2) }
    }
  }

  func backward(temperature: Double, _ workspace: borrowing Workspace) {
    let description = description(temperature, workspace)
    withUnsafePointer(to: description) { contrast in
      if objective.loss == .ntXent {
        eachTile(workspace) { ck_contrast_backward(contrast, $0, $1, $2) }
      } else {
        eachTile(workspace) { ck_contrast_compare(contrast, $0, $1, $2) }
        settleTriplets(contrast.pointee, temperature)
      }
      workspace.workers.run(blocks) { block, _ in ck_contrast_end(contrast, Int64(block)) }
    }
  }

  /// First the tiles of a block with itself, then all pairs of blocks in rounds, as at a tournament where everyone
  /// plays once a round: the tiles of a round have no block in common, so what a block gathers is added in the same
  /// order on any number of threads.
  private func eachTile(
    _ workspace: borrowing Workspace,
    _ body: (_ block: Int64, _ other: Int64, _ scratch: UnsafeMutablePointer<Float>) -> Void
  ) {
    let room = workspace[scratch]
    let size = room.count / workspace.workers.threads
    let scratch = room.baseAddress!
    workspace.workers.run(blocks) { block, worker in body(Int64(block), Int64(block), scratch + worker * size) }
    // All but the last of an even number of players stand in a circle that turns by one place a round.
    let circle = blocks - 1 + blocks % 2
    for round in 0..<circle {
      workspace.workers.run((circle + 1) / 2) { table, worker in
        let block = table == 0 ? circle : (round + table) % circle
        let other = (round - table + circle) % circle
        // With an odd number of blocks one of them rests.
        guard block < blocks else { return }
        body(Int64(min(block, other)), Int64(max(block, other)), scratch + worker * size)
      }
    }
  }

  /// What a view found, after the tiles went backward.
  struct Anchor {
    /// On the paper's scale.
    var loss: Double
    /// Others at least as similar as the partner.
    var rank: Int
  }

  /// Calls `body` for every view in order.
  func forEachAnchor(temperature: Double, _ workspace: borrowing Workspace, _ body: (Anchor) -> Void) {
    let found = description(temperature, workspace)
    for view in 0..<views {
      let loss =
        objective.loss == .ntXent
        ? log(found.sum[view]) + Double(found.largest[view] - found.positive[view]) / temperature : found.sum[view]
      // A NaN similarity compares false everywhere; the loss must show it, and the rank must not look perfect.
      body(Anchor(loss: loss, rank: loss.isFinite ? Int(found.rank[view]) - 1 : views))
    }
  }

  /// After the tiles went forward; of cosines.
  func statistics(_ workspace: borrowing Workspace) -> BatchStatistics {
    let found = description(1, workspace)
    func sum<Number: BinaryFloatingPoint>(_ numbers: UnsafeMutablePointer<Number>, _ count: Int) -> Double {
      (0..<count).reduce(0) { $0 + Double(numbers[$1]) }
    }
    let count = Double(views)
    let positives = sum(found.positive, views)
    return BatchStatistics(
      positiveSimilarity: (positives / count).clampedCosine,
      negativeSimilarity: views > 2
        ? ((sum(found.cosines, blocks) - positives) / (count * (count - 2))).clampedCosine : 0,
      uniformity: log(sum(found.potential, blocks) / (count * (count - 1))))
  }
}
