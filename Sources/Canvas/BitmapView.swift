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
    guard !outlines.isEmpty else { return PlacedPicture(area: cells, bitmap: bitmap, sharp: bitmap.width <= 128) }
    let scale = max(1, 256 / max(bitmap.width, bitmap.height))
    let large = bitmap.resampled(width: bitmap.width * scale, height: bitmap.height * scale)
    return PlacedPicture(area: cells, bitmap: outlines.reduce(large) { $0.outlined($1) }, sharp: false)
  }

  /// A glyph that can be read on a ground of the outline's colour.
  private static func tab(_ style: Style) -> Style {
    guard let color = style.foreground else { return style }
    return Style(color.luminance > 0.45 ? RGB(hex: 0x000000) : RGB(hex: 0xffffff), on: color, .bold)
  }

  private func drawOutlineGlyphs(_ cells: Rect, withSides: Bool, _ grid: inout Grid) {
    for box in outlines {
      let left = cells.x + min(cells.width - 1, Int(box.x * Double(cells.width)))
      let top = cells.y + min(cells.height - 1, Int(box.y * Double(cells.height)))
      let right = cells.x + min(cells.width - 1, Int((box.x + box.width) * Double(cells.width) - 0.01))
      let bottom = cells.y + min(cells.height - 1, Int((box.y + box.height) * Double(cells.height) - 0.01))
      if withSides, right >= left, bottom >= top {
        for x in left...right { for y in [top, bottom] { grid[x, y] = Cell("─", box.style) } }
        for y in top...bottom { for x in [left, right] { grid[x, y] = Cell("│", box.style) } }
        for x in [left, right] { for y in [top, bottom] { grid[x, y] = Cell("+", box.style) } }
      }
      grid[left, top] = Cell(box.glyph, withSides ? box.style : Self.tab(box.style))
    }
  }
}
