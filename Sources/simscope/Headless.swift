/// A run without a dashboard: lines, once a second at most.
import Basics
import Dashboard
import Foundation
import Telemetry
import Training

/// What the lines are.
enum LineStyle {
  /// For logs: what matters, in words.
  case words
  /// As in `events.jsonl` and `metrics.jsonl`.
  case objects
  /// For people who have no other screen: every event, one line a second, and words on stdin are obeyed.
  case plain
}

/// - Returns: 0 when the schedule is through or the person quit, 128 + the signal that ended it.
func runHeadless(
  _ configuration: Configuration, resuming: String?, _ changes: [Command], _ style: LineStyle
) throws -> Int32 {
  let link = Link()
  changes.forEach(link.send)
  let stopsOnHangup = configuration.onHangup != .continue
  let interrupts = Interrupts(Interrupts.ending + (stopsOnHangup ? [SIGHUP] : []))
  if !stopsOnHangup { signal(SIGHUP, SIG_IGN) }
  let training = try TrainingThread(configuration, resuming: resuming, niceness: 0, link: link)
  let host = try AttachHost(link, training, Stage(isTaken: false))
  var printer = LinePrinter(style)
  var conversation = style == .plain ? Conversation() : nil
  var asked = false
  while training.outcome == nil {
    if let answers = conversation?.hear(link, seconds: 0.25) { printer.answer(answers) }
    if conversation?.isOver ?? true { (conversation, _) = (nil, training.wait(seconds: 0.25)) }
    if let signal = interrupts.first, !asked {
      asked = true
      link.send(.stop)
      complain("\(signalName(signal)): stopping after this step and saving")
    }
    if interrupts.isImpatient { exit(128 + (interrupts.first ?? SIGINT)) }
    if !host.isShown(on: STDOUT_FILENO) { printer.show(link, isLast: false) }
  }
  host.close()
  printer.show(link, isLast: true)
  guard case .failed(let trouble)? = training.outcome else { return interrupts.first.map { 128 + $0 } ?? 0 }
  throw trouble
}

/// Prints the newest state when something has changed and a second has passed.
private struct LinePrinter {
  private let style: LineStyle
  private var serial = 0
  private var lastLine = ""
  private var lastTime = ContinuousClock.now - .seconds(2)
  /// Of the run that is told of.
  private var folder = ""
  private var moves = 0
  private var eventsShown = 0
  /// Lines that wait for their second.
  private var waiting: [String] = []

  init(_ style: LineStyle) { self.style = style }

  /// What was asked for is told at once.
  func answer(_ lines: [String]) { say(lines) }

  mutating func show(_ link: Link, isLast: Bool) {
    guard isLast || ContinuousClock.now - lastTime >= .seconds(1) else { return }
    if let (snapshot, serial) = link.newest(after: isLast ? -1 : self.serial) {
      self.serial = serial
      if snapshot.run.moves != moves {
        (folder, moves) = (snapshot.run.folder, snapshot.run.moves)
      } else if snapshot.run.folder != folder {
        begin(snapshot)
      }
      if style == .objects { takeObjects(snapshot) } else { takeWords(snapshot) }
    }
    guard !waiting.isEmpty else { return }
    lastTime = .now
    let count = style == .plain && !isLast ? 1 : waiting.count
    say(Array(waiting.prefix(count)))
    waiting.removeFirst(count)
  }

  /// A run begins, or goes on in another folder after going back.
  private mutating func begin(_ snapshot: Snapshot) {
    if style != .objects {
      waiting.append(
        "run \(snapshot.run.folder) · \(snapshot.run.data), \(snapshot.run.trainCount) pictures to train on, "
          + "\(snapshot.run.heldOutCount) held out · \(snapshot.run.encoder), \(snapshot.run.parameterCount) parameters"
      )
    }
    if style == .plain && folder.isEmpty { waiting.append("say help to hear what can be said") }
    (folder, eventsShown) = (snapshot.run.folder, 0)
  }

  private mutating func takeObjects(_ snapshot: Snapshot) {
    for event in news(of: snapshot) { waiting.append(event.json) }
    if let line = snapshot.metrics?.json { takeOnce(line) }
  }

  private mutating func takeWords(_ snapshot: Snapshot) {
    waiting += news(of: snapshot).compactMap { event in
      switch event.kind {
      case .note(let text): text
      case .warning(let text): "warning: \(text)"
      case .diverged, .extended, .moved: plainLine(event)
      default: style == .plain ? plainLine(event) : nil
      }
    }
    // What went wrong is said once, on stderr.
    if case .failed = snapshot.state { return }
    // Events are not pushed back by how far the run is: there will be a newer line of that.
    if style == .words || waiting.isEmpty || snapshot.state.isOver { takeOnce(statusLine(snapshot)) }
  }

  /// Events of this session that were not shown yet.
  private mutating func news(of snapshot: Snapshot) -> ArraySlice<Event> {
    let news = snapshot.events.suffix(snapshot.events.count - eventsShown)
    eventsShown = snapshot.events.count
    let start = news.lastIndex { $0.word == "resumed" } ?? news.startIndex
    return news[start...]
  }

  private mutating func takeOnce(_ line: String) {
    if line != lastLine { waiting.append(line) }
    lastLine = line
  }
}
