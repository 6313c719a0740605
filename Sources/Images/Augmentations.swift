/// The augmentations of one number or none: flip, grey, blur.
import Basics
import Foundation

public struct HorizontalFlip: Sendable, Equatable {
  public var probability: Double

  public init(probability: Double) { self.probability = probability }

  public func draw(using random: inout RandomStream) -> Bool { random.chance(Float(probability)) }
}

/// All colour lost: 0.299 R + 0.587 G + 0.114 B on all channels; the reference weighs red by 0.2989, as TensorFlow does.
public struct Grayscale: Sendable, Equatable {
  public var probability: Double
  public var rule: ColorJitter.Rule

  public init(probability: Double, rule: ColorJitter.Rule = .torchvision) {
    (self.probability, self.rule) = (probability, rule)
  }

  public func draw(using random: inout RandomStream) -> DrawnOperation? {
    random.chance(Float(probability)) ? .grayscale(rule) : nil
  }

  static func weightOfRed(_ rule: ColorJitter.Rule) -> Float { rule == .torchvision ? 0.299 : 0.2989 }
}

/// Sigma uniform in 0.1…2 pixels, kernel a tenth of the picture's side (paper, appendix A). Borders are reflected; the
/// reference has black around the picture, which darkens them. Sigma is drawn for each view, as the paper reads, where
/// the reference code draws one for a whole batch.
public struct GaussianBlur: Sendable, Equatable {
  public var probability: Double
  /// Side of the view in pixels.
  public var size: Int
  public var rule: ColorJitter.Rule

  public init(probability: Double, size: Int, rule: ColorJitter.Rule = .torchvision) {
    (self.probability, self.size, self.rule) = (probability, size, rule)
  }

  /// Always odd: 3 at 32 pixels, 9 at 96, 23 at 224.
  public var taps: Int { 2 * (size / 10 / 2) + 1 }

  /// Draws the same numbers whether or not it applies.
  public func draw(using random: inout RandomStream) -> DrawnOperation? {
    let applies = random.chance(Float(probability))
    let sigma = random.uniform(0.1, 2)
    return applies ? .blur(sigma: sigma, taps: taps, rule) : nil
  }

  /// exp(−x²/2σ²) from the middle, x = 0, outwards, normalised so that the whole kernel has sum 1. Its tails are left
  /// out where all of them together weigh less than a hundredth of a grey level: half of the taps at 224 pixels.
  static func kernel(sigma: Float, taps: Int) -> [Float] {
    let weights = (0...taps / 2).map { exp(-0.5 * pow(Double($0) / Double(sigma), 2)) }
    let whole = 2 * weights.reduce(0, +) - 1
    var (count, tail) = (weights.count, 0.0)
    while count > 1, tail + 2 * weights[count - 1] < whole * 0.01 / 255 {
      count -= 1
      tail += 2 * weights[count]
    }
    return weights.prefix(count).map { Float($0 / (whole - tail)) }
  }
}
