/// Makes the views of the next batch while the trainer is busy with this one.
import Basics
import Dispatch
import Foundation
import Images
import Synchronization

/// Which views: a function of this value and the data alone.
struct BatchPlan: Sendable, Equatable {
  var epoch: Int
  /// Images of the epoch before this batch.
  var cursor: Int
  /// N.
  var count: Int
  var recipe: Augmentation
}

struct ViewBatch: Sendable {
  let plan: BatchPlan
  /// Of the N images in the data set.
  let indices: [Int]
  /// [2N, size, size, 3]: rows 0..<N first views, N..<2N second views, same order.
  let bytes: [UInt8]
}

final class Loader: Sendable {
  private struct State {
    var request: BatchPlan?
    /// Made or being made.
    var current: BatchPlan?
    var ready: ViewBatch?
    var isEnding = false
  }

  private let data: DataSet
  private let seed: UInt64
  private let order: Configuration.Order
  private let workers: WorkerPool
  private let state = Mutex(State())
  private let asked = DispatchSemaphore(value: 0)
  private let made = DispatchSemaphore(value: 0)

  /// Starts the loader's thread. `workers` are the loader's own.
  init(_ data: DataSet, seed: UInt64, order: Configuration.Order, workers: WorkerPool) {
    (self.data, self.seed, self.order, self.workers) = (data, seed, order, workers)
    let thread = Thread { [self] in work() }
    thread.name = "loader"
    thread.start()
  }

  /// Ends the thread once the batch it is making is done.
  func end() {
    state.withLock { $0.isEnding = true }
    asked.signal()
  }

  /// The batch of a plan. What was made ahead under another plan is made again; then `next` is made ahead.
  func take(_ plan: BatchPlan, next: BatchPlan?) -> ViewBatch {
    if state.withLock({ $0.current }) != nil { made.wait() }
    let ahead = state.withLock { state in
      defer { (state.ready, state.current) = (nil, nil) }
      return state.ready
    }
    let batch = ahead?.plan == plan ? ahead! : make(plan)
    if let next {
      state.withLock { ($0.request, $0.current) = (next, next) }
      asked.signal()
    }
    return batch
  }

  private func work() {
    while true {
      asked.wait()
      let (request, isEnding) = state.withLock { state in
        defer { state.request = nil }
        return (state.request, state.isEnding)
      }
      if isEnding { return }
      guard let request else { continue }
      let batch = make(request)
      state.withLock { $0.ready = batch }
      made.signal()
    }
  }

  private func make(_ plan: BatchPlan) -> ViewBatch {
    let indices = Array(permutation(epoch: plan.epoch)[plan.cursor..<plan.cursor + plan.count])
    let size = plan.recipe.imageSize
    let maker = ViewMaker(plan.recipe, seed: seed)
    let bytes = [UInt8](unsafeUninitializedCapacity: 2 * plan.count * size * size * 3) { buffer, count in
      count = 2 * plan.count * size * size * 3
      maker.makeViews(
        of: data, indices: indices, epoch: plan.epoch, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]),
        workers: workers)
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
