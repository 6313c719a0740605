/// The palette's list above the footer, over whatever stands there.
import Canvas
import Telemetry

extension Scene {
  mutating func drawPalette() {
    guard let palette = state.palette, grid.rows >= 4 else { return }
    let entries = state.paletteEntries
    let chosen = min(palette.chosen, entries.count - 1)
    let rows = min(max(1, entries.count), 10, grid.rows - 3)
    let width = min(grid.columns, 76)
    let area = Rect(x: 0, y: grid.rows - 1 - rows - 2, width: width, height: rows + 2)
    // Pixel pictures have no place between glyphs: what the list would cover stays away while it is open.
    pictures.removeAll { $0.area.intersects(area) }
    grid.fill(area, with: Cell(" ", theme[.screen]))
    let note = text(entries.isEmpty ? "" : "\(chosen + 1) of \(entries.count)", .faint)
    let inside = Box(title: text("commands", .title), note: note, style: theme[.focus]).draw(in: area, of: &grid)
    guard !entries.isEmpty else { return put(text(" nothing of that name", .faint), in: inside) }
    let first = max(0, min(chosen - rows / 2, entries.count - rows))
    for (y, entry) in entries.dropFirst(first).prefix(rows).enumerated() {
      drawEntry(entry, isChosen: first + y == chosen, in: inside.row(y))
    }
  }

  private mutating func drawEntry(_ entry: PaletteEntry, isChosen: Bool, in area: Rect) {
    let ground = isChosen ? theme[.selection].background : nil
    if isChosen { grid.fill(area, with: Cell(" ", Style(nil, on: ground))) }
    func on(_ words: Text) -> Text { ground.map { words.on($0) } ?? words }
    let name = on(text((isChosen ? "▸" : " ") + entry.name, isChosen ? .selection : .text))
    let (left, right) = area.cutLeft(min(area.width, 22), gap: 1)
    put(name, in: left)
    let keys = on(text(entry.keys, .key))
    let detail = right.cutLeft(right.width - keys.width, gap: 1).0
    put(on(text(entry.detail, .faint)), in: Rect(x: detail.x, y: detail.y, width: detail.width - 1, height: 1))
    put(keys, in: right, .right)
  }
}
