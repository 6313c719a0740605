/// A picture in memory: interleaved 8-bit RGB.
public struct Image: Sendable, Equatable {
  public let width: Int
  public let height: Int
  /// height × width × 3.
  public let pixels: [UInt8]

  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0, "a picture of \(width)×\(height)")
    precondition(pixels.count == width * height * 3, "\(pixels.count) bytes for \(width)×\(height) RGB")
    (self.width, self.height, self.pixels) = (width, height, pixels)
  }

  public var shorterSide: Int { min(width, height) }
  public var longerSide: Int { max(width, height) }

  /// The picture shrunk (averaging, aspect kept) until its shorter side is `limit`; itself when it is no larger.
  func shrunk(toShorterSide limit: Int) -> Image {
    guard shorterSide > limit else { return self }
    let size = Fit.scaled(width: width, height: height, shorterSide: limit)
    var pixels = Pixels(width: size.width, height: size.height)
    pixels.load(self, x: .whole(width, scaledTo: size.width), y: .whole(height, scaledTo: size.height))
    return pixels.image()
  }
}
