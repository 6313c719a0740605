import Canvas
import Testing

/// The colour a terminal shows at a sub-pixel of a block cell, from the meaning of the Unicode names.
private func shown(_ cell: Cell, _ x: Int, _ y: Int, across: Int, down: Int) -> RGB {
  let masks: [Unicode.Scalar: Int] = [
    " ": 0, "▘": 1, "▝": 2, "▀": 3, "▖": 4, "▌": 5, "▞": 6, "▛": 7, "▗": 8, "▚": 9, "▐": 10, "▜": 11, "▄": 12,
    "▙": 13, "▟": 14, "█": 15,
  ]
  let quarter = masks[cell.glyph].map { $0 >> ((y * 2 / down) * 2 + x * 2 / max(across, 2)) & 1 == 1 }
  var isFront = quarter ?? false
  if down == 3 {
    let value = Int(cell.glyph.value)
    switch cell.glyph {
    case " ": isFront = false
    case "▌": isFront = x == 0
    case "▐": isFront = x == 1
    case "█": isFront = true
    default:
      // BLOCK SEXTANT-1 is U+1FB00; the patterns 21 and 42 are left out.
      var pattern = value - 0x1fb00 + 1
      if pattern >= 21 { pattern += 1 }
      if pattern >= 42 { pattern += 1 }
      isFront = pattern >> (y * 2 + x) & 1 == 1
    }
  }
  return (isFront ? cell.style.foreground : cell.style.background)!
}

/// Mean squared error of a picture of 48 × 48 pixels drawn in 16 × 8 cells, against its own pixels.
private func error(_ mode: Abilities.Graphics, across: Int, down: Int) -> Double {
  let (columns, rows, side) = (16, 8, 48)
  let bitmap = testBitmap(side: side)
  var grid = Grid(columns: columns, rows: rows)
  BitmapView(bitmap, abilities: Abilities(colors: .truecolor, graphics: mode, unicode: true))
    .draw(in: grid.bounds, of: &grid)
  var sum = 0.0
  for y in 0..<side {
    for x in 0..<side {
      let (fineX, fineY) = (x * columns * across / side, y * rows * down / side)
      let cell = grid[fineX / across, fineY / down]
      let color = shown(cell, fineX % across, fineY % down, across: across, down: down)
      let pixel = bitmap[x, y]
      let parts = [(color.red, pixel.red), (color.green, pixel.green), (color.blue, pixel.blue)]
      sum += parts.reduce(0) { $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1)) }
    }
  }
  return sum / Double(side * side)
}

@Test func errorFallsFromHalfToQuadrantToSextantBlocks() {
  let half = error(.half, across: 1, down: 2)
  let quadrant = error(.quadrant, across: 2, down: 2)
  let sextant = error(.sextant, across: 2, down: 3)
  #expect(quadrant < half)
  #expect(sextant < quadrant)
}

@Test func resamplingAveragesTheCoveredArea() {
  let pixels: [UInt8] = [0, 0, 0, 100, 100, 100, 200, 200, 200, 100, 100, 100]
  let small = Bitmap(width: 4, height: 1, pixels: pixels).resampled(width: 2, height: 1)
  #expect(small.pixels == [50, 50, 50, 150, 150, 150])
  // Three onto two: each takes one pixel and half of the middle one.
  let odd = Bitmap(width: 3, height: 1, pixels: [0, 0, 0, 90, 90, 90, 240, 240, 240]).resampled(width: 2, height: 1)
  #expect(odd.pixels == [30, 30, 30, 190, 190, 190])
  let flat = Bitmap(width: 3, height: 3, pixels: [UInt8](repeating: 77, count: 27)).resampled(width: 7, height: 5)
  #expect(flat.pixels.allSatisfy { $0 == 77 })
}

@Test func picturesKeepTheirShapeOnCellsTwiceAsHighAsWide() {
  let room = Rect(x: 3, y: 2, width: 40, height: 10)
  #expect(BitmapView.fit(width: 32, height: 32, in: room) == Rect(x: 3, y: 2, width: 20, height: 10))
  #expect(BitmapView.fit(width: 200, height: 50, in: room) == Rect(x: 3, y: 2, width: 40, height: 5))
  #expect(BitmapView.fit(width: 32, height: 32, in: Rect(x: 0, y: 0, width: 1, height: 1)).isEmpty == false)
}

@Test func pixelPicturesLeaveTheirCellsBlank() {
  var grid = Grid(columns: 20, rows: 10)
  let view = BitmapView(testBitmap(side: 8), abilities: Abilities(colors: .truecolor, graphics: .sixel, unicode: true))
  let placed = view.draw(in: grid.bounds, of: &grid)
  #expect(placed?.area == Rect(x: 0, y: 0, width: 20, height: 10))
  #expect(placed?.sharp == true)
  #expect(grid == Grid(columns: 20, rows: 10))
}

@Test func plainPicturesUseGlyphsOnly() {
  let bitmap = Bitmap(width: 4, height: 1, pixels: [0, 85, 170, 255].flatMap { [UInt8](repeating: $0, count: 3) })
  var grid = Grid(columns: 4, rows: 1)
  BitmapView(bitmap, abilities: ascii).draw(in: grid.bounds, of: &grid)
  #expect(grid.description == " -*@")
  var dots = Grid(columns: 2, rows: 1)
  BitmapView(Bitmap(width: 2, height: 2, pixels: [UInt8](repeating: 255, count: 12)), abilities: unicode)
    .draw(in: dots.bounds, of: &dots)
  #expect(dots.description == "⣿⣿")
}

@Test func outlinesCarryTheirDigit() {
  var grid = Grid(columns: 8, rows: 4)
  var view = BitmapView(Bitmap(width: 4, height: 4, pixels: [UInt8](repeating: 0, count: 48)), abilities: ascii)
  view.outlines = [.init(x: 0.25, y: 0.25, width: 0.75, height: 0.75, style: plain, glyph: "1")]
  view.draw(in: grid.bounds, of: &grid)
  #expect(grid.inASCII.description == "\n  1----+\n  |    |\n  +----+")
}
