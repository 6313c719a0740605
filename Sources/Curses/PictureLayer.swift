/// Pictures in pixels over the cells. ncurses knows nothing of them: what must be erased, sent or sent again is told by
/// comparing this frame's pictures with the last one's.
import Canvas

struct PictureLayer {
  /// A picture that fits the screen, with its size in pixels and the protocol it is sent by.
  private struct Placement: Equatable {
    let area: Rect
    let picture: EncodedPicture.Key
    let graphics: Abilities.Graphics
  }

  private struct Shown {
    let placement: Placement
    /// The terminal's own name for it, where it keeps pictures by number.
    let number: UInt8
  }

  private var shown: [Shown] = []
  private var cache = PictureCache()
  private let kitty: KittyGraphics
  private var lastNumber = UInt8.max

  init(throughTmux: Bool = false) { kitty = KittyGraphics(throughTmux: throughTmux) }

  /// The pictures of a frame that can be shown, and their cells: inside the screen, never on its last row (a sixel there
  /// scrolls the screen), and with nothing of the grid over them (a popup hides a picture; pixels have no order).
  static func visible(in frame: Frame) -> [PlacedPicture] {
    frame.pictures.compactMap { picture in
      let area = picture.area
      let rows = min(area.maxY, frame.grid.rows - 1) - area.y
      let inside = area.x >= 0 && area.y >= 0 && area.maxX <= frame.grid.columns && rows > 0 && area.width > 0
      guard inside, picture.bitmap.width > 0, picture.bitmap.height > 0 else { return nil }
      var clipped = picture
      clipped.area = Rect(x: area.x, y: area.y, width: area.width, height: rows)
      return isBlank(clipped.area, of: frame.grid) ? clipped : nil
    }
  }

  /// Blank and all of one style: what a popup covers in part is not.
  private static func isBlank(_ area: Rect, of grid: Grid) -> Bool {
    let cell = grid[area.x, area.y]
    return (cell.glyph.value == 0 || cell.glyph == " ") && area.cells.allSatisfy { grid[$0.x, $0.y] == cell }
  }

  /// What takes every picture away before the screen is cleared: clearing leaves them standing on some terminals.
  mutating func clear(_ screen: Rect) -> [UInt8] {
    defer { shown = [] }
    return shown.isEmpty ? [] : PictureLayer.erase(screen) + deletions
  }

  /// What makes the terminal forget the pictures it keeps; for the end.
  var deletions: [UInt8] { shown.flatMap { deletion(of: $0) } }

  /// What to send before the text (erasing) and after it (drawing). `isDisturbed` tells whether the text may overwrite
  /// part of an area on its way.
  mutating func show(
    _ pictures: [PlacedPicture], cell: (width: Int, height: Int), largest: (width: Int, height: Int),
    isDisturbed: (Rect) -> Bool
  ) -> (before: [UInt8], after: [UInt8]) {
    let wanted = pictures.map { PictureLayer.place($0, cell: cell, largest: largest) }
    let gone = shown.filter { old in !wanted.contains(old.placement) }
    let erased = gone.map(\.placement).filter { old in !wanted.contains { PictureLayer.covers($0, old) } }
    var (kept, drawn): ([Shown], [UInt8]) = ([], [])
    for new in wanted {
      let known = shown.first { $0.placement == new }
      let isDamaged = isDisturbed(new.area) || erased.contains { $0.area.intersects(new.area) }
      if let known {
        kept.append(known)
        if isDamaged { drawn += redrawing(known) }
      } else {
        let next = Shown(placement: new, number: freshNumber(for: new.graphics, kept))
        kept.append(next)
        drawn += drawing(next)
      }
    }
    shown = kept
    return (erased.flatMap { PictureLayer.erase($0.area) }, drawn + gone.flatMap { deletion(of: $0) })
  }

  /// A sixel covers one of its size, a kitty picture what was in its cells.
  private static func covers(_ new: Placement, _ old: Placement) -> Bool {
    new.area == old.area && new.graphics == old.graphics
      && (new.graphics == .kitty || new.picture.sameSize(as: old.picture))
  }

  private static func place(
    _ picture: PlacedPicture, cell: (width: Int, height: Int), largest: (width: Int, height: Int)
  ) -> Placement {
    let isSixel = picture.graphics == .sixel
    let width = picture.area.width * cell.width
    let height = picture.area.height * cell.height
    // a multiple of six: no part of a band reaches into the cell below
    let key = EncodedPicture.Key(
      bitmap: picture.bitmap, width: isSixel ? min(width, largest.width) : width,
      height: isSixel ? max(6, min(height, largest.height) / 6 * 6) : height, sharp: picture.sharp)
    return Placement(area: picture.area, picture: key, graphics: picture.graphics)
  }

  // MARK: by protocol

  /// A number that none of the pictures on the screen has.
  private mutating func freshNumber(for graphics: Abilities.Graphics, _ kept: [Shown]) -> UInt8 {
    guard graphics == .kitty else { return 0 }
    let taken = Set((shown + kept).map(\.number))
    repeat { lastNumber = lastNumber == .max ? 16 : lastNumber + 1 } while taken.contains(lastNumber)
    return lastNumber
  }

  private mutating func drawing(_ new: Shown) -> [UInt8] {
    let (area, picture) = (new.placement.area, new.placement.picture)
    guard new.placement.graphics == .kitty else { return sent(at: area.x, area.y, cache.bytes(for: picture)) }
    return kitty.transmission(of: enlarged(picture), as: new.number) + kitty.placement(of: new.number, over: area)
  }

  /// What text has overwritten: sixels and placeholders are part of the cells, a kitty picture lies over them.
  private mutating func redrawing(_ old: Shown) -> [UInt8] {
    guard old.placement.graphics == .kitty else { return drawing(old) }
    return kitty.throughTmux ? kitty.placeholders(for: old.number, over: old.placement.area) : []
  }

  private func deletion(of old: Shown) -> [UInt8] {
    old.placement.graphics == .kitty ? kitty.deletion(of: old.number) : []
  }

  /// The picture in its own pixels on the screen; the terminal would blur what is to be sharp.
  private func enlarged(_ picture: EncodedPicture.Key) -> Bitmap {
    let small = shrunk(picture.bitmap, atMost: picture.width, picture.height)
    return picture.sharp
      ? enlargeSharply(small, toWidth: picture.width, toHeight: picture.height)
      : enlargeSmoothly(small, toWidth: picture.width, toHeight: picture.height)
  }

  /// Only glyphs erase pictures on every terminal: spaces, written out.
  static func erase(_ area: Rect) -> [UInt8] {
    let blanks = Array("\u{1b}[m".utf8) + [UInt8](repeating: 32, count: area.width)
    return (area.y..<area.maxY).flatMap { sent(at: area.x, $0, blanks) }
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
