/// A frame while it is drawn: the state, the grid so far, and the short ways in which panels write on it.
import Canvas
import Telemetry

struct Scene {
  let state: DashboardState
  let theme: Theme
  var grid: Grid
  var pictures: [PlacedPicture] = []

  init(_ state: DashboardState, columns: Int, rows: Int) {
    (self.state, theme) = (state, state.theme)
    grid = Grid(columns: columns, rows: rows)
  }

  var snapshot: Snapshot { state.snapshot }
  var unicode: Bool { state.abilities.unicode }

  func text(_ words: String, _ role: Theme.Role = .text) -> Text { Text(words, theme[role]) }

  /// Parts with a faint dot between them.
  func dotted(_ parts: [Text]) -> Text { Text.joined(parts, by: text(" · ", .faint)) }

  mutating func put(_ words: Text, in area: Rect, _ alignment: Text.Alignment = .left) {
    words.draw(in: area, of: &grid, alignment)
  }

  /// A panel's frame; small screens get only its upper edge.
  mutating func frame(
    _ panel: Panel?, in area: Rect, title: Text, note: Text = Text(), isFocused: Bool? = nil
  ) -> Rect {
    let isFocused = isFocused ?? (panel == state.focus && state.screen == .overview)
    let style = theme[isFocused ? .focus : .border]
    let mark = isFocused ? text("▸ ", .focus) : Text()
    let isClosed = Self.isClosed(area, columns: grid.columns)
    Box(title: mark + title, note: note, style: style, isClosed: isClosed).draw(in: area, of: &grid)
    return Self.inside(of: area, columns: grid.columns)
  }

  private static func isClosed(_ area: Rect, columns: Int) -> Bool { columns >= 60 && area.height >= 4 }

  /// The room inside a panel's frame on a screen of so many columns.
  static func inside(of area: Rect, columns: Int) -> Rect {
    guard !area.isEmpty else { return area }
    let inside = Box.room(in: area, isClosed: isClosed(area, columns: columns))
    return columns >= 100 ? inside.inset(1, 0) : inside
  }

  /// The first of several ways to say something that fits, the last one if none does.
  func longest(_ ways: [Text], in width: Int) -> Text { ways.first { $0.width <= width } ?? ways[ways.count - 1] }

  /// Draws a picture; pixel pictures are kept for the frame.
  @discardableResult
  mutating func picture(_ picture: Picture, in area: Rect, outlines: [BitmapView.Outline] = []) -> Rect {
    let bitmap = Bitmap(width: picture.width, height: picture.height, pixels: picture.pixels)
    var view = BitmapView(bitmap, abilities: state.abilities)
    view.outlines = outlines
    if let placed = view.draw(in: area, of: &grid) { pictures.append(placed) }
    return BitmapView.fit(width: picture.width, height: picture.height, in: area)
  }

  /// The finished frame: the theme's ground everywhere, and only what the terminal can show.
  var frame: Frame {
    var finished = grid.withDefaults(theme[.screen])
    if !unicode { finished = finished.inASCII }
    if state.abilities.colors == .mono { finished = finished.withoutColors }
    return Frame(grid: finished, pictures: pictures)
  }
}
