/// The knobs: name, value, place in the range; the chosen one is marked, what is asked for is said.
import Canvas
import Telemetry

extension Scene {
  mutating func drawKnobs(in area: Rect) {
    let inside = frame(.knobs, in: area, title: text("knobs", .title), note: undoNote)
    let rows = KnobRows(panel: inside, state)
    for row in rows.shown { drawKnob(state.knobs[row.knob], isChosen: row.knob == state.selectedKnob, in: row.area) }
    drawMore(above: rows.first > 0, below: rows.count > rows.first + inside.height, in: inside)
    if inside.height >= rows.count + 2 { put(helpLine, in: inside.row(inside.height - 1)) }
  }

  /// What the chosen knob does and takes.
  private var helpLine: Text {
    let knob = state.chosenKnob
    return text(" \(knob.help) · \(words(for: state.range(of: knob)))", .faint)
  }

  private var undoNote: Text {
    snapshot.undoCount > 0 && !state.isPreview ? text("\(snapshot.undoCount) to undo", .faint) : Text()
  }

  /// Arrows where there are more knobs than rows.
  private mutating func drawMore(above: Bool, below: Bool, in area: Rect) {
    if above { put(text("↑", .faint), in: Rect(x: area.maxX - 1, y: area.y, width: 1, height: 1)) }
    if below, area.height > 0 {
      put(text("↓", .faint), in: Rect(x: area.maxX - 1, y: area.maxY - 1, width: 1, height: 1))
    }
  }

  mutating func drawKnob(_ knob: Knob, isChosen: Bool, in area: Rect) {
    guard !area.isEmpty else { return }
    let selection = theme[.selection]
    if isChosen { grid.fill(area, with: Cell(" ", Style(nil, on: selection.background))) }
    let row = KnobRow(in: area, isAsked: state.asked[knob.key] != nil)
    let name = text((isChosen ? "▸" : " ") + knob.name, isChosen ? .selection : .text)
    put(name, in: row.name)
    let value = row.value
    if isChosen {
      let words = Rect(x: name.width + area.x, y: area.y, width: value.maxX - area.x - name.width, height: 1)
      grid.fill(words, with: Cell(" ", Style(nil, on: selection.background, selection.attributes)))
    }
    put(valueText(knob, isChosen), in: value, .right)
    drawSlider(knob, isChosen, in: row)
  }

  private func valueText(_ knob: Knob, _ isChosen: Bool) -> Text {
    let ground = isChosen ? theme[.selection].background : nil
    if isChosen, let typed = state.typed {
      let shown = text(String(typed.suffix(7)) + "▏", .asked)
      return ground.map { shown.on($0) } ?? shown
    }
    let role: Theme.Role = state.asked[knob.key] != nil ? .asked : isChosen ? .selection : .title
    let value = text(words(for: state.shownValue(of: knob), of: knob), role)
    return ground.map { value.on($0) } ?? value
  }

  private mutating func drawSlider(_ knob: Knob, _ isChosen: Bool, in row: KnobRow) {
    let track = row.track
    let fraction = knob.fraction(of: state.shownValue(of: knob), in: state.range(of: knob))
    if track.width >= 3 {
      // On the ground of the chosen row the theme's other colours might not be seen.
      let chosen = Style(theme[.selection].foreground, on: theme[.selection].background)
      Slider(
        fraction: fraction, knob: isChosen ? chosen : theme[.slider], track: isChosen ? chosen : theme[.border]
      ).draw(in: track, of: &grid)
    }
    let ground = isChosen ? theme[.selection].background : nil
    let room = row.note
    let now = words(for: state.value(of: knob), of: knob)
    guard state.asked[knob.key] != nil else { return }
    let note = text(room.width >= 16 ? "asked, now \(now)" : "asked", .asked)
    put(ground.map { note.on($0) } ?? note, in: room)
  }

  /// One knob in one row, under panels shown alone.
  mutating func drawKnobStrip(in area: Rect) {
    let (knob, help) = KnobRows.strip(area)
    drawKnob(state.chosenKnob, isChosen: true, in: knob)
    put(helpLine, in: help)
  }

  /// All knobs with their ranges and help, on the whole screen.
  mutating func drawKnobTable(in area: Rect) {
    let inside = frame(.knobs, in: area, title: text("knobs", .title), note: undoNote)
    let rows = KnobRows(table: inside, state)
    for row in rows.shown {
      let knob = state.knobs[row.knob]
      drawKnob(knob, isChosen: row.knob == state.selectedKnob, in: row.area)
      guard rows.each > 1 else { continue }
      let range = state.range(of: knob)
      let below = Rect(x: row.area.x, y: row.area.y + 1, width: row.area.width, height: 1)
      guard inside.contains(below) else { continue }
      put(text(" \(knob.help) · \(words(for: range)) · --\(knob.flag)", .faint), in: below)
    }
  }
}
