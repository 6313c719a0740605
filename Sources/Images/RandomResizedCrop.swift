/// The crop: a random rectangle of random area and aspect, brought to the view's size.
import Basics
import Foundation

public struct RandomResizedCrop: Sendable, Equatable {
  /// Which distribution the rectangles come from.
  public enum Rule: String, CaseIterable, Sendable {
    /// Area uniform, aspect log-uniform in 3/4…4/3, ten tries, then the middle.
    case torchvision
  }

  /// Smallest area as a share of the picture.
  public var areaMin: Double
  public var rule: Rule

  public init(areaMin: Double, rule: Rule = .torchvision) { (self.areaMin, self.rule) = (areaMin, rule) }

  private static let aspects = (3.0 / 4.0)...(4.0 / 3.0)
  private static let tries = 10

  /// A rectangle inside a picture of the given size.
  public func draw(width: Int, height: Int, using random: inout RandomStream) -> CropBox {
    switch rule {
    case .torchvision:
      for _ in 0..<Self.tries {
        if let box = attempt(width: width, height: height, using: &random) { return box }
      }
      return middle(width: width, height: height)
    }
  }

  private func attempt(width: Int, height: Int, using random: inout RandomStream) -> CropBox? {
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
  private func middle(width: Int, height: Int) -> CropBox {
    let aspect = Double(width) / Double(height)
    var (w, h) = (width, height)
    if aspect < Self.aspects.lowerBound {
      h = Int((Double(width) / Self.aspects.lowerBound).rounded(.toNearestOrEven))
    } else if aspect > Self.aspects.upperBound {
      w = Int((Double(height) * Self.aspects.upperBound).rounded(.toNearestOrEven))
    }
    return CropBox(x: (width - w) / 2, y: (height - h) / 2, width: w, height: h)
  }
}

extension CropBox {
  /// Fills `pixels` with this part of `image`, brought to size × size.
  func load(_ image: Image, size: Int, isFlipped: Bool = false, into pixels: inout Pixels) {
    pixels.load(
      image, x: .part(from: x, width, scaledTo: size, isMirrored: isFlipped),
      y: .part(from: y, height, scaledTo: size))
  }
}
