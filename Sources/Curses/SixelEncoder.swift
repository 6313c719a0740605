/// Sixel: bands of six rows; in each band every colour draws its own pixels, run lengths packed.
import Canvas

enum SixelEncoder {
  /// Colour registers a picture may use.
  static let colors = 256

  /// A bitmap as a sixel picture of `width` × `height` pixels; `sharp` keeps its pixels' edges.
  static func encode(_ bitmap: Bitmap, width: Int, height: Int, sharp: Bool) -> [UInt8] {
    let bitmap = shrunk(bitmap, atMost: width, height)
    let picture =
      sharp
      ? IndexedPicture(bitmap).enlarged(toWidth: width, toHeight: height)
      : IndexedPicture(enlargeSmoothly(bitmap, toWidth: width, toHeight: height))
    return encode(picture)
  }

  static func encode(_ picture: IndexedPicture) -> [UInt8] {
    // background 1: pixels that nobody draws stay; aspect 1:1
    var bytes = Array("\u{1b}P0;1;0q\"1;1;\(picture.width);\(picture.height)".utf8)
    bytes.reserveCapacity(picture.indices.count / 2)
    for (number, color) in picture.palette.enumerated() {
      let levels = [color.red, color.green, color.blue].map { (Int($0) * 100 + 127) / 255 }
      bytes += Array("#\(number);2;\(levels[0]);\(levels[1]);\(levels[2])".utf8)
    }
    var band = Band(width: picture.width)
    for top in stride(from: 0, to: picture.height, by: 6) {
      band.collect(picture, top: top)
      band.write(to: &bytes)
      bytes.append(UInt8(ascii: "-"))
    }
    bytes += [27, UInt8(ascii: "\\")]
    return bytes
  }

  /// Six rows: for each colour a byte a column, bit k for row k.
  private struct Band {
    let width: Int
    private var planes: [UInt8]
    private var extents = [(first: Int, last: Int)](repeating: (.max, -1), count: colors)

    init(width: Int) {
      self.width = width
      planes = [UInt8](repeating: 0, count: width * colors)
    }

    mutating func collect(_ picture: IndexedPicture, top: Int) {
      for row in 0..<min(6, picture.height - top) {
        let start = (top + row) * width
        for x in 0..<width {
          let color = Int(picture.indices[start + x])
          planes[color * width + x] |= 1 << UInt8(row)
          if x < extents[color].first { extents[color].first = x }
          if x > extents[color].last { extents[color].last = x }
        }
      }
    }

    /// Writes the colours that occur, `$` (back to the left) between them, and clears them for the next band.
    mutating func write(to bytes: inout [UInt8]) {
      var isFirst = true
      for color in 0..<colors where extents[color].last >= 0 {
        if !isFirst { bytes.append(UInt8(ascii: "$")) }
        isFirst = false
        bytes.append(UInt8(ascii: "#"))
        bytes.append(decimal: color)
        writeRuns(of: color, to: &bytes)
        extents[color] = (.max, -1)
      }
    }

    private mutating func writeRuns(of color: Int, to bytes: inout [UInt8]) {
      let base = color * width
      bytes.append(run: extents[color].first, of: 0)
      var x = extents[color].first
      while x <= extents[color].last {
        let pattern = planes[base + x]
        let start = x
        while x <= extents[color].last, planes[base + x] == pattern {
          planes[base + x] = 0
          x += 1
        }
        bytes.append(run: x - start, of: pattern)
      }
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append(decimal number: Int) {
    if number >= 10 { append(decimal: number / 10) }
    append(UInt8(48 + number % 10))
  }

  /// `!count` saves bytes from four on.
  fileprivate mutating func append(run count: Int, of pattern: UInt8) {
    let byte = 63 + pattern
    if count > 3 {
      append(UInt8(ascii: "!"))
      append(decimal: count)
      append(byte)
    } else {
      for _ in 0..<count { append(byte) }
    }
  }
}
