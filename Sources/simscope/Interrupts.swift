/// Signals that ask a command without a screen to end.
import Dispatch
import Foundation
import Synchronization

/// In the order they came.
struct Interrupts {
  /// Signals that end any command in order: a person's, and the notices of batch systems (Slurm, SGE) that time is up.
  static let ending = [SIGINT, SIGTERM, SIGQUIT] + notices
  /// Those may come again and again, or before a SIGTERM, while a run is being saved.
  static let notices = [SIGUSR1, SIGUSR2, SIGXCPU]

  private final class Received: Sendable { let numbers = Mutex([Int32]()) }
  private let received = Received()
  private var sources: [any DispatchSourceSignal] = []

  init(_ signals: [Int32]) {
    signal(SIGPIPE, SIG_IGN)
    for number in signals {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { [received] in received.numbers.withLock { $0.append(number) } }
      source.resume()
      sources.append(source)
    }
  }

  /// Whether there was one, for any thread to ask.
  var isAsked: @Sendable () -> Bool { { [received] in received.numbers.withLock { !$0.isEmpty } } }
  var first: Int32? { received.numbers.withLock { $0.first } }
  /// Asked twice by a person: do not wait for the end of the work.
  var isImpatient: Bool { received.numbers.withLock { $0.count { !Self.notices.contains($0) } > 1 } }
}

func signalName(_ number: Int32) -> String {
  let names = [
    SIGINT: "interrupted", SIGTERM: "terminated", SIGQUIT: "quit", SIGHUP: "hangup", SIGUSR1: "SIGUSR1 received",
    SIGUSR2: "SIGUSR2 received", SIGXCPU: "CPU time limit reached",
  ]
  return names[number] ?? "signal \(number)"
}
