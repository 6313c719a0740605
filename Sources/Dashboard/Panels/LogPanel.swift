/// What has happened: events in words, newest at the bottom, and the last lines of the log file under them.
import Canvas
import Telemetry

extension Scene {
  mutating func drawLog(in area: Rect) {
    let count = snapshot.events.count
    let inside = frame(
      .log, in: area, title: text("log", .title),
      note: count > 0 ? text("\(Figures.grouped(count)) events", .faint) : Text())
    let lines = state.logLines.suffix(min(state.logLines.count, inside.height / 3))
    let (events, output) = inside.cutBottom(lines.count)
    drawEvents(in: events)
    for (y, line) in lines.enumerated() { put(text(line, .faint), in: output.row(y)) }
  }

  private mutating func drawEvents(in area: Rect) {
    let count = snapshot.events.count
    guard count > 0 else { return drawWaitingNote("nothing has happened yet", in: area) }
    let isAlone = state.screen == .panel(.log)
    let end = max(min(count, area.height), count - (isAlone ? state.scroll : 0))
    let shown = (max(0, end - area.height)..<end).map { snapshot.events[$0] }
    let rows = shown.map { event in
      [text(Figures.grouped(event.step), .faint)] + (isAlone ? [text(Figures.duration(event.time), .faint)] : [])
        + [text(event.words, event.role)]
    }
    let times: [Table.Column] = isAlone ? [.init(.right)] : []
    Table(columns: [.init(.right)] + times + [.init(isFlexible: true)], rows: rows).draw(in: area, of: &grid)
  }
}
