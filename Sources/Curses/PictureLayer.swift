/// Pictures in pixels over the cells. ncurses knows nothing of them: what must be erased, sent or sent again is told by
/// comparing this frame's pictures with the last one's.
import Canvas

struct PictureLayer {
  /// A picture that fits the screen, with its size in pixels.
  private struct Placement: Equatable {
    let area: Rect
    let picture: EncodedPicture.Key
  }

  private var shown: [Placement] = []
  private var cache = PictureCache()

  /// The pictures of a frame that can be shown, and their cells: inside the screen, never on its last row (a sixel there
  /// scrolls the screen), and with nothing of the grid over them (a popup hides a picture; pixels have no order).
  static func visible(in frame: Frame) -> [PlacedPicture] {
    frame.pictures.compactMap { picture in
      let area = picture.area
      let rows = min(area.maxY, frame.grid.rows - 1) - area.y
      let inside = area.x >= 0 && area.y >= 0 && area.maxX <= frame.grid.columns && rows > 0 && area.width > 0
      guard inside, picture.bitmap.width > 0, picture.bitmap.height > 0 else { return nil }
      let clipped = Rect(x: area.x, y: area.y, width: area.width, height: rows)
      guard isBlank(clipped, of: frame.grid) else { return nil }
      return PlacedPicture(area: clipped, bitmap: picture.bitmap, sharp: picture.sharp)
    }
  }

  /// Blank and all of one style: what a popup covers in part is not.
  private static func isBlank(_ area: Rect, of grid: Grid) -> Bool {
    let cell = grid[area.x, area.y]
    return (cell.glyph.value == 0 || cell.glyph == " ") && area.cells.allSatisfy { grid[$0.x, $0.y] == cell }
  }

  /// The screen is blank: nothing is shown any more.
  mutating func forget() { shown = [] }

  var isEmpty: Bool { shown.isEmpty }

  /// What to send before the text (erasing) and after it (drawing). `isDisturbed` tells whether the text may overwrite
  /// part of an area on its way.
  mutating func show(
    _ pictures: [PlacedPicture], cell: (width: Int, height: Int), largest: (width: Int, height: Int),
    isDisturbed: (Rect) -> Bool
  ) -> (before: [UInt8], after: [UInt8]) {
    let wanted = pictures.map { PictureLayer.place($0, cell: cell, largest: largest) }
    let gone = shown.filter { old in !wanted.contains { $0.area == old.area && $0.picture.sameSize(as: old.picture) } }
    let sent = wanted.filter { new in
      !shown.contains(new) || isDisturbed(new.area) || gone.contains { $0.area.intersects(new.area) }
    }
    shown = wanted
    return (gone.flatMap { PictureLayer.erase($0.area) }, sent.flatMap { draw($0) })
  }

  private static func place(
    _ picture: PlacedPicture, cell: (width: Int, height: Int), largest: (width: Int, height: Int)
  ) -> Placement {
    let width = min(picture.area.width * cell.width, largest.width)
    let height = min(picture.area.height * cell.height, largest.height)
    // a multiple of six: no part of a band reaches into the cell below
    let key = EncodedPicture.Key(
      bitmap: picture.bitmap, width: width, height: max(6, height / 6 * 6), sharp: picture.sharp)
    return Placement(area: picture.area, picture: key)
  }

  private mutating func draw(_ placement: Placement) -> [UInt8] {
    PictureLayer.at(placement.area.x, placement.area.y, cache.bytes(for: placement.picture))
  }

  /// Only glyphs erase pictures on every terminal: spaces, written out.
  static func erase(_ area: Rect) -> [UInt8] {
    let blanks = Array("\u{1b}[m".utf8) + [UInt8](repeating: 32, count: area.width)
    return (area.y..<area.maxY).flatMap { at(area.x, $0, blanks) }
  }

  /// Sent between saving and restoring the cursor and its colours, so that ncurses' picture of them stays true.
  private static func at(_ column: Int, _ row: Int, _ bytes: [UInt8]) -> [UInt8] {
    Array("\u{1b}7\u{1b}[\(row + 1);\(column + 1)H".utf8) + bytes + Array("\u{1b}8".utf8)
  }
}

extension Rect {
  var cells: some Sequence<(x: Int, y: Int)> {
    (y..<maxY).lazy.flatMap { row in (x..<maxX).lazy.map { (x: $0, y: row) } }
  }

  func intersects(_ other: Rect) -> Bool {
    x < other.maxX && other.x < maxX && y < other.maxY && other.y < maxY
  }
}
