/// A frame with rounded corners, a title on the left and a note on the right of its upper edge.
public struct Box {
  public var title: Text
  public var note: Text
  public var style: Style
  /// False: only the upper edge is drawn, for small screens.
  public var isClosed: Bool

  public init(title: Text, note: Text = Text(), style: Style, isClosed: Bool = true) {
    (self.title, self.note, self.style, self.isClosed) = (title, note, style, isClosed)
  }

  /// Draws the frame; the returned rectangle is the room inside.
  @discardableResult
  public func draw(in area: Rect, of grid: inout Grid) -> Rect {
    guard !area.isEmpty else { return area }
    for x in area.x..<area.maxX { grid[x, area.y] = Cell("─", style) }
    if isClosed { drawSides(area, &grid) }
    drawTexts(area, &grid)
    return Self.room(in: area, isClosed: isClosed)
  }

  /// The room inside a frame.
  public static func room(in area: Rect, isClosed: Bool) -> Rect { isClosed ? area.inset(1, 1) : area.cutTop(1).1 }

  private func drawSides(_ area: Rect, _ grid: inout Grid) {
    let (right, bottom) = (area.maxX - 1, area.maxY - 1)
    for x in area.x..<area.maxX { grid[x, bottom] = Cell("─", style) }
    for y in area.y..<area.maxY {
      grid[area.x, y] = Cell("│", style)
      grid[right, y] = Cell("│", style)
    }
    grid[area.x, area.y] = Cell("╭", style)
    grid[right, area.y] = Cell("╮", style)
    grid[area.x, bottom] = Cell("╰", style)
    grid[right, bottom] = Cell("╯", style)
  }

  /// The note gives way first: it is shown only when the title leaves it room.
  private func drawTexts(_ area: Rect, _ grid: inout Grid) {
    let start = isClosed ? 2 : 0
    let room = area.width - 2 * start
    guard room > 2 else { return }
    let pad = Text(" ")
    let heading = (isClosed ? pad : Text()) + title.truncated(to: room - 2) + pad
    if !title.isEmpty { heading.draw(in: Rect(x: area.x + start, y: area.y, width: room, height: 1), of: &grid) }
    let left = room - (title.isEmpty ? 0 : heading.width) - 1
    guard !note.isEmpty, note.width + 2 <= left else { return }
    let end = Rect(x: area.x + start, y: area.y, width: room, height: 1)
    (pad + note + (isClosed ? pad : Text())).draw(in: end, of: &grid, .right)
  }
}
