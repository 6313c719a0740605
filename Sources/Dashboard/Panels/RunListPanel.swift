/// The list of runs that can be laid over this one, at the foot of the plots.
import Canvas
import Telemetry

extension Scene {
  mutating func drawRunList() {
    guard let list = state.runList, let runs = list.runs, state.isListingRuns, grid.rows >= 6 else { return }
    let rows = min(runs.count, 12, grid.rows - 4)
    let area = Rect(x: 0, y: grid.rows - 1 - rows - 2, width: min(grid.columns, 110), height: rows + 2)
    grid.fill(area, with: Cell(" ", theme[.screen]))
    let count = state.overlaid.count { $0 != nil }
    let box = Box(
      title: text("runs in this folder", .title), note: text("\(count) of \(runs.count) over this one", .faint),
      style: theme[.focus])
    let inside = box.draw(in: area, of: &grid)
    let first = max(0, min(list.chosen - rows / 2, runs.count - rows))
    let shown = runs[first..<first + rows]
    let table = Table(
      columns: [
        Table.Column(), Table.Column(), Table.Column(.right), Table.Column(.right), Table.Column(.right),
        Table.Column(isFlexible: true),
      ], rows: shown.enumerated().map { cells(of: $1, isChosen: first + $0 == list.chosen) })
    table.draw(in: inside, of: &grid)
  }

  private func cells(of run: ListedRun, isChosen: Bool) -> [Text] {
    let number = state.number(ofRunIn: run.folder)
    let mark =
      number.map { Text("\($0)━", theme[Theme.Role.runs[($0 - 1) % Theme.Role.runs.count]]) } ?? text(" ·", .faint)
    let when = run.isTraining ? text("training", .good) : text(run.age.isFinite ? age(run.age) : "", .faint)
    return [
      text(isChosen ? "▸" : " ", .focus) + mark, text(run.name, isChosen ? .title : .text),
      text(run.step > 0 ? "step \(Figures.grouped(run.step))" : "no step", .faint),
      run.loss.map { text(Figures.fixed($0, 3), .loss) } ?? text("–", .faint), when,
      text(run.differences.isEmpty ? "same settings" : run.differences.joined(separator: " · "), .faint),
    ]
  }

  private func age(_ seconds: Double) -> String {
    seconds < 86400 ? "\(Figures.duration(seconds)) ago" : "\(Figures.fixed((seconds / 86400).rounded(.down), 0)) d ago"
  }
}
