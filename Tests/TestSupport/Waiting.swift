// Waiting for what another thread or process does.
import Foundation

/// A failure whose message is all there is to it.
public struct TestFailure: Error, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}

/// The most that a test waits for one thing, in seconds. It only ends a test that would hang for ever: no test may
/// depend on how fast the machine is.
private let longest = 1200.0

/// Waits until something holds.
/// - Parameters:
///   - children: programs that do it; the wait fails as soon as one of them has ended without it.
///   - seen: what there is instead, for the message of a failure.
public func waitUntil(
  _ what: String, of children: [ChildProcess] = [], seeing seen: () -> String = { "" }, _ holds: () throws -> Bool
) throws {
  let start = ContinuousClock.now
  while true {
    // Before the condition: what a program did last still counts.
    let isOver = children.contains { !$0.isRunning }
    if try holds() { return }
    let seconds = start.duration(to: .now) / .seconds(1)
    guard isOver || seconds > longest else {
      usleep(5000)
      continue
    }
    throw TestFailure("waited in vain for \(what), \(Int(seconds)) s; seen: \(seen())")
  }
}
