/// The thread a run trains on, and how it ended.
import Basics
import Dispatch
import Foundation
import Synchronization
import Telemetry
import Training

final class TrainingThread: Sendable {
  private let end = Mutex<TrainingEnd?>(nil)
  private let done = DispatchSemaphore(value: 0)

  /// Starts training; `link` tells how it goes.
  /// - Throws: `Trouble` when the thread cannot be started.
  /// - Parameters:
  ///   - niceness: of the threads that compute.
  ///   - onDivergence: where the settings do not say it.
  init(
    _ configuration: Configuration, resuming: String?, niceness: Int,
    onDivergence: Configuration.DivergenceChoice = .stop, link: Link
  ) throws {
    try startThread("trainer") { [self] in
      let outcome = Self.train(
        configuration, resuming: resuming, niceness: niceness, onDivergence: onDivergence, link)
      end.withLock { $0 = outcome }
      done.signal()
    }
  }

  private static func train(
    _ configuration: Configuration, resuming: String?, niceness: Int,
    onDivergence: Configuration.DivergenceChoice, _ link: Link
  ) -> TrainingEnd {
    stepBack(niceness: niceness)
    do {
      var trainer = try Trainer(
        configuration, resuming: resuming, niceness: niceness, onDivergence: onDivergence, link: link)
      return try trainer.run()
    } catch is CancellationError {
      return .stopped
    } catch {
      let trouble = error as? Trouble ?? Trouble("\(error)", remedy: "report this with log.txt")
      var snapshot = link.newest(after: -1)?.snapshot ?? Snapshot()
      snapshot.state = .failed(trouble.description)
      link.publish(snapshot)
      return .failed(trouble)
    }
  }

  /// How the run ended, once it has.
  var outcome: TrainingEnd? { end.withLock { $0 } }

  /// Sleeps until the run has ended or the seconds are over.
  func wait(seconds: Double) { if done.wait(timeout: .now() + seconds) == .success { done.signal() } }
}
