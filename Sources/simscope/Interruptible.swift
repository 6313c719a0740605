/// Work without a screen that says how far it is, and that Ctrl-C ends at its next report.
import Foundation
import Tensors
import Training

/// What such work reports to.
struct WorkProgress: Sendable {
  fileprivate let line: ProgressLine
  fileprivate let isAsked: @Sendable () -> Bool

  /// Pictures are read before the share of the work counts.
  var decoding: @Sendable (Int, Int) -> Bool { { _, _ in !isAsked() } }

  var working: ProgressReport {
    { share in
      line.show(share)
      return !isAsked()
    }
  }

  func end() { line.end() }
}

/// - Returns: the work's status, or 128 + the signal that ended it.
func interruptible(_ title: String, _ work: (WorkProgress) throws -> Int32) throws -> Int32 {
  BLAS.useOneThread()
  let interrupts = Interrupts([SIGINT, SIGTERM, SIGQUIT])
  let progress = WorkProgress(line: ProgressLine(title), isAsked: interrupts.isAsked)
  do {
    return try work(progress)
  } catch {
    progress.end()
    guard error is CancellationError, let signal = interrupts.first else { throw error }
    complain("\(signalName(signal)): nothing was written")
    return 128 + signal
  }
}
