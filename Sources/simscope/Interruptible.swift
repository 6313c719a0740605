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

  /// One more report, with what is being done.
  /// - Returns: false when the work shall end.
  func report(_ share: Double, _ detail: String) -> Bool {
    line.show(share, detail)
    return !isAsked()
  }

  /// A line of output in between.
  func note(_ text: String) {
    line.end()
    say(text)
  }

  func end() { line.end() }
}

/// - Parameter ended: what is said of work that a signal ended.
/// - Returns: the work's status, or 128 + the signal that ended it.
func interruptible(_ title: String, ended: String = "nothing was written", _ work: (WorkProgress) throws -> Int32)
  throws -> Int32
{
  BLAS.useOneThread()
  let interrupts = Interrupts(Interrupts.ending)
  let progress = WorkProgress(line: ProgressLine(title), isAsked: interrupts.isAsked)
  do {
    return try work(progress)
  } catch {
    progress.end()
    guard error is CancellationError, let signal = interrupts.first else { throw error }
    complain("\(signalName(signal)): \(ended)")
    return 128 + signal
  }
}
