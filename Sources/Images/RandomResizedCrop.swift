/// The crop: a random rectangle of random area and aspect, brought to the view's size.
import Basics
import Foundation

public struct RandomResizedCrop: Sendable, Equatable {
  /// Which distribution the rectangles come from.
  public enum Rule: String, CaseIterable, Sendable {
    /// Area uniform, aspect log-uniform in 3/4…4/3, ten tries, then the middle; bilinear.
    case torchvision
    /// The reference code's: height uniform among whole pixels, aspect uniform in 3/4…4/3, never less than a tenth of
    /// the picture, a hundred tries, then the whole picture; bicubic.
    case reference

    var resampling: Resampling { self == .torchvision ? .bilinear : .bicubic }
    fileprivate var tries: Int { self == .torchvision ? 10 : 100 }
  }

  /// Smallest area as a share of the picture.
  public var areaMin: Double
  public var rule: Rule

  public init(areaMin: Double, rule: Rule = .torchvision) { (self.areaMin, self.rule) = (areaMin, rule) }

  private static let aspects = (3.0 / 4.0)...(4.0 / 3.0)

  /// A rectangle inside a picture of the given size.
  public func draw(width: Int, height: Int, using random: inout RandomStream) -> CropBox {
    for _ in 0..<rule.tries {
      if let box = attempt(width: width, height: height, using: &random) { return box }
    }
    switch rule {
    case .torchvision: return Self.middle(width: width, height: height)
    case .reference: return CropBox(x: 0, y: 0, width: width, height: height)
    }
  }

  /// One try; nil when its rectangle does not fit.
  func attempt(width: Int, height: Int, using random: inout RandomStream) -> CropBox? {
    switch rule {
    case .torchvision: byArea(width: width, height: height, using: &random)
    case .reference: byHeight(width: width, height: height, using: &random)
    }
  }
}

// MARK: - torchvision

extension RandomResizedCrop {
  private func byArea(width: Int, height: Int, using random: inout RandomStream) -> CropBox? {
    let share = areaMin + (1 - areaMin) * Double(random.unit())
    let area = share * Double(width * height)
    let aspects = (log(Self.aspects.lowerBound), log(Self.aspects.upperBound))
    let aspect = exp(aspects.0 + (aspects.1 - aspects.0) * Double(random.unit()))
    let w = Int((area * aspect).squareRoot().rounded(.toNearestOrEven))
    let h = Int((area / aspect).squareRoot().rounded(.toNearestOrEven))
    guard w > 0, h > 0, w <= width, h <= height else { return nil }
    let y = random.below(height - h + 1)
    let x = random.below(width - w + 1)
    return CropBox(x: x, y: y, width: w, height: h)
  }

  /// The largest rectangle of allowed aspect, in the middle.
  private static func middle(width: Int, height: Int) -> CropBox {
    let aspect = Double(width) / Double(height)
    var (w, h) = (width, height)
    if aspect < aspects.lowerBound {
      h = Int((Double(width) / aspects.lowerBound).rounded(.toNearestOrEven))
    } else if aspect > aspects.upperBound {
      w = Int((Double(height) * aspects.upperBound).rounded(.toNearestOrEven))
    }
    return CropBox(x: (width - w) / 2, y: (height - h) / 2, width: w, height: h)
  }
}

// MARK: - The reference code

extension RandomResizedCrop {
  /// A crop that covers less of the picture is rejected: `min_object_covered`, the object being the whole picture.
  private static let leastCovered: Float = 0.1

  /// TensorFlow's `sample_distorted_bounding_box`, in its precision: the rectangle's height is drawn, its width follows.
  private func byHeight(width: Int, height: Int, using random: inout RandomStream) -> CropBox? {
    let aspect = random.uniform(Float(Self.aspects.lowerBound), Float(Self.aspects.upperBound))
    let whole = Float(width * height)
    let areas = Float(areaMin) * whole...whole
    func across(_ height: Int) -> Int { Int((Float(height) * aspect).rounded(.toNearestOrEven)) }
    func heightOf(area: Float) -> Int { Int((area / aspect).squareRoot().rounded(.toNearestOrEven)) }

    var most = heightOf(area: areas.upperBound)
    if across(most) > width {
      most = Int((Double(width) + 0.5 - 1e-7) / Double(aspect))
      if across(most) > width { most -= 1 }
    }
    most = min(most, height)
    let least = min(heightOf(area: areas.lowerBound), most)
    var h = least + random.below(most - least + 1)
    // Rounding may have left the range of areas by a row.
    if Float(across(h) * h) < areas.lowerBound { h += 1 }
    if Float(across(h) * h) > areas.upperBound { h -= 1 }
    let w = across(h)
    let area = Float(w * h)
    guard areas.contains(area), w > 0, h > 0, w <= width, h <= height, area / whole >= Self.leastCovered else {
      return nil
    }
    // A crop never touches the right or lower border unless it fills the side: so in TensorFlow.
    let y = h < height ? random.below(height - h) : 0
    let x = w < width ? random.below(width - w) : 0
    return CropBox(x: x, y: y, width: w, height: h)
  }
}

extension CropBox {
  /// Fills `pixels` with this part of `image`, brought to size × size.
  func load(
    _ image: Image, size: Int, isFlipped: Bool = false, by resampling: Resampling = .bilinear, into pixels: inout Pixels
  ) {
    pixels.load(
      image, x: .part(from: x, width, scaledTo: size, isMirrored: isFlipped, by: resampling),
      y: .part(from: y, height, scaledTo: size, by: resampling))
  }
}
