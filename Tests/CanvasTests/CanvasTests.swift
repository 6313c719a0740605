/// Shared pieces of the canvas tests.
import Canvas

let plain = Style()
let unicode = Abilities(colors: .mono, graphics: .braille, unicode: true)
let ascii = Abilities(colors: .mono, graphics: .ascii, unicode: false)

/// A grid drawn on by a closure.
func drawn(_ columns: Int, _ rows: Int, _ draw: (Rect, inout Grid) -> Void) -> Grid {
  var grid = Grid(columns: columns, rows: rows)
  draw(grid.bounds, &grid)
  return grid
}

/// A picture with a disc on a slanted ground: edges in every direction.
func testBitmap(side: Int) -> Bitmap {
  var pixels: [UInt8] = []
  for y in 0..<side {
    for x in 0..<side {
      let (u, v) = (Double(x) / Double(side) - 0.5, Double(y) / Double(side) - 0.5)
      let isDisc = u * u + v * v < 0.1
      let color = isDisc ? [220.0, 60, 40] : [40 + 200 * (u + 0.5), 90, 80 + 150 * (v + 0.5)]
      pixels += color.map { UInt8($0) }
    }
  }
  return Bitmap(width: side, height: side, pixels: pixels)
}
