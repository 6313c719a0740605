/// A run without a dashboard: one plain line a second at most.
import Basics
import Dashboard
import Foundation
import Telemetry
import Training

/// - Returns: 0 when the schedule is through, 128 + the signal that ended it.
func runHeadless(_ configuration: Configuration, resuming: String?) throws -> Int32 {
  let link = Link()
  let stopsOnHangup = configuration.onHangup != .continue
  let interrupts = Interrupts(stopsOnHangup ? [SIGINT, SIGTERM, SIGQUIT, SIGHUP] : [SIGINT, SIGTERM, SIGQUIT])
  if !stopsOnHangup { signal(SIGHUP, SIG_IGN) }
  let training = TrainingThread(configuration, resuming: resuming, niceness: 0, link: link)
  var printer = LinePrinter()
  var asked = false
  while training.outcome == nil {
    training.wait(seconds: 0.25)
    if let signal = interrupts.first, !asked {
      asked = true
      link.send(.stop)
      complain("\(signalName(signal)): stopping after this step and saving")
    }
    if interrupts.count > 1 { exit(128 + (interrupts.first ?? SIGINT)) }
    printer.show(link, isLast: false)
  }
  printer.show(link, isLast: true)
  guard case .failed(let trouble)? = training.outcome else { return interrupts.first.map { 128 + $0 } ?? 0 }
  throw trouble
}

/// Prints the newest state when something has changed and a second has passed.
private struct LinePrinter {
  private var serial = 0
  private var lastLine = ""
  private var lastTime = ContinuousClock.now - .seconds(2)
  private var beginningIsShown = false
  private var eventsShown = 0

  mutating func show(_ link: Link, isLast: Bool) {
    guard let (snapshot, serial) = link.newest(after: isLast ? -1 : self.serial) else { return }
    guard isLast || ContinuousClock.now - lastTime >= .seconds(1) else { return }
    self.serial = serial
    lastTime = .now
    if !beginningIsShown, !snapshot.run.folder.isEmpty {
      printLine(
        "run \(snapshot.run.folder) · \(snapshot.run.data), \(snapshot.run.trainCount) pictures to train on, "
          + "\(snapshot.run.heldOutCount) held out · \(snapshot.run.encoder), \(snapshot.run.parameterCount) parameters"
      )
      printLine(snapshot.run.memory)
      beginningIsShown = true
    }
    showWarnings(snapshot)
    let line = statusLine(snapshot)
    if line != lastLine { printLine(line) }
    lastLine = line
  }

  /// Those of this session, each once.
  private mutating func showWarnings(_ snapshot: Snapshot) {
    let news = snapshot.events.suffix(snapshot.events.count - eventsShown)
    eventsShown = snapshot.events.count
    let resumed = news.lastIndex { $0.word == "resumed" } ?? 0
    for case .warning(let text) in news[resumed...].map(\.kind) { printLine("warning: \(text)") }
  }

  /// A line out at once; a reader that has gone away stops nothing.
  private func printLine(_ text: String) { try? FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8)) }
}
