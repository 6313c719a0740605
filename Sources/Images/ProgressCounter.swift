/// Counts work done by many workers, tells someone now and then, and passes on that they want it to end.
import Synchronization

final class ProgressCounter: Sendable {
  private let total: Int
  private let done = Mutex(0)
  private let cancelled = Atomic(false)

  init(total: Int) { self.total = total }

  var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

  /// Counts one, and calls `progress` about two hundred times in all, one call at a time.
  func count(_ progress: @Sendable (_ done: Int, _ total: Int) -> Bool) {
    done.withLock { done in
      done += 1
      guard done % max(1, total / 200) == 0 || done == total else { return }
      if !progress(done, total) { cancelled.store(true, ordering: .relaxed) }
    }
  }

  /// - Throws: `CancellationError` when `progress` has said false.
  func checkCancelled() throws {
    if isCancelled { throw CancellationError() }
  }
}
