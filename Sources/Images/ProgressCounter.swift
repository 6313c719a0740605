/// Counts work done by many workers, tells someone now and then, and passes on that they want it to end.
import Synchronization

final class ProgressCounter: Sendable {
  private let total: Int
  private let done = Atomic(0)
  /// What was told last.
  private let told = Mutex(0)
  private let cancelled = Atomic(false)

  init(total: Int) { self.total = total }

  var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

  /// Counts one, and calls `progress` about two hundred times in all, one call at a time.
  func count(_ progress: @Sendable (_ done: Int, _ total: Int) -> Bool) {
    // No lock for each picture: with small ones the workers would wait for each other most of the time.
    let done = self.done.add(1, ordering: .relaxed).newValue
    guard done % max(1, total / 200) == 0 || done == total else { return }
    told.withLock { told in
      guard done > told else { return }
      told = done
      if !progress(done, total) { cancelled.store(true, ordering: .relaxed) }
    }
  }

  /// - Throws: `CancellationError` when `progress` has said false.
  func checkCancelled() throws {
    if isCancelled { throw CancellationError() }
  }
}
