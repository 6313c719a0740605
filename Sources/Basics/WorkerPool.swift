/// Threads: pools that share work, single ones, and their priority. Every start is checked.
import CKernels
import Foundation

/// Lets the calling thread step back behind others.
/// - Parameter niceness: 0…19.
public func stepBack(niceness: Int) { ck_thread_nice(Int32(niceness)) }

/// Starts a thread.
/// - Parameter name: at most 15 bytes; shown by tools such as `top -H`.
/// - Throws: `Trouble` when the system refuses another thread.
public func startThread(_ name: String, _ body: @escaping @Sendable () -> Void) throws(Trouble) {
  let context = Unmanaged.passRetained(ThreadBody(run: body))
  let error = ck_thread_start(
    name, threadStack, { Unmanaged<ThreadBody>.fromOpaque($0!).takeRetainedValue().run() }, context.toOpaque())
  guard error != 0 else { return }
  context.release()
  throw threadTrouble(error)
}

private let threadStack: Int64 = 8 << 20

private final class ThreadBody: Sendable {
  let run: @Sendable () -> Void
  init(run: @escaping @Sendable () -> Void) { self.run = run }
}

private func threadTrouble(_ error: Int32) -> Trouble {
  Trouble(
    "cannot start a thread (\(String(cString: strerror(error))))",
    remedy: "use fewer --threads, or raise the limit on processes (ulimit -u, a container's pids limit) "
      + "or on memory (ulimit -v)")
}

/// A fork-join pool of threads that shares out numbered tasks. Which worker takes a task is left to chance, so a result
/// that must repeat may depend on the task's number only, never on the worker's.
public final class WorkerPool: Sendable {
  /// Threads that work, the caller's among them; at least 1.
  public let threads: Int
  private let pool: ck_pool

  /// A pool whose start cannot fail: of the calling thread alone, or in a test. Traps otherwise.
  public convenience init(threads: Int, niceness: Int = 0) {
    do {
      try self.init(starting: threads, niceness: niceness)
    } catch {
      preconditionFailure("a pool of \(threads) threads: \(error)")
    }
  }

  /// Starts the workers.
  /// - Parameters:
  ///   - threads: workers with the caller counted in; values below 1 mean 1.
  ///   - niceness: how far the workers step back behind other threads, 0…19.
  /// - Throws: `Trouble` when the system refuses one of the threads.
  public init(starting threads: Int, niceness: Int = 0) throws(Trouble) {
    self.threads = max(1, threads)
    var pool = ck_pool()
    let error = ck_pool_create(Int64(self.threads), Int32(niceness), &pool)
    self.pool = pool
    if error != 0 { throw threadTrouble(error) }
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
