/// A picture in cells, as large as an area allows with its sides in proportion: glyphs, dots, blocks — or pixels that
/// the terminal places over blank cells.
public struct BitmapView {
  /// A box on the picture, its sides as shares of the picture's, with a glyph at its upper left corner.
  public struct Outline: Sendable {
    public var x: Double, y: Double, width: Double, height: Double
    public var style: Style
    public var glyph: Unicode.Scalar

    public init(x: Double, y: Double, width: Double, height: Double, style: Style, glyph: Unicode.Scalar) {
      (self.x, self.y, self.width, self.height) = (x, y, width, height)
      (self.style, self.glyph) = (style, glyph)
    }
  }

  public var bitmap: Bitmap
  public var abilities: Abilities
  public var outlines: [Outline] = []

  public init(_ bitmap: Bitmap, abilities: Abilities) { (self.bitmap, self.abilities) = (bitmap, abilities) }

  /// The cells a picture takes in an area: a cell is half as wide as high.
  public static func fit(width: Int, height: Int, in area: Rect) -> Rect {
    guard width > 0, height > 0, !area.isEmpty else { return Rect(x: area.x, y: area.y, width: 0, height: 0) }
    let shape = 2 * Double(width) / Double(height)
    let columns = max(1, min(area.width, Int((Double(area.height) * shape).rounded())))
    let rows = max(1, min(area.height, Int((Double(columns) / shape).rounded())))
    return Rect(x: area.x, y: area.y, width: columns, height: rows)
  }

  /// What can be drawn: colours are needed for blocks, Unicode for all but ASCII.
  var mode: Abilities.Graphics {
    if !abilities.unicode && !abilities.graphics.isPixels { return .ascii }
    let needsColor = abilities.graphics != .ascii && abilities.graphics != .braille && !abilities.graphics.isPixels
    return needsColor && abilities.colors == .mono ? .braille : abilities.graphics
  }

  /// Draws at the area's upper left. Pixel pictures leave the cells blank and come back to be placed.
  @discardableResult
  public func draw(in area: Rect, of grid: inout Grid) -> PlacedPicture? {
    let cells = Self.fit(width: bitmap.width, height: bitmap.height, in: area)
    guard !cells.isEmpty, bitmap.width > 0 else { return nil }
    let mode = mode
    switch mode {
    case .sixel, .kitty: return placed(cells)
    case .ascii: ASCIIPicture(bitmap: bitmap, colored: abilities.colors > .sixteen).draw(in: cells, of: &grid)
    case .braille: BraillePicture(bitmap: bitmap, colored: abilities.colors > .sixteen).draw(in: cells, of: &grid)
    case .half, .quadrant, .sextant:
      let blocks = BlockSet(mode)
      let raster = bitmap.resampled(width: cells.width * blocks.across, height: cells.height * blocks.down)
      blocks.draw(outlines.reduce(raster) { $0.outlined($1) }, in: cells, of: &grid)
    }
    drawOutlineGlyphs(cells, withSides: mode == .ascii || mode == .braille, &grid)
    return nil
  }

  /// Small pictures are enlarged first, so that outlines are thin.
  private func placed(_ cells: Rect) -> PlacedPicture {
    guard !outlines.isEmpty else {
      return PlacedPicture(area: cells, bitmap: bitmap, sharp: bitmap.width <= 128, graphics: mode)
    }
    let scale = max(1, 256 / max(bitmap.width, bitmap.height))
    let large = bitmap.resampled(width: bitmap.width * scale, height: bitmap.height * scale)
    return PlacedPicture(area: cells, bitmap: outlines.reduce(large) { $0.outlined($1) }, sharp: false, graphics: mode)
  }

  /// A glyph that can be read on a ground of the outline's colour.
  private static func tab(_ style: Style) -> Style {
    guard let color = style.foreground else { return style }
    return Style(color.luminance > 0.45 ? RGB(hex: 0x000000) : RGB(hex: 0xffffff), on: color, .bold)
  }

  private func drawOutlineGlyphs(_ cells: Rect, withSides: Bool, _ grid: inout Grid) {
    if withSides { for box in outlines { Self.drawSides(Self.cells(of: box, in: cells), box.style, &grid) } }
    for box in outlines {
      let corner = Self.cells(of: box, in: cells)
      grid[corner.x, corner.y] = Cell(box.glyph, withSides ? box.style : Self.tab(box.style))
    }
  }

  private static func cells(of box: Outline, in cells: Rect) -> Rect {
    func place(_ share: Double, _ count: Int) -> Int { min(max(0, Int(share * Double(count))), count - 1) }
    let (left, top) = (place(box.x, cells.width), place(box.y, cells.height))
    // The last cell is the one that holds the box's last bit, not the one behind it.
    let right = max(left, place(box.x + box.width - 1e-6, cells.width))
    let bottom = max(top, place(box.y + box.height - 1e-6, cells.height))
    return Rect(x: cells.x + left, y: cells.y + top, width: right - left + 1, height: bottom - top + 1)
  }

  private static func drawSides(_ box: Rect, _ style: Style, _ grid: inout Grid) {
    let (right, bottom) = (box.maxX - 1, box.maxY - 1)
    for x in box.x...right { for y in [box.y, bottom] { grid[x, y] = Cell("─", style) } }
    for y in box.y...bottom { for x in [box.x, right] { grid[x, y] = Cell("│", style) } }
    for (x, y, glyph) in [(box.x, box.y, "┌"), (right, box.y, "┐"), (box.x, bottom, "└"), (right, bottom, "┘")] {
      grid[x, y] = Cell(Unicode.Scalar(glyph)!, style)
    }
  }
}
