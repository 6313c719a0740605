/// A contact sheet: many pairs of views, the two of a picture side by side.
import Canvas
import Telemetry

extension Scene {
  mutating func drawSheet(in area: Rect) {
    let inside = frame(.views, in: area, title: longest(viewsTitles("many pairs"), in: area.width - 4))
    guard let pairs = state.sheet?.pairs, let first = pairs.first?.views.first else {
      return drawWaitingNote(state.pairRequest == nil ? "appear once the pictures are read" : "drawing…", in: inside)
    }
    let size = BitmapView.fit(
      width: first.width, height: first.height,
      in: Rect(x: 0, y: 0, width: inside.width / 2, height: max(1, min(4, inside.height - 1))))
    let (width, height) = (2 * size.width + 3, size.height + 1)
    let (across, down) = (max(1, (inside.width + 2) / width), max(1, inside.height / height))
    for (index, pair) in pairs.prefix(across * down).enumerated() {
      let place = Rect(
        x: inside.x + index % across * width, y: inside.y + index / across * height, width: 2 * size.width,
        height: height)
      let caption = dotted(
        [text("#\(Figures.grouped(pair.index))", .faint)] + (pair.label.map { [text($0)] } ?? []))
      put(caption, in: place.row(0))
      for (number, view) in pair.views.enumerated() {
        let room = Rect(x: place.x + number * size.width, y: place.y + 1, width: size.width, height: size.height)
        picture(view, in: room)
      }
    }
  }
}
