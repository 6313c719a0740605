/// The float picture that augmentations work on, and the only door to the loops in C.
import CKernels

/// Three planes (red, green, blue) of height × width floats, with the scratch space operations need, so that a worker
/// that keeps one `Pixels` allocates nothing for a view. Values lie in 0…1, those of a bicubic crop a little outside
/// until they are operated on or rounded.
public struct Pixels: Sendable {
  public private(set) var width: Int
  public private(set) var height: Int
  /// [3][height][width].
  public private(set) var values: [Float]
  private var scratch: [Float] = []
  private var colors: [ck_color] = []
  /// Some values may lie outside of 0…1.
  private var overshoots = false
  /// Of pictures that are not in memory.
  private var bytes: [UInt8] = []

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
    overshoots = x.filter == CK_BICUBIC || y.filter == CK_BICUBIC
    reserve(ck_image_resample_scratch(x, y))
    image.withPixels(&bytes) { ck_image_resample($0, Int64(image.width), x, y, &values, &scratch) }
  }

  /// Applies operations in their order; colours that follow each other in one call, which keeps them in the cache.
  public mutating func apply(_ operations: [DrawnOperation]) {
    for operation in operations {
      switch operation {
      case .brightness(let factor, .multiplicative): change(CK_BRIGHTNESS, factor)
      case .brightness(let light, .additive): change(CK_OFFSET, light)
      case .contrast(let factor, .torchvision): change(CK_CONTRAST, factor)
      case .contrast(let factor, .reference): change(CK_CHANNEL_CONTRAST, factor)
      case .saturation(let factor, .torchvision): change(CK_SATURATION, factor)
      case .saturation(let factor, .reference): change(CK_HSV_SATURATION, factor)
      case .hue(let turns):
        // Whole turns change nothing.
        change(CK_HUE, turns - turns.rounded())
        clip()
      case .grayscale(let rule): change(CK_GRAYSCALE, Grayscale.weightOfRed(rule))
      case .blur(let sigma, let taps, let rule):
        clip()
        applyColors()
        blur(GaussianBlur.kernel(sigma: sigma, taps: taps), border: rule == .torchvision ? CK_REFLECTED : CK_BLACK)
      }
    }
    applyColors()
  }

  private mutating func change(_ kind: ck_color_kind, _ value: Float) {
    colors.append(ck_color(kind: kind, value: value))
    overshoots = overshoots && kind == CK_HUE
  }

  /// Brings back what a bicubic picture has outside of 0…1, where no operation has done so.
  private mutating func clip() {
    if overshoots { change(CK_BRIGHTNESS, 1) }
  }

  private mutating func applyColors() {
    ck_image_colors(&values, pixels, colors, Int64(colors.count))
    colors.removeAll(keepingCapacity: true)
  }

  /// Convolves rows and columns with a symmetric kernel, given from its middle outwards.
  private mutating func blur(_ taps: [Float], border: ck_border) {
    let radius = Int64(taps.count - 1)
    precondition(radius < min(width, height), "a kernel of radius \(radius) on \(width)×\(height) pixels")
    reserve(ck_image_blur_scratch(Int64(width), radius))
    ck_image_blur(&values, Int64(width), Int64(height), taps, radius, border, &scratch)
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
  static func part(
    from origin: Int, _ length: Int, scaledTo scaled: Int, isMirrored: Bool = false,
    by resampling: Resampling = .bilinear
  ) -> ck_axis {
    ck_axis(
      origin: Int64(origin), source: Int64(length), scaled: Int64(scaled), first: 0, count: Int64(scaled),
      mirrored: isMirrored ? 1 : 0, filter: resampling == .bilinear ? CK_BILINEAR : CK_BICUBIC)
  }

  /// C reads without looking; so look here.
  fileprivate func check(within length: Int) {
    precondition(
      origin >= 0 && source > 0 && Int(origin + source) <= length && first >= 0 && count > 0 && first + count <= scaled,
      "\(source) samples from \(origin) of \(length), scaled to \(scaled), \(count) from \(first) wanted")
  }
}
