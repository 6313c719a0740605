/// A raster of dots over cells: 2 × 4 braille dots a cell, or one mark a cell where only ASCII is known.
struct DotRaster {
  let area: Rect
  let isBraille: Bool
  /// Dots a row and rows of dots.
  let width: Int
  let height: Int
  private var masks: [UInt8]

  init(area: Rect, isBraille: Bool) {
    (self.area, self.isBraille) = (area, isBraille)
    (width, height) = isBraille ? (area.width * 2, area.height * 4) : (area.width, area.height)
    masks = Array(repeating: 0, count: area.width * area.height)
  }

  /// Bit of the dot at column `x & 1`, row `y & 3` of a braille cell.
  private static let bits: [UInt8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]

  mutating func set(_ x: Int, _ y: Int) {
    guard x >= 0, x < width, y >= 0, y < height else { return }
    if isBraille {
      masks[y / 4 * area.width + x / 2] |= Self.bits[(y & 3) * 2 + (x & 1)]
    } else {
      masks[y * area.width + x] = 1
    }
  }

  /// With `sparse` every other dot, like a chessboard.
  mutating func fillColumn(_ x: Int, from top: Int, to bottom: Int, sparse: Bool) {
    guard bottom >= 0, top < height else { return }
    for y in max(0, top)...max(0, min(bottom, height - 1)) where !sparse || (x + y) % 2 == 0 { set(x, y) }
  }

  /// A line in which every column of dots is lit and steep parts are joined.
  mutating func line(from a: (x: Int, y: Int), to b: (x: Int, y: Int)) {
    let steps = max(abs(b.x - a.x), abs(b.y - a.y), 1)
    for step in 0...steps {
      let share = Double(step) / Double(steps)
      set(a.x + Int((Double(b.x - a.x) * share).rounded()), a.y + Int((Double(b.y - a.y) * share).rounded()))
    }
  }

  /// Draws the cells with a lit dot; `mark` is the glyph in ASCII.
  func draw(on grid: inout Grid, _ style: Style, mark: Unicode.Scalar) {
    for row in 0..<area.height {
      for column in 0..<area.width {
        let mask = masks[row * area.width + column]
        guard mask != 0 else { continue }
        let glyph = isBraille ? Unicode.Scalar(0x2800 + UInt32(mask))! : mark
        grid[area.x + column, area.y + row] = Cell(glyph, style)
      }
    }
  }
}
