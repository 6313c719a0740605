/// Signals that ask a command without a screen to end.
import CTerminal
import Foundation

/// Counted by a signal handler of the process: no thread has to be started to receive them.
struct Interrupts {
  /// Signals that end any command in order: a person's, and the notices of batch systems (Slurm, SGE) that time is up.
  static let ending = [SIGINT, SIGTERM, SIGQUIT] + notices
  /// Those may come again and again, or before a SIGTERM, while a run is being saved.
  static let notices = [SIGUSR1, SIGUSR2, SIGXCPU]

  /// Those that are no notices.
  private let asking: [Int32]

  init(_ signals: [Int32]) {
    asking = signals.filter { !Self.notices.contains($0) }
    signal(SIGPIPE, SIG_IGN)
    ct_count_signals(signals, signals.count)
  }

  /// Whether there was one, for any thread to ask.
  var isAsked: @Sendable () -> Bool { { ct_first_signal() != 0 } }
  var first: Int32? { ct_first_signal() == 0 ? nil : ct_first_signal() }
  /// Asked twice by a person: do not wait for the end of the work.
  var isImpatient: Bool { asking.reduce(0) { $0 + ct_signal_count($1) } > 1 }
}

func signalName(_ number: Int32) -> String {
  let names = [
    SIGINT: "interrupted", SIGTERM: "terminated", SIGQUIT: "quit", SIGHUP: "hangup", SIGUSR1: "SIGUSR1 received",
    SIGUSR2: "SIGUSR2 received", SIGXCPU: "CPU time limit reached",
  ]
  return names[number] ?? "signal \(number)"
}
