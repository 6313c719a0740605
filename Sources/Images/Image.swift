/// A picture: interleaved 8-bit RGB, in memory, or on the disk until it is looked at.
public struct Image: Sendable {
  public let width: Int
  public let height: Int
  private let storage: Storage

  private enum Storage: Sendable {
    case memory([UInt8])
    case disk(PictureStore, place: Int)
  }

  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0, "a picture of \(width)×\(height)")
    precondition(pixels.count == width * height * 3, "\(pixels.count) bytes for \(width)×\(height) RGB")
    (self.width, self.height, storage) = (width, height, .memory(pixels))
  }

  /// The picture at `place` in a store.
  init(width: Int, height: Int, in store: PictureStore, at place: Int) {
    precondition(width > 0 && height > 0, "a picture of \(width)×\(height)")
    (self.width, self.height, storage) = (width, height, .disk(store, place: place))
  }

  public var shorterSide: Int { min(width, height) }
  public var longerSide: Int { max(width, height) }

  /// height × width × 3.
  public var pixels: [UInt8] {
    var buffer: [UInt8] = []
    return withPixels(&buffer) { Array(UnsafeBufferPointer(start: $0, count: 3 * width * height)) }
  }

  /// The same bytes, without a copy where they are in memory.
  /// - Parameter buffer: takes those from the disk; a caller that keeps it allocates nothing for the next picture.
  func withPixels<Result>(_ buffer: inout [UInt8], _ body: (UnsafePointer<UInt8>) -> Result) -> Result {
    switch storage {
    case .memory(let pixels): return pixels.withUnsafeBufferPointer { body($0.baseAddress!) }
    case .disk(let store, let place):
      store.read(place, width: width, height: height, into: &buffer)
      return buffer.withUnsafeBufferPointer { body($0.baseAddress!) }
    }
  }

  /// The picture shrunk (averaging, aspect kept) until its shorter side is `limit`; itself when it is no larger.
  public func shrunk(toShorterSide limit: Int) -> Image {
    guard shorterSide > limit else { return self }
    let size = Fit.scaled(width: width, height: height, shorterSide: limit)
    var pixels = Pixels(width: size.width, height: size.height)
    pixels.load(self, x: .whole(width, scaledTo: size.width), y: .whole(height, scaledTo: size.height))
    return pixels.image()
  }
}

extension Image: Equatable {
  public static func == (a: Image, b: Image) -> Bool {
    (a.width, a.height) == (b.width, b.height) && a.pixels == b.pixels
  }
}
