/// Pictures brought to the size of their place on the screen.
import Canvas

/// No wider and higher than this: each pixel becomes the mean of those it stands for, so that no line is lost.
func shrunk(_ bitmap: Bitmap, atMost width: Int, _ height: Int) -> Bitmap {
  guard width < bitmap.width || height < bitmap.height else { return bitmap }
  let (width, height) = (min(width, bitmap.width), min(height, bitmap.height))
  var pixels: [UInt8] = []
  pixels.reserveCapacity(width * height * 3)
  for y in 0..<height {
    let rows = y * bitmap.height / height..<(y + 1) * bitmap.height / height
    for x in 0..<width {
      let columns = x * bitmap.width / width..<(x + 1) * bitmap.width / width
      for channel in 0..<3 {
        var sum = 0
        for row in rows {
          for column in columns { sum += Int(bitmap.pixels[(row * bitmap.width + column) * 3 + channel]) }
        }
        let count = rows.count * columns.count
        pixels.append(UInt8((sum + count / 2) / count))
      }
    }
  }
  return Bitmap(width: width, height: height, pixels: pixels)
}

/// Nearest neighbour on a plane of bytes: sharp pixel edges, no new values.
func enlargeSharply(_ plane: [UInt8], width: Int, height: Int, toWidth: Int, toHeight: Int) -> [UInt8] {
  let columns = (0..<toWidth).map { (2 * $0 + 1) * width / (2 * toWidth) }
  return [UInt8](unsafeUninitializedCapacity: toWidth * toHeight) { target, filled in
    for y in 0..<toHeight {
      let source = (2 * y + 1) * height / (2 * toHeight) * width
      for x in 0..<toWidth { target[y * toWidth + x] = plane[source + columns[x]] }
    }
    filled = toWidth * toHeight
  }
}

/// The same for a picture in colour.
func enlargeSharply(_ bitmap: Bitmap, toWidth: Int, toHeight: Int) -> Bitmap {
  let columns = (0..<toWidth).map { (2 * $0 + 1) * bitmap.width / (2 * toWidth) }
  var pixels: [UInt8] = []
  pixels.reserveCapacity(toWidth * toHeight * 3)
  for y in 0..<toHeight {
    let row = (2 * y + 1) * bitmap.height / (2 * toHeight) * bitmap.width
    for x in columns { pixels += bitmap.pixels[3 * (row + x)..<3 * (row + x) + 3] }
  }
  return Bitmap(width: toWidth, height: toHeight, pixels: pixels)
}

/// Bilinear between pixel centres; edges repeat.
func enlargeSmoothly(_ bitmap: Bitmap, toWidth: Int, toHeight: Int) -> Bitmap {
  let columns = Blend.table(from: bitmap.width, to: toWidth)
  let rows = Blend.table(from: bitmap.height, to: toHeight)
  let pixels = [UInt8](unsafeUninitializedCapacity: toWidth * toHeight * 3) { target, filled in
    var i = 0
    for row in rows {
      for column in columns {
        for channel in 0..<3 {
          let at = { (x: Int, y: Int) in Int(bitmap.pixels[(y * bitmap.width + x) * 3 + channel]) }
          let upper = column.mix(at(column.first, row.first), at(column.second, row.first))
          let lower = column.mix(at(column.first, row.second), at(column.second, row.second))
          target[i] = UInt8((row.mix(upper, lower) + 32768) >> 16)
          i += 1
        }
      }
    }
    filled = i
  }
  return Bitmap(width: toWidth, height: toHeight, pixels: pixels)
}

/// Two neighbours and how much the second counts, in 256ths.
private struct Blend {
  let first: Int
  let second: Int
  let weight: Int

  func mix(_ a: Int, _ b: Int) -> Int { a * (256 - weight) + b * weight }

  static func table(from size: Int, to wanted: Int) -> [Blend] {
    (0..<wanted).map { i in
      let position = max(0, ((2 * i + 1) * size * 256 / wanted - 256) / 2)
      let first = min(position / 256, size - 1)
      return Blend(first: first, second: min(first + 1, size - 1), weight: position % 256)
    }
  }
}
