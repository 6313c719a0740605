/// Threads that share work, and threads that step back.
import CKernels

/// Lets the calling thread step back behind others.
/// - Parameter niceness: 0…19.
public func stepBack(niceness: Int) { ck_thread_nice(Int32(niceness)) }

/// A fork-join pool of threads that shares out numbered tasks. Which worker takes a task is left to chance, so a result
/// that must repeat may depend on the task's number only, never on the worker's.
public final class WorkerPool: Sendable {
  /// Threads that work, the caller's among them; at least 1.
  public let threads: Int
  private let pool: ck_pool

  /// - Parameters:
  ///   - threads: workers with the caller counted in; values below 1 mean 1.
  ///   - niceness: how far the workers step back behind other threads, 0…19.
  public init(threads: Int, niceness: Int = 0) {
    self.threads = max(1, threads)
    pool = ck_pool_create(Int64(self.threads), Int32(niceness))
    precondition(pool.raw != 0, "no memory for a pool of \(threads) workers")
  }

  deinit { ck_pool_destroy(pool) }

  /// Runs `body(task, worker)` for every task in 0..<count and returns when all have ended.
  /// - Parameter body: `worker` is in 0..<threads and names the scratch space this call may use.
  public func run(_ count: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      var body = body
      withUnsafeMutablePointer(to: &body) { context in
        ck_pool_run(
          pool, Int64(count),
          { context, task, worker in
            context!.assumingMemoryBound(to: ((Int, Int) -> Void).self).pointee(Int(task), Int(worker))
          }, context)
      }
    }
  }
}
