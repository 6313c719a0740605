/// Bringing a picture to a square without chance: the shorter side to the size, then the middle (torchvision's
/// `Resize` and `CenterCrop`). Evaluation sees pictures this way.
import CKernels

struct Fit: Sendable {
  let size: Int

  /// Width and height with aspect kept; the longer side is rounded down.
  static func scaled(width: Int, height: Int, shorterSide: Int) -> (width: Int, height: Int) {
    width <= height
      ? (shorterSide, max(1, shorterSide * height / width)) : (max(1, shorterSide * width / height), shorterSide)
  }

  func load(_ image: Image, into pixels: inout Pixels) {
    let scaled = Self.scaled(width: image.width, height: image.height, shorterSide: size)
    pixels.load(image, x: axis(image.width, scaled.width), y: axis(image.height, scaled.height))
  }

  /// The part of the picture that is seen.
  func box(width: Int, height: Int) -> CropBox {
    let scaled = Self.scaled(width: width, height: height, shorterSide: size)
    let (x, y) = (axis(width, scaled.width), axis(height, scaled.height))
    return CropBox(
      x: Int(x.first) * width / scaled.width, y: Int(y.first) * height / scaled.height,
      width: size * width / scaled.width, height: size * height / scaled.height)
  }

  private func axis(_ length: Int, _ scaled: Int) -> ck_axis {
    let margin = (Double(scaled - size) / 2).rounded(.toNearestOrEven)
    return ck_axis(
      origin: 0, source: Int64(length), scaled: Int64(scaled), first: Int64(margin), count: Int64(size), mirrored: 0,
      filter: CK_BILINEAR)
  }
}
