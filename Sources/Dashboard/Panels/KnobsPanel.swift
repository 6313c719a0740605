/// The knobs: name, value, place in the range; the chosen one is marked, what is asked for is said.
import Canvas
import Telemetry

extension Scene {
  mutating func drawKnobs(in area: Rect) {
    let inside = frame(.knobs, in: area, title: text("knobs", .title), note: undoNote)
    let knobs = state.knobs
    let columns = state.isPreview && inside.width >= 76 ? 2 : 1
    let rows = (knobs.count + columns - 1) / columns
    let first = firstRow(chosen: state.selectedKnob % rows, of: rows, in: inside.height)
    for (index, knob) in knobs.enumerated() {
      let (column, row) = (index / rows, index % rows - first)
      let width = (inside.width - 2 * (columns - 1)) / columns
      let room = Rect(x: inside.x + column * (width + 2), y: inside.y, width: width, height: inside.height)
      drawKnob(knob, isChosen: index == state.selectedKnob, in: room.row(row))
    }
    drawMore(above: first > 0, below: rows > first + inside.height, in: inside)
    if inside.height >= rows + 2 { put(helpLine, in: inside.row(inside.height - 1)) }
  }

  /// What the chosen knob does and takes.
  private var helpLine: Text {
    let knob = state.chosenKnob
    return text(" \(knob.help) · \(words(for: state.range(of: knob)))", .faint)
  }

  private var undoNote: Text {
    snapshot.undoCount > 0 && !state.isPreview ? text("\(snapshot.undoCount) to undo", .faint) : Text()
  }

  /// The first row shown, so that the chosen one is inside.
  private func firstRow(chosen: Int, of count: Int, in height: Int) -> Int {
    max(0, min(chosen - height / 2, count - height))
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
    let nameWidth = min(13, max(4, area.width - 10))
    let name = text((isChosen ? "▸" : " ") + knob.name, isChosen ? .selection : .text)
    put(name, in: area.cutLeft(nameWidth + 1).0)
    let rest = area.cutLeft(nameWidth + 1, gap: 1).1
    let (value, slider) = rest.cutLeft(min(7, rest.width), gap: 2)
    if isChosen {
      let words = Rect(x: name.width + area.x, y: area.y, width: value.maxX - area.x - name.width, height: 1)
      grid.fill(words, with: Cell(" ", Style(nil, on: selection.background, selection.attributes)))
    }
    put(valueText(knob, isChosen), in: value, .right)
    drawSlider(knob, isChosen, in: slider)
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

  private mutating func drawSlider(_ knob: Knob, _ isChosen: Bool, in area: Rect) {
    let isAsked = state.asked[knob.key] != nil
    // The last column stays free for the arrows of a scrolled panel, and the word "asked" has its place.
    let track = area.cutLeft(min(40, area.width - (isAsked || area.width >= 24 ? 7 : 1))).0
    let fraction = knob.fraction(of: state.shownValue(of: knob), in: state.range(of: knob))
    if track.width >= 3 {
      // On the ground of the chosen row the theme's other colours might not be seen.
      let chosen = Style(theme[.selection].foreground, on: theme[.selection].background)
      Slider(
        fraction: fraction, knob: isChosen ? chosen : theme[.slider], track: isChosen ? chosen : theme[.border]
      ).draw(in: track, of: &grid)
    }
    let ground = isChosen ? theme[.selection].background : nil
    let room = area.cutLeft(track.width, gap: track.isEmpty ? 0 : 1).1
    let now = words(for: state.value(of: knob), of: knob)
    guard isAsked else { return }
    let note = text(room.width >= 16 ? "asked, now \(now)" : "asked", .asked)
    put(ground.map { note.on($0) } ?? note, in: room)
  }

  /// One knob in one row, under panels shown alone.
  mutating func drawKnobStrip(in area: Rect) {
    let (knob, help) = area.cutLeft(area.width >= 90 ? 60 : area.width)
    drawKnob(state.chosenKnob, isChosen: true, in: knob)
    put(helpLine, in: help)
  }

  /// All knobs with their ranges and help, on the whole screen.
  mutating func drawKnobTable(in area: Rect) {
    let inside = frame(.knobs, in: area, title: text("knobs", .title), note: undoNote)
    let knobs = state.knobs
    let each = inside.height >= knobs.count * 3 ? 3 : inside.height >= knobs.count * 2 ? 2 : 1
    let first = firstRow(chosen: state.selectedKnob, of: knobs.count, in: max(1, inside.height / each))
    for (index, knob) in knobs.enumerated() {
      let row = (index - first) * each
      guard row >= 0, row < inside.height else { continue }
      drawKnob(knob, isChosen: index == state.selectedKnob, in: inside.row(row))
      guard each > 1 else { continue }
      let range = state.range(of: knob)
      put(text(" \(knob.help) · \(words(for: range)) · --\(knob.flag)", .faint), in: inside.row(row + 1))
    }
  }
}
