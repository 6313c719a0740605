/// A picture in at most 256 colours: exact when it has no more, else with a palette of its own (median cut).
import Canvas

struct IndexedPicture: Equatable {
  let width: Int
  let height: Int
  let palette: [RGB]
  /// height × width numbers into the palette.
  let indices: [UInt8]

  init(width: Int, height: Int, palette: [RGB], indices: [UInt8]) {
    (self.width, self.height, self.palette, self.indices) = (width, height, palette, indices)
  }

  init(_ bitmap: Bitmap) {
    (width, height) = (bitmap.width, bitmap.height)
    let pixels = stride(from: 0, to: bitmap.pixels.count, by: 3).map { i in
      RGB(bitmap.pixels[i], bitmap.pixels[i + 1], bitmap.pixels[i + 2])
    }
    (palette, indices) = IndexedPicture.exact(pixels) ?? IndexedPicture.approximate(pixels)
  }

  /// The same picture enlarged with sharp edges.
  func enlarged(toWidth: Int, toHeight: Int) -> IndexedPicture {
    IndexedPicture(
      width: toWidth, height: toHeight, palette: palette,
      indices: enlargeSharply(indices, width: width, height: height, toWidth: toWidth, toHeight: toHeight))
  }

  private static func exact(_ pixels: [RGB]) -> (palette: [RGB], indices: [UInt8])? {
    var numbers: [RGB: UInt8] = [:]
    var palette: [RGB] = []
    var indices: [UInt8] = []
    indices.reserveCapacity(pixels.count)
    for pixel in pixels {
      if numbers[pixel] == nil {
        guard palette.count < 256 else { return nil }
        numbers[pixel] = UInt8(palette.count)
        palette.append(pixel)
      }
      indices.append(numbers[pixel]!)
    }
    return (palette, indices)
  }

  private static func approximate(_ pixels: [RGB]) -> (palette: [RGB], indices: [UInt8]) {
    let step = max(1, pixels.count / 4096) | 1  // odd, so that it does not fall in with the width
    let palette = medianCut(stride(from: 0, to: pixels.count, by: step).map { pixels[$0] }, colors: 256)
    var nearest = [Int16](repeating: -1, count: 1 << 18)  // by the upper six bits of each channel
    let indices = pixels.map { pixel in
      let key = Int(pixel.red >> 2) << 12 | Int(pixel.green >> 2) << 6 | Int(pixel.blue >> 2)
      if nearest[key] < 0 { nearest[key] = Int16(nearestIndex(to: pixel, in: palette)) }
      return UInt8(nearest[key])
    }
    return (palette, indices)
  }

  private static func nearestIndex(to color: RGB, in palette: [RGB]) -> Int {
    var best = (index: 0, distance: Int.max)
    for (index, entry) in palette.enumerated() {
      let r = Int(color.red) - Int(entry.red)
      let g = Int(color.green) - Int(entry.green)
      let b = Int(color.blue) - Int(entry.blue)
      let distance = 2 * r * r + 4 * g * g + b * b  // the eye's sensitivity, roughly
      if distance < best.distance { best = (index, distance) }
    }
    return best.index
  }
}
