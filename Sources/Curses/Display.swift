/// A frame turned into bytes: pictures that go are erased, ncurses writes the text, pictures that come are drawn.
import Canvas

struct Display: ~Copyable {
  private var screen: CursesScreen
  private var pictures: PictureLayer
  /// What stands on the screen, the cells of pictures marked; nil when that is not known.
  private var shown: Grid?
  private var mustClear = true
  /// The terminal's other screen, which the shell does not use, has been entered.
  private var hasEntered = false

  init(_ screen: consuming CursesScreen, throughTmux: Bool) {
    self.screen = screen
    pictures = PictureLayer(throughTmux: throughTmux)
  }

  var farewell: [UInt8] { screen.farewell }

  /// To be sent before the screen is left: pictures that the terminal would keep.
  var lastBytes: [UInt8] { pictures.deletions }

  /// To be sent where another display follows this one.
  var wayOut: [UInt8] { hasEntered ? lastBytes + farewell : [] }

  /// The next frame is sent whole.
  mutating func forget() {
    mustClear = true
    shown = nil
    screen.forget()
  }

  mutating func resize(columns: Int, rows: Int) {
    screen.resize(columns: columns, rows: rows)
    forget()
  }

  /// The screen is left to the shell for a while.
  mutating func leave() {
    screen.leave()
    hasEntered = false
    forget()
  }

  mutating func bytes(for frame: Frame, on window: WindowSize, _ detection: Detection) -> [UInt8] {
    var grid = frame.grid.fitted(columns: window.columns, rows: window.rows)
    let visible = pictures(of: Frame(grid: grid, pictures: frame.pictures), detection)
    for picture in visible { grid.mark(picture.area, unicode: detection.environment.unicode) }

    let erasing = mustClear ? pictures.clear(grid.bounds) : []
    let before = shown
    let layer = pictures.show(
      visible, cell: detection.cell ?? Detection.usualCell, largest: detection.replies.largestPicture
    ) {
      Display.isDisturbed($0, from: before, to: grid)
    }
    let text = screen.draw(grid)
    let modes = mustClear && detection.environment.understandsModes ? Array(detection.modes.utf8) : []
    shown = grid
    (mustClear, hasEntered) = (false, true)
    return Display.atOnce(erasing + layer.before + text + modes + layer.after, detection)
  }

  private func pictures(of frame: Frame, _ detection: Detection) -> [PlacedPicture] {
    PictureLayer.visible(in: frame).filter { detection.availableGraphics.contains($0.graphics) }
  }

  /// ncurses writes a short run of unchanged cells again when it stands between changed ones.
  private static func isDisturbed(_ area: Rect, from before: Grid?, to after: Grid) -> Bool {
    guard let before, before.bounds == after.bounds else { return true }
    let reach = 16
    return (area.y..<area.maxY).contains { row in
      let changes = { (columns: Range<Int>) in columns.contains { before[$0, row] != after[$0, row] } }
      return changes(area.x..<area.maxX)
        || changes(area.x - reach..<area.x) && changes(area.maxX..<area.maxX + reach)
    }
  }

  /// Large frames appear in one piece on terminals that know how (mode 2026; the others ignore it).
  private static func atOnce(_ bytes: [UInt8], _ detection: Detection) -> [UInt8] {
    guard bytes.count > 8192, detection.environment.understandsQueries else { return bytes }
    return Array("\u{1b}[?2026h".utf8) + bytes + Array("\u{1b}[?2026l".utf8)
  }
}

extension Grid {
  /// The same cells on a screen of this size, cut or filled with blanks.
  func fitted(columns: Int, rows: Int) -> Grid {
    if self.columns == columns, self.rows == rows { return self }
    var grid = Grid(columns: columns, rows: rows)
    for y in 0..<rows {
      for x in 0..<columns { grid[x, y] = self[x, y] }
    }
    return grid
  }

  /// Cells under a picture are blank to the eye but not to ncurses, which would clear blanks to the end of a line.
  fileprivate mutating func mark(_ area: Rect, unicode: Bool) {
    for (x, y) in area.cells {
      if unicode { self[x, y].glyph = "\u{a0}" } else { self[x, y].style.attributes.insert(.bold) }
    }
  }
}
