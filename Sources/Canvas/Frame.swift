/// What a terminal can show; decided at the rim, obeyed by every widget.
public struct Abilities: Sendable, Equatable {
  public enum ColorDepth: Int, Sendable, CaseIterable, Comparable {
    case mono, sixteen, palette256, truecolor
    public static func < (a: ColorDepth, b: ColorDepth) -> Bool { a.rawValue < b.rawValue }
  }

  /// How pictures are drawn, from the plainest up. Sixel and kitty place pixels; the others are cells.
  public enum Graphics: String, Sendable, CaseIterable {
    case ascii, braille, half, quadrant, sextant, sixel, kitty
    public var isPixels: Bool { self == .sixel || self == .kitty }
  }

  public var colors: ColorDepth
  public var graphics: Graphics
  /// False: only ASCII glyphs may be used (borders, plots and all).
  public var unicode: Bool
  /// Size of a cell in pixels, for pixel pictures; nil when unknown.
  public var cellPixels: (width: Int, height: Int)? {
    cellWidth > 0 && cellHeight > 0 ? (cellWidth, cellHeight) : nil
  }
  public var cellWidth = 0
  public var cellHeight = 0

  public init(colors: ColorDepth, graphics: Graphics, unicode: Bool, cellWidth: Int = 0, cellHeight: Int = 0) {
    (self.colors, self.graphics, self.unicode) = (colors, graphics, unicode)
    (self.cellWidth, self.cellHeight) = (cellWidth, cellHeight)
  }
}

/// A picture in pixels over cells that the grid leaves blank.
public struct PlacedPicture: Sendable, Equatable {
  /// The cells it covers; never the last row of the screen.
  public var area: Rect
  public var bitmap: Bitmap
  /// Enlarge with sharp pixel edges (heatmaps, small pictures) instead of smoothly.
  public var sharp: Bool
  /// The protocol it is sent by: sixel or kitty.
  public var graphics: Abilities.Graphics

  public init(area: Rect, bitmap: Bitmap, sharp: Bool, graphics: Abilities.Graphics = .sixel) {
    precondition(graphics.isPixels, "\(graphics) places no pixels")
    (self.area, self.bitmap, self.sharp, self.graphics) = (area, bitmap, sharp, graphics)
  }
}

/// One picture of the whole screen.
public struct Frame: Sendable, Equatable {
  public var grid: Grid
  public var pictures: [PlacedPicture]

  public init(grid: Grid, pictures: [PlacedPicture] = []) { (self.grid, self.pictures) = (grid, pictures) }
}
