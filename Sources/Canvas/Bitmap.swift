/// A picture to be drawn: interleaved 8-bit RGB.
public struct Bitmap: Sendable, Equatable {
  public let width: Int
  public let height: Int
  /// height × width × 3.
  public let pixels: [UInt8]

  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(pixels.count == width * height * 3, "\(pixels.count) bytes for \(width)×\(height) RGB")
    (self.width, self.height, self.pixels) = (width, height, pixels)
  }

  public subscript(x: Int, y: Int) -> RGB {
    let i = (y * width + x) * 3
    return RGB(pixels[i], pixels[i + 1], pixels[i + 2])
  }
}
