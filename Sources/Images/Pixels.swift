/// The float picture that augmentations work on, and the only door to the loops in C.
import CKernels

/// Three planes (red, green, blue) of height × width floats, 0…1, with the scratch space operations need, so that a
/// worker that keeps one `Pixels` allocates nothing for a view.
public struct Pixels: Sendable {
  public private(set) var width: Int
  public private(set) var height: Int
  /// [3][height][width].
  public private(set) var values: [Float]
  private var scratch: [Float] = []

  /// All black.
  public init(width: Int, height: Int) {
    (self.width, self.height) = (width, height)
    values = [Float](repeating: 0, count: 3 * width * height)
  }

  public init(width: Int, height: Int, values: [Float]) {
    precondition(values.count == 3 * width * height, "\(values.count) values for 3×\(height)×\(width)")
    (self.width, self.height, self.values) = (width, height, values)
  }

  public init(_ image: Image) {
    self.init(width: image.width, height: image.height)
    load(image, x: .whole(image.width), y: .whole(image.height))
  }

  private var pixels: Int64 { Int64(width * height) }

  /// Rounds to 8 bit.
  public func image() -> Image {
    let bytes = [UInt8](unsafeUninitializedCapacity: values.count) { buffer, count in
      round(into: buffer)
      count = values.count
    }
    return Image(width: width, height: height, pixels: bytes)
  }

  /// Rounds to 8 bit, interleaved; `bytes` holds height × width × 3.
  func round(into bytes: UnsafeMutableBufferPointer<UInt8>) {
    precondition(bytes.count == values.count, "\(bytes.count) bytes for \(values.count) values")
    ck_image_round(values, pixels, bytes.baseAddress!)
  }

  /// Fills this picture with a resampled part of `image`; takes on the size that the axes ask for.
  mutating func load(_ image: Image, x: ck_axis, y: ck_axis) {
    x.check(within: image.width)
    y.check(within: image.height)
    (width, height) = (Int(x.count), Int(y.count))
    if values.count != 3 * width * height { values = [Float](repeating: 0, count: 3 * width * height) }
    reserve(ck_image_resample_scratch(x, y))
    ck_image_resample(image.pixels, Int64(image.width), x, y, &values, &scratch)
  }

  mutating func flip() { ck_image_flip(&values, Int64(width), Int64(height)) }
  mutating func brightness(_ factor: Float) { ck_image_brightness(&values, pixels, factor) }
  mutating func contrast(_ factor: Float) { ck_image_contrast(&values, pixels, factor) }
  mutating func saturation(_ factor: Float) { ck_image_saturation(&values, pixels, factor) }
  /// Whole turns change nothing.
  mutating func hue(_ turns: Float) { ck_image_hue(&values, pixels, turns - turns.rounded()) }
  mutating func grayscale() { ck_image_grayscale(&values, pixels) }

  /// Convolves rows and columns with `taps`, an odd number of them, no wider than the picture.
  mutating func blur(taps: [Float]) {
    let radius = taps.count / 2
    precondition(taps.count % 2 == 1, "\(taps.count) taps have no centre")
    precondition(radius < min(width, height), "\(taps.count) taps on \(width)×\(height) pixels")
    reserve(ck_image_blur_scratch(Int64(width), Int64(height), Int64(radius)))
    ck_image_blur(&values, Int64(width), Int64(height), taps, Int64(radius), &scratch)
  }

  private mutating func reserve(_ floats: Int64) {
    if scratch.count < floats { scratch = [Float](repeating: 0, count: Int(floats)) }
  }
}

extension ck_axis {
  /// The first `length` samples, brought to `scaled` of them.
  static func whole(_ length: Int, scaledTo scaled: Int? = nil) -> ck_axis {
    part(from: 0, length, scaledTo: scaled ?? length)
  }

  /// `length` samples from `origin` on, brought to `scaled` of them.
  static func part(from origin: Int, _ length: Int, scaledTo scaled: Int) -> ck_axis {
    ck_axis(origin: Int64(origin), source: Int64(length), scaled: Int64(scaled), first: 0, count: Int64(scaled))
  }

  /// C reads without looking; so look here.
  fileprivate func check(within length: Int) {
    precondition(
      origin >= 0 && source > 0 && Int(origin + source) <= length && first >= 0 && count > 0 && first + count <= scaled,
      "\(source) samples from \(origin) of \(length), scaled to \(scaled), \(count) from \(first) wanted")
  }
}
