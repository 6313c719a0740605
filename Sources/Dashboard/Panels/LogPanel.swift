/// What has happened: events in words, newest at the bottom, and the last lines of the log file under them.
import Canvas
import Telemetry

extension Scene {
  mutating func drawLog(in area: Rect) {
    let search = state.screen == .panel(.log) ? state.logSearch : nil
    let lines = search.map { search in state.logLines.filter { search.finds($0) } } ?? state.logLines
    let found = search.map { search in
      (0..<snapshot.events.count).filter { search.finds(snapshot.events[$0].words) }
    }
    let inside = frame(.log, in: area, title: text("log", .title), note: logNote(search, found, lines))
    let (events, output) = inside.cutBottom(min(lines.count, inside.height / 3))
    drawEvents(found, in: events)
    for (y, line) in lines.suffix(output.height).enumerated() { put(text(line, .faint), in: output.row(y)) }
  }

  private func logNote(_ search: LogSearch?, _ found: [Int]?, _ lines: [String]) -> Text {
    let count = snapshot.events.count
    guard let search, let found else {
      return count > 0 ? text("\(Figures.grouped(count)) events", .faint) : Text()
    }
    return text("“\(search.text)” ", .title)
      + text("\(Figures.grouped(found.count)) events, \(Figures.grouped(lines.count)) lines", .faint)
  }

  /// - Parameter found: the events' numbers; nil: all.
  private mutating func drawEvents(_ found: [Int]?, in area: Rect) {
    let count = found?.count ?? snapshot.events.count
    guard count > 0 else {
      return drawWaitingNote(found == nil ? "nothing has happened yet" : "no event has these words", in: area)
    }
    let isAlone = state.screen == .panel(.log)
    let end = max(min(count, area.height), count - (isAlone ? state.scroll : 0))
    let shown = (max(0, end - area.height)..<end).map { snapshot.events[found?[$0] ?? $0] }
    let rows = shown.map { event in
      [text(Figures.grouped(event.step), .faint)] + (isAlone ? [text(Figures.clock(event.time), .faint)] : [])
        + [text(event.words, event.role)]
    }
    let times: [Table.Column] = isAlone ? [.init(.right)] : []
    Table(columns: [.init(.right)] + times + [.init(isFlexible: true)], rows: rows).draw(in: area, of: &grid)
  }
}
