/// Where knobs and their parts stand: for those who draw them, and for the pointer.
import Canvas
import Telemetry

/// The rows of knobs in an area, the chosen one among them.
struct KnobRows {
  let shown: [(knob: Int, area: Rect)]
  /// The first row shown, and how many there are.
  let first: Int
  let count: Int
  /// Rows of the screen that a knob takes.
  let each: Int

  /// In a panel: one column, or two in the preview.
  init(panel inside: Rect, _ state: DashboardState) {
    let columns = state.isPreview && inside.width >= 76 ? 2 : 1
    let rows = (state.knobs.count + columns - 1) / columns
    let first = Self.first(chosen: state.selectedKnob % rows, of: rows, in: inside.height)
    let width = (inside.width - 2 * (columns - 1)) / columns
    shown = state.knobs.indices.map { index in
      let room = Rect(x: inside.x + index / rows * (width + 2), y: inside.y, width: width, height: inside.height)
      return (index, room.row(index % rows - first))
    }.filter { !$0.area.isEmpty }
    (self.first, count, each) = (first, rows, 1)
  }

  /// On the whole screen, with room for help under each.
  init(table inside: Rect, _ state: DashboardState) {
    let count = state.knobs.count
    let each = inside.height >= count * 3 ? 3 : inside.height >= count * 2 ? 2 : 1
    let first = Self.first(chosen: state.selectedKnob, of: count, in: max(1, inside.height / each))
    shown = (0..<count).map { ($0, inside.row(($0 - first) * each)) }.filter { !$0.area.isEmpty }
    (self.first, self.count, self.each) = (first, count, each)
  }

  /// The one knob under a panel that is shown alone, and its help.
  static func strip(_ area: Rect) -> (knob: Rect, help: Rect) {
    let (knob, help) = area.cutLeft(area.width >= 90 ? 60 : area.width)
    return (knob, help)
  }

  private static func first(chosen: Int, of count: Int, in height: Int) -> Int {
    max(0, min(chosen - height / 2, count - height))
  }
}

/// The parts of a knob's row.
struct KnobRow {
  let name: Rect
  let value: Rect
  let track: Rect
  /// What is said of a turn that was asked for.
  let note: Rect

  init(in area: Rect, isAsked: Bool) {
    let (name, rest) = area.cutLeft(min(13, max(4, area.width - 10)) + 1, gap: 1)
    let (value, slider) = rest.cutLeft(min(7, rest.width), gap: 2)
    // The last column stays free for the arrows of a scrolled panel, and the word "asked" has its place.
    let track = slider.cutLeft(min(40, slider.width - (isAsked || slider.width >= 24 ? 7 : 1))).0
    (self.name, self.value, self.track) = (name, value, track)
    note = slider.cutLeft(track.width, gap: track.isEmpty ? 0 : 1).1
  }

  /// The share of the range at a column, 0…1.
  func fraction(at column: Int) -> Double {
    Double(min(max(column - track.x, 0), track.width - 1)) / Double(max(1, track.width - 1))
  }
}
