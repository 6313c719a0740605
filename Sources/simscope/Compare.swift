/// `compare`: the curves of runs over each other, or a table of them where there is no terminal.
import Basics
import Canvas
import Dashboard
import Foundation
import Telemetry
import Training

let compareFlags = [Flag("headless", "", "a table instead of the curves", group: "screen")] + displayFlags

func compare(_ arguments: Arguments) throws -> Int32 {
  if let status = try listThemes(arguments) ?? listKeys(arguments) { return status }
  guard !arguments.words.isEmpty else { throw UsageError("RUN is missing: name the folders of one run or more") }
  let histories = try arguments.words.map { try RunHistory($0) }
  guard isatty(0) == 1, isatty(1) == 1, !arguments.has("headless") else {
    try printComparison(histories)
    return 0
  }
  guard histories.count <= MetricsState.mostOverlays else {
    throw UsageError(
      "the screen shows the curves of \(MetricsState.mostOverlays) runs at most, not \(histories.count); "
        + "--headless prints a table of all")
  }
  let themes = try themes(for: arguments)
  let options = try terminalOptions(arguments, log: nil)
  let framesPerSecond = try framesPerSecond(arguments)
  let outcome = try withScreen(themes, options, comparing: histories, keys: keyChanges(arguments)) { screen in
    screen.draw()
    return screen.browse(Link(), framesPerSecond: framesPerSecond)
  }
  return outcome.signal.map { 128 + $0 } ?? 0
}

private func printComparison(_ histories: [RunHistory]) throws {
  let histories = histories.map { history in
    var whole = history
    while whole.readOn() {}
    if whole.unreadable > 0 {
      let lines = whole.unreadable == 1 ? "a torn line is" : "\(whole.unreadable) torn lines are"
      complain("\(lines) left out of metrics.jsonl and events.jsonl, \(history.run.folder)")
    }
    return whole
  }
  say(comparisonTable(try histories.map { ($0.run, try RunFolder.configuration(of: $0.run.folder)) }))
}

/// A row a run: steps, the moving average of the loss at the end, the best kNN, and every setting in which they differ.
private func comparisonTable(_ runs: [(run: RecordedRun, settings: Configuration)]) -> [String] {
  let settings = Setting.all.filter { setting in
    setting.key != "run" && Set(runs.map { setting.get($0.settings) }).count > 1
  }
  let rows = runs.map { run, values -> [String] in
    let loss = run.curves[.loss]?.last
    let best = run.curves[.knnAccuracy]?.highest(.none)
    return [
      run.name.visible, Figures.grouped(loss?.lastStep ?? 0), loss.map { Figures.fixed($0.smooth, 4) } ?? "-",
      best.map { "\(Figures.percent($0.value)) at \(Figures.grouped($0.step))" } ?? "-",
    ] + settings.map { $0.get(values)?.visible ?? "-" }
  }
  let table = [["run", "steps", "final loss", "best kNN"] + settings.map { $0.key }] + rows
  let widths = table[0].indices.map { column in table.map { $0[column].count }.max()! }
  return table.map { row in
    let cells = zip(row, widths).map { padded($0, $1) }.joined(separator: "  ")
    return String(cells.reversed().drop { $0 == " " }.reversed()).inASCII
  }
}
