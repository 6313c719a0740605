/// Pictures without blocks: ASCII by brightness, and braille dots by ordered dithering; coloured where there are colours.
struct ASCIIPicture {
  let bitmap: Bitmap
  let colored: Bool

  func draw(in area: Rect, of grid: inout Grid) {
    let raster = bitmap.resampled(width: area.width, height: area.height)
    let ramp = Heatmap.asciiShades
    for y in 0..<area.height {
      for x in 0..<area.width {
        let color = raster[x, y]
        let glyph = ramp[ColorMap.level(color.luminance, of: ramp.count)]
        grid[area.x + x, area.y + y] = Cell(glyph, Style(colored ? color : nil))
      }
    }
  }
}

struct BraillePicture {
  let bitmap: Bitmap
  let colored: Bool

  /// Bayer's 4 × 4 matrix: the thresholds of a dot at (x & 3, y & 3), in sixteenths.
  private static let thresholds: [Double] = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5]

  func draw(in area: Rect, of grid: inout Grid) {
    let fine = bitmap.resampled(width: area.width * 2, height: area.height * 4)
    let coarse = bitmap.resampled(width: area.width, height: area.height)
    var raster = DotRaster(area: area, isBraille: true)
    for y in 0..<fine.height {
      for x in 0..<fine.width {
        let threshold = (Self.thresholds[(y & 3) * 4 + (x & 3)] + 0.5) / 16
        if fine[x, y].luminance > threshold { raster.set(x, y) }
      }
    }
    grid.fill(area, with: Cell())
    raster.draw(on: &grid, Style(), mark: "*")
    guard colored else { return }
    for y in 0..<area.height {
      for x in 0..<area.width { grid[area.x + x, area.y + y].style.foreground = coarse[x, y] }
    }
  }
}
