/// A run without a dashboard: one plain line a second at most.
import Basics
import Dashboard
import Foundation
import Telemetry
import Training

/// - Parameter isJSON: whether lines are objects.
/// - Returns: 0 when the schedule is through, 128 + the signal that ended it.
func runHeadless(_ configuration: Configuration, resuming: String?, isJSON: Bool) throws -> Int32 {
  let link = Link()
  let stopsOnHangup = configuration.onHangup != .continue
  let interrupts = Interrupts(stopsOnHangup ? [SIGINT, SIGTERM, SIGQUIT, SIGHUP] : [SIGINT, SIGTERM, SIGQUIT])
  if !stopsOnHangup { signal(SIGHUP, SIG_IGN) }
  let training = TrainingThread(configuration, resuming: resuming, niceness: 0, link: link)
  var printer = LinePrinter(isJSON: isJSON)
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
  /// Lines as in `events.jsonl` and `metrics.jsonl` instead of words.
  let isJSON: Bool
  private var serial = 0
  private var lastLine = ""
  private var lastTime = ContinuousClock.now - .seconds(2)
  private var hasHeader = false
  private var eventsShown = 0

  init(isJSON: Bool) { self.isJSON = isJSON }

  mutating func show(_ link: Link, isLast: Bool) {
    guard let (snapshot, serial) = link.newest(after: isLast ? -1 : self.serial) else { return }
    guard isLast || ContinuousClock.now - lastTime >= .seconds(1) else { return }
    self.serial = serial
    lastTime = .now
    if isJSON { showObjects(snapshot) } else { showWords(snapshot) }
  }

  private mutating func showObjects(_ snapshot: Snapshot) {
    for event in news(of: snapshot) { printLine(event.json) }
    if let line = snapshot.metrics?.json { printOnce(line) }
  }

  private mutating func showWords(_ snapshot: Snapshot) {
    if !hasHeader, !snapshot.run.folder.isEmpty {
      printLine(
        "run \(snapshot.run.folder) · \(snapshot.run.data), \(snapshot.run.trainCount) pictures to train on, "
          + "\(snapshot.run.heldOutCount) held out · \(snapshot.run.encoder), \(snapshot.run.parameterCount) parameters"
      )
      hasHeader = true
    }
    for event in news(of: snapshot) {
      switch event.kind {
      case .note(let text): printLine(text)
      case .warning(let text): printLine("warning: \(text)")
      default: break
      }
    }
    // What went wrong is said once, on stderr.
    if case .failed = snapshot.state { return }
    printOnce(statusLine(snapshot))
  }

  /// Events of this session that were not shown yet.
  private mutating func news(of snapshot: Snapshot) -> ArraySlice<Event> {
    let news = snapshot.events.suffix(snapshot.events.count - eventsShown)
    eventsShown = snapshot.events.count
    let start = news.lastIndex { $0.word == "resumed" } ?? news.startIndex
    return news[start...]
  }

  private mutating func printOnce(_ line: String) {
    if line != lastLine { printLine(line) }
    lastLine = line
  }

  /// A line out at once; a reader that has gone away stops nothing.
  private func printLine(_ text: String) { try? FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8)) }
}
