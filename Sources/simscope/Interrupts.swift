/// Signals that ask a command without a screen to end.
import Dispatch
import Foundation
import Synchronization

/// In the order they came.
struct Interrupts {
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
  var count: Int { received.numbers.withLock { $0.count } }
}

func signalName(_ number: Int32) -> String {
  [SIGINT: "interrupted", SIGTERM: "terminated", SIGQUIT: "quit", SIGHUP: "hangup"][number] ?? "signal \(number)"
}
