/// Makes the views of a batch, on the step's own workers right before the step. A thread that made them ahead would
/// take its time from the step's workers all the same, and make them wait for each other: two cores, resnet8 2,304
/// images/s beside such a thread, 2,329 with the thread at a lower priority, 2,373 so; resnet20 966, 964, 981.
import Basics
import Images

/// Which views: a function of this value and the data alone.
struct BatchPlan: Sendable, Equatable {
  var epoch: Int
  /// Images of the epoch before this batch.
  var cursor: Int
  /// N.
  var count: Int
  var recipe: Augmentation
}

extension BatchPlan {
  /// Parts of so many images, one behind the other. Their views are those of the whole.
  func parts(_ counts: [Int]) -> [BatchPlan] {
    var start = cursor
    return counts.map { count in
      defer { start += count }
      return BatchPlan(epoch: epoch, cursor: start, count: count, recipe: recipe)
    }
  }
}

struct ViewBatch: Sendable {
  let plan: BatchPlan
  /// Of the N images in the data set.
  let indices: [Int]
  /// [2N, size, size, 3]: rows 0..<N first views, N..<2N second views, same order; the first alone where one is made.
  let bytes: [UInt8]
}

struct Loader {
  private let data: DataSet
  private let seed: UInt64
  private let order: Configuration.Order
  private let views: Int
  private let workers: WorkerPool
  /// Of the last batch. Once its taker has let go of it, it is filled again.
  private var bytes: [UInt8] = []
  /// The order of the epoch that was last asked for.
  private var epoch: (number: Int, indices: [Int])?

  /// - Parameter views: of each picture, 1 or 2.
  init(_ data: DataSet, seed: UInt64, order: Configuration.Order, views: Int = 2, workers: WorkerPool) {
    (self.data, self.seed, self.order, self.views, self.workers) = (data, seed, order, views, workers)
  }

  /// The batch of a plan.
  mutating func take(_ plan: BatchPlan) -> ViewBatch {
    if epoch?.number != plan.epoch { epoch = (plan.epoch, permutation(epoch: plan.epoch)) }
    let indices = Array(epoch!.indices[plan.cursor..<plan.cursor + plan.count])
    let maker = ViewMaker(plan.recipe, seed: seed)
    let count = views * plan.count * maker.bytesPerView
    if bytes.count != count { bytes = [UInt8](repeating: 0, count: count) }
    bytes.withUnsafeMutableBufferPointer {
      maker.makeViews(of: data, indices: indices, epoch: plan.epoch, views: views, into: $0, workers: workers)
    }
    return ViewBatch(plan: plan, indices: indices, bytes: bytes)
  }

  /// The order of an epoch's pictures: Fisher–Yates from (seed, epoch).
  private func permutation(epoch: Int) -> [Int] {
    var indices = Array(0..<data.count)
    guard order == .shuffled else { return indices }
    var random = RandomStream(seed: seed, .shuffle, epoch)
    for i in stride(from: data.count - 1, to: 0, by: -1) { indices.swapAt(i, random.below(i + 1)) }
    return indices
  }
}
