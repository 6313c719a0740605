/// Pictures in block glyphs: for each cell the two colours and the glyph with the least squared error.
struct BlockSet {
  /// Pixels a cell, and the glyph of each pattern: bit i of the index is pixel i, row by row, in the foreground.
  let across: Int
  let down: Int
  private let glyphs: [Unicode.Scalar]

  init(_ mode: Abilities.Graphics) {
    switch mode {
    case .sextant: (across, down, glyphs) = (2, 3, Self.sextants)
    case .quadrant: (across, down, glyphs) = (2, 2, Array(" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█".unicodeScalars))
    case .ascii, .braille, .half, .sixel, .kitty: (across, down, glyphs) = (1, 2, Array(" ▀▄█".unicodeScalars))
    }
  }

  /// U+1FB00… leaves out the patterns that other blocks have: none, left half, right half, all.
  private static let sextants: [Unicode.Scalar] = (0..<64).map { pattern in
    switch pattern {
    case 0: return " "
    case 21: return "▌"
    case 42: return "▐"
    case 63: return "█"
    default: return Unicode.Scalar(UInt32(0x1fb00 + pattern - 1 - (pattern > 21 ? 1 : 0) - (pattern > 42 ? 1 : 0)))!
    }
  }

  /// Draws a raster of `across` × `down` pixels a cell.
  func draw(_ raster: Bitmap, in area: Rect, of grid: inout Grid) {
    for y in 0..<area.height {
      for x in 0..<area.width {
        grid[area.x + x, area.y + y] = cell(Self.block(raster, x * across, y * down, across, down))
      }
    }
  }

  private static func block(_ raster: Bitmap, _ x: Int, _ y: Int, _ across: Int, _ down: Int) -> [SIMD3<Float>] {
    (0..<across * down).map { i in
      let color = raster[x + i % across, y + i / across]
      return SIMD3(Float(color.red), Float(color.green), Float(color.blue))
    }
  }

  /// Splitting pixels into two groups drawn in their means leaves Σ‖p‖² − Σ‖group sum‖²/size: the split with the
  /// largest subtrahend is best. A pattern and its complement are one split, so half of the patterns do.
  private func cell(_ pixels: [SIMD3<Float>]) -> Cell {
    let total = pixels.reduce(SIMD3<Float>.zero, +)
    let count = pixels.count
    var best = (pattern: 0, score: (total * total).sum() / Float(count), front: SIMD3<Float>.zero)
    for pattern in 1..<1 << (count - 1) {
      var front = SIMD3<Float>.zero
      for i in 0..<count where pattern >> i & 1 == 1 { front += pixels[i] }
      let size = pattern.nonzeroBitCount
      let back = total - front
      let score = (front * front).sum() / Float(size) + (back * back).sum() / Float(count - size)
      if score > best.score + 0.5 { best = (pattern, score, front) }
    }
    guard best.pattern != 0 else { return Cell(" ", Style(nil, on: RGB(total / Float(count)))) }
    let size = best.pattern.nonzeroBitCount
    let ground = RGB((total - best.front) / Float(count - size))
    return Cell(glyphs[best.pattern], Style(RGB(best.front / Float(size)), on: ground))
  }
}

extension RGB {
  /// Rounded from parts 0…255.
  init(_ parts: SIMD3<Float>) {
    let whole = parts.rounded(.toNearestOrAwayFromZero).clamped(lowerBound: .zero, upperBound: SIMD3(repeating: 255))
    self.init(UInt8(whole.x), UInt8(whole.y), UInt8(whole.z))
  }
}
