/// Pictures brought to another size by averaging the area each new pixel covers, and outlines drawn on them.
extension Bitmap {
  public func resampled(width newWidth: Int, height newHeight: Int) -> Bitmap {
    guard newWidth > 0, newHeight > 0, width > 0, height > 0 else { return Bitmap(width: 0, height: 0, pixels: []) }
    if newWidth == width, newHeight == height { return self }
    let across = Self.weights(from: width, to: newWidth)
    let down = Self.weights(from: height, to: newHeight)
    // Rows first: [height, newWidth, 3].
    var narrow = [Float](repeating: 0, count: height * newWidth * 3)
    for y in 0..<height {
      for (x, terms) in across.enumerated() {
        for (source, weight) in terms {
          for c in 0..<3 {
            narrow[(y * newWidth + x) * 3 + c] += weight * Float(pixels[(y * width + source) * 3 + c])
          }
        }
      }
    }
    var result = [UInt8](repeating: 0, count: newWidth * newHeight * 3)
    for (y, terms) in down.enumerated() {
      for i in 0..<newWidth * 3 {
        let sum = terms.reduce(Float(0)) { $0 + $1.1 * narrow[$1.0 * newWidth * 3 + i] }
        result[y * newWidth * 3 + i] = UInt8(min(255, sum.rounded()))
      }
    }
    return Bitmap(width: newWidth, height: newHeight, pixels: result)
  }

  /// For each new pixel the old ones it covers, with weights that add up to 1.
  private static func weights(from old: Int, to new: Int) -> [[(Int, Float)]] {
    let size = Double(old) / Double(new)
    return (0..<new).map { index in
      let (start, end) = (Double(index) * size, Double(index + 1) * size)
      return (Int(start)..<min(old, Int(end.rounded(.up)))).compactMap { pixel in
        let share = min(end, Double(pixel + 1)) - max(start, Double(pixel))
        return share > 1e-9 ? (pixel, Float(share / size)) : nil
      }
    }
  }

  /// A box drawn one pixel thick; its sides are shares of the picture's.
  func outlined(_ box: BitmapView.Outline) -> Bitmap {
    guard let color = box.style.foreground, width > 0, height > 0 else { return self }
    var drawn = pixels
    func put(_ x: Int, _ y: Int) {
      let i = (min(max(y, 0), height - 1) * width + min(max(x, 0), width - 1)) * 3
      (drawn[i], drawn[i + 1], drawn[i + 2]) = (color.red, color.green, color.blue)
    }
    let (left, top) = (Int(box.x * Double(width)), Int(box.y * Double(height)))
    let right = max(left, Int(((box.x + box.width) * Double(width)).rounded()) - 1)
    let bottom = max(top, Int(((box.y + box.height) * Double(height)).rounded()) - 1)
    for x in left...right { [top, bottom].forEach { put(x, $0) } }
    for y in top...bottom { [left, right].forEach { put($0, y) } }
    return Bitmap(width: width, height: height, pixels: drawn)
  }
}
