/// Which parts are on the screen and where: they never overlap and never leave it.
import Canvas
import Telemetry

/// A part of the screen.
enum Part: Equatable {
  case header, failure, health, footer, knobStrip, status, help
  /// As a panel among others, or alone.
  case panel(Panel)
  case fullPanel(Panel)
}

struct PlacedPart: Equatable {
  let part: Part
  let area: Rect
}

/// Below this there is only a status line.
private func isTiny(_ screen: Rect) -> Bool { screen.width < 30 || screen.height < 8 }

func layout(_ state: DashboardState, columns: Int, rows: Int) -> [PlacedPart] {
  let screen = Rect(x: 0, y: 0, width: columns, height: rows)
  if isTiny(screen) && state.screen != .help { return [PlacedPart(part: .status, area: screen)] }
  let (header, rest) = screen.cutTop(columns >= 60 && rows >= 18 && state.hasTrainer ? 2 : min(1, rows / 3))
  let (middle, footer) = rest.cutBottom(min(footerRows(state, columns), rows / 3))
  let parts = [PlacedPart(part: .header, area: header), PlacedPart(part: .footer, area: footer)]
  return (parts + middleParts(state, middle)).filter { !$0.area.isEmpty }
}

/// A long message takes up to three rows.
private func footerRows(_ state: DashboardState, _ columns: Int) -> Int {
  guard let message = state.message, !state.asksToQuit else { return 1 }
  return min(3, Text(message.line).wrapped(to: columns - 2).count)
}

private func middleParts(_ state: DashboardState, _ middle: Rect) -> [PlacedPart] {
  if state.screen == .help { return [PlacedPart(part: .help, area: middle)] }
  var parts: [PlacedPart] = []
  var room = middle
  if case .failed(let reason) = state.snapshot.state {
    let lines = Text(reason).wrapped(to: middle.width - 4).count
    let (failure, rest) = middle.cutTop(min(lines + 2, middle.height))
    parts.append(PlacedPart(part: .failure, area: failure))
    room = rest
  }
  if case .panel(let panel) = state.screen { return parts + fullScreen(state, panel, room) }
  return parts + overview(state, room)
}

private func fullScreen(_ state: DashboardState, _ panel: Panel, _ room: Rect) -> [PlacedPart] {
  if state.isPreview && panel == .views {
    let rows = room.width >= 76 ? (state.knobs.count + 1) / 2 : state.knobs.count
    let (views, knobs) = room.cutBottom(min(rows + 2, max(room.height / 3, 3)))
    return [PlacedPart(part: .fullPanel(panel), area: views), PlacedPart(part: .panel(.knobs), area: knobs)]
  }
  guard state.turnsKnobs || state.isTyping, panel != .knobs else {
    return [PlacedPart(part: .fullPanel(panel), area: room)]
  }
  let (large, strip) = room.cutBottom(1)
  return [PlacedPart(part: .fullPanel(panel), area: large), PlacedPart(part: .knobStrip, area: strip)]
}

private func overview(_ state: DashboardState, _ room: Rect) -> [PlacedPart] {
  let (panels, health) = room.cutBottom(room.height >= 12 ? 1 : 0)
  let parts = [PlacedPart(part: .health, area: health)]
  if panels.width < 60 { return parts + stack(panels) }
  if panels.height < 16 { return parts + pair(panels) }
  return parts + arranged(state.arrangement, panels)
}

/// One above the other, for narrow screens.
private func stack(_ room: Rect) -> [PlacedPart] {
  let isTall = room.height >= 32
  let (loss, rest) = room.cutTop(isTall ? room.height / 3 : room.height - min(max(room.height * 2 / 5, 3), 12))
  let (knobs, below) = rest.cutTop(isTall ? 8 : rest.height)
  let (similarity, views) = below.cutTop(below.height / 2)
  return [(Panel.loss, loss), (.knobs, knobs), (.similarity, similarity), (.views, views)].map {
    PlacedPart(part: .panel($0.0), area: $0.1)
  }
}

/// Side by side, for low screens.
private func pair(_ room: Rect) -> [PlacedPart] {
  let (loss, knobs) = room.cutLeft(room.width - rightWidth(room.width))
  return [PlacedPart(part: .panel(.loss), area: loss), PlacedPart(part: .panel(.knobs), area: knobs)]
}

/// In rows, as the person has arranged them.
private func arranged(_ arrangement: Arrangement, _ room: Rect) -> [PlacedPart] {
  let rows = arrangement.rows
  guard rows.count > 1 else { return row(rows[0], arrangement, room) }
  let height = arrangement.top.map { Int(($0 * Double(room.height)).rounded()) } ?? room.height / 2
  let (top, bottom) = room.cutTop(min(max(height, 4), room.height - 4))
  return row(rows[0], arrangement, top) + row(rows[1], arrangement, bottom)
}

private func row(_ panels: [Panel], _ arrangement: Arrangement, _ room: Rect) -> [PlacedPart] {
  guard panels.count > 1 else { return column(panels[0], room) }
  let width =
    arrangement.left.map { Int(($0 * Double(room.width)).rounded()) }
    ?? (panels.count == 2 ? room.width - rightWidth(room.width) : room.width / panels.count)
  let (left, rest) = room.cutLeft(min(max(width, 14), room.width - 14 * (panels.count - 1)))
  // Of three the last two share what the first leaves.
  var areas = [left]
  for index in 1..<panels.count {
    let start = rest.x + rest.width * (index - 1) / (panels.count - 1)
    let end = rest.x + rest.width * index / (panels.count - 1)
    areas.append(Rect(x: start, y: rest.y, width: end - start, height: rest.height))
  }
  return zip(panels, areas).flatMap { column($0, $1) }
}

/// The log stands under the knobs where there is room.
private func column(_ panel: Panel, _ room: Rect) -> [PlacedPart] {
  guard panel == .knobs else { return [PlacedPart(part: .panel(panel), area: room)] }
  let (knobs, log) = room.cutTop(
    room.height >= 24 ? Knob.all.count + 4 : room.height >= 17 ? Knob.all.count + 2 : room.height)
  return [PlacedPart(part: .panel(.knobs), area: knobs), PlacedPart(part: .panel(.log), area: log)]
}

private func rightWidth(_ columns: Int) -> Int { columns >= 80 ? max(36, columns * 2 / 5) : columns * 9 / 20 }
