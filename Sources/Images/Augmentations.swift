/// The augmentations of one number or none: flip, grey, blur.
import Basics
import Foundation

public struct HorizontalFlip: Sendable, Equatable {
  public var probability: Double

  public init(probability: Double) { self.probability = probability }

  public func draw(using random: inout RandomStream) -> DrawnOperation? {
    random.chance(Float(probability)) ? .flip : nil
  }
}

/// All colour lost: 0.299 R + 0.587 G + 0.114 B on all channels.
public struct Grayscale: Sendable, Equatable {
  public var probability: Double

  public init(probability: Double) { self.probability = probability }

  public func draw(using random: inout RandomStream) -> DrawnOperation? {
    random.chance(Float(probability)) ? .grayscale : nil
  }
}

/// Sigma uniform in 0.1…2 pixels, kernel a tenth of the picture's side (paper, appendix A), borders reflected.
public struct GaussianBlur: Sendable, Equatable {
  public var probability: Double
  /// Side of the view in pixels.
  public var size: Int

  public init(probability: Double, size: Int) { (self.probability, self.size) = (probability, size) }

  /// Always odd: 3 at 32 pixels, 9 at 96, 23 at 224.
  public var taps: Int { 2 * (size / 10 / 2) + 1 }

  /// Draws the same numbers whether or not it applies.
  public func draw(using random: inout RandomStream) -> DrawnOperation? {
    let applies = random.chance(Float(probability))
    let sigma = random.uniform(0.1, 2)
    return applies ? .blur(sigma: sigma, taps: taps) : nil
  }

  /// exp(−x²/2σ²), normalised to sum 1.
  static func kernel(sigma: Float, taps: Int) -> [Float] {
    let weights = (0..<taps).map { tap in
      let x = Double(tap - taps / 2) / Double(sigma)
      return exp(-0.5 * x * x)
    }
    let sum = weights.reduce(0, +)
    return weights.map { Float($0 / sum) }
  }
}
