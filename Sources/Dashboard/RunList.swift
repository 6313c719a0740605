/// The list of runs beside the one that trains: which of them are laid over it.
import Canvas
import Telemetry

public enum RunListIntent: Sendable, Equatable {
  case open, close
  /// Moves the choice.
  case choose(Int)
  /// Lays the chosen run over this one, or takes it away.
  case toggle
}

struct RunList: Sendable, Equatable {
  /// nil until they are found.
  var runs: [ListedRun]?
  var chosen = 0
}

extension DashboardState {
  /// The list is open and waits for the runs there are.
  public var wantsRunList: Bool { runList != nil && runList?.runs == nil }

  /// Shows a warning until the next key.
  public mutating func warn(_ text: String) { message = Message(text, .warning) }

  /// The answer to `wantsRunList`.
  public mutating func foundRuns(_ runs: [ListedRun]) {
    guard runList != nil else { return }
    guard !runs.isEmpty else {
      runList = nil
      message = Message("there is no other run in this folder")
      return
    }
    runList?.runs = runs
  }

  var isListingRuns: Bool { !asksToQuit && palette == nil && runList != nil && exploresMetrics }

  mutating func obey(_ intent: RunListIntent) {
    switch intent {
    case .open: runList = RunList()
    case .close: runList = nil
    case .choose(let rows):
      guard let list = runList, let count = list.runs?.count, count > 0 else { return }
      runList?.chosen = (list.chosen + rows % count + count) % count
    case .toggle: toggleChosenRun()
    }
  }

  /// A run keeps its number, and so its colour, when another is taken away.
  private mutating func toggleChosenRun() {
    guard let list = runList, let runs = list.runs, runs.indices.contains(list.chosen) else { return }
    let folder = runs[list.chosen].folder
    if let place = overlaid.firstIndex(of: folder) {
      overlaid[place] = nil
      metrics.hidden.remove(place + 1)
    } else if let place = overlaid.firstIndex(of: nil) {
      overlaid[place] = folder
    } else {
      message = Message("\(MetricsState.mostOverlays) runs are laid over this one already", .warning)
    }
  }

  /// The number of a run laid over this one, 1…; nil when it is not.
  func number(ofRunIn folder: String) -> Int? { overlaid.firstIndex(of: folder).map { $0 + 1 } }
}

let runListBindings: [Binding] = [
  Binding(
    .command, "space", "over this run", "lay the chosen run over this one, or take it away (also enter)",
    [(.character(" "), .runs(.toggle)), (.enter, .runs(.toggle))], when: \.isListingRuns),
  Binding(
    .command, "↑↓", "choose", "choose another (also k j, page keys)",
    [
      (.up, .runs(.choose(-1))), (.down, .runs(.choose(1))), (.character("k"), .runs(.choose(-1))),
      (.character("j"), .runs(.choose(1))), (.pageUp, .runs(.choose(-10))), (.pageDown, .runs(.choose(10))),
    ], when: \.isListingRuns),
  Binding(
    .command, "esc", "close", "close the list (also o, q, ctrl-c)",
    [
      (.escape, .runs(.close)), (.character("o"), .runs(.close)), (.character("q"), .runs(.close)),
      (.control("c"), .runs(.close)),
    ], when: \.isListingRuns),
]
