/// A screen on a terminal that was lent: when it is left, and what is said then.
import Basics
import Dashboard
import Foundation
import Telemetry
import Training

/// Why an attached screen was left.
enum Departure {
  /// By the person there, or by a signal.
  case left(signal: Int32?)
  case lost
  /// Another terminal, of this name, has taken over.
  case succeeded(by: String)
  case over(TrainingEnd?)

  /// What the process is told that lent its terminal.
  func farewell(_ link: Link) -> Farewell {
    let snapshot = link.newest(after: -1)?.snapshot ?? Snapshot()
    let folder = snapshot.run.folder
    switch self {
    case .left(let signal):
      let status = signal.map { $0 == SIGINT ? 0 : 128 + $0 } ?? 0
      return Farewell(status: status, text: "training goes on; to see it again: simscope attach \(folder)")
    case .lost: return Farewell(status: 128 + SIGHUP, text: "the terminal was lost; training goes on")
    case .succeeded(let name): return Farewell(status: 0, text: "now shown on \(name); training goes on")
    case .over(.failed(let trouble)): return Farewell(status: 1, text: trouble.description)
    case .over(let end):
      return Farewell(status: 0, text: lastLines(snapshot, end).map(\.visible).joined(separator: "\n"))
    }
  }
}

extension ScreenLoop {
  /// Shows a trainer until the person leaves, another comes, the terminal is lost or the run is over. One that is through
  /// stays, where the process waits for it, until it has been looked at.
  mutating func attend(
    _ link: Link, _ training: TrainingThread, _ stage: Stage, turn: Int, framesPerSecond: Double
  ) -> (Departure, ScreenMemory) {
    defer { link.send(.watch([])) }
    // The first frame shows the run as it is.
    _ = takeNews(link, isDue: true)
    draw()
    while true {
      if takeRound(link, framesPerSecond) {
        link.send(.report(.terminalLost))
        return (.lost, memory)
      }
      let hasLeft = signal != nil || state.isDone && !isStopAsked
      if let name = stage.successor(of: turn) { return (.succeeded(by: name), memory) }
      if let end = training.outcome, hasLeft || mustLeave(at: end, stage) { return (.over(end), memory) }
      if hasLeft { return (.left(signal: signal), memory) }
    }
  }

  private func mustLeave(at end: TrainingEnd, _ stage: Stage) -> Bool {
    guard case .finished = end, !isStopAsked else { return true }
    return stage.isClosed || isAside
  }
}

/// Lines about a run that is over: how far it came, and how to continue it.
func lastLines(_ snapshot: Snapshot, _ end: TrainingEnd?) -> [String] {
  guard case .stopped? = end else { return [statusLine(snapshot)] }
  return [statusLine(snapshot), "to go on: simscope resume \(snapshot.run.folder)"]
}
