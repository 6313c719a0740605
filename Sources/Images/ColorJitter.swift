/// Colour jitter: brightness, contrast, saturation and hue by random amounts, in random order.
import Basics

public struct ColorJitter: Sendable, Equatable {
  /// What contrast and saturation are. Hue is turned in HSV by both.
  public enum Rule: String, CaseIterable, Sendable {
    /// Contrast blends with the mean of the grey picture, saturation with the grey picture.
    case torchvision
    /// The reference code's, of TensorFlow: contrast blends each channel with its own mean, saturation is that of HSV.
    case reference
  }
  /// What brightness does.
  public enum Brightness: String, CaseIterable, Sendable {
    /// A factor in 1 ± 0.8 s, torchvision's and the reference code's default (SimCLRv2).
    case multiplicative
    /// Adds ± 0.8 s, as for the paper (SimCLRv1).
    case additive
  }

  /// s: the factors of brightness, contrast and saturation lie in 1 ± 0.8 s, not below 0, so that from s = 1.25 on only
  /// their upper end grows (the reference code stops with an error there); hue in ± 0.2 s turns, at most half a turn.
  public var strength: Double
  public var probability: Double
  public var rule: Rule
  public var brightness: Brightness

  public init(
    strength: Double, probability: Double, rule: Rule = .torchvision, brightness: Brightness = .multiplicative
  ) {
    (self.strength, self.probability, self.rule, self.brightness) = (strength, probability, rule, brightness)
  }

  /// Appends four operations, or none. Draws the same numbers either way, so that a turned probability moves nothing
  /// else.
  public func draw(using random: inout RandomStream, into operations: inout [DrawnOperation]) {
    let applies = random.chance(Float(probability))
    let first = operations.count
    operations.append(drawBrightness(using: &random))
    operations.append(.contrast(factor(using: &random), rule))
    operations.append(.saturation(factor(using: &random), rule))
    let turns = Float(min(0.5, 0.2 * strength))
    operations.append(.hue(random.uniform(-turns, turns)))
    for i in stride(from: 3, to: 0, by: -1) { operations.swapAt(first + i, first + random.below(i + 1)) }
    if !applies { operations.removeLast(4) }
  }

  private func factor(using random: inout RandomStream) -> Float {
    random.uniform(Float(max(0, 1 - 0.8 * strength)), Float(1 + 0.8 * strength))
  }

  private func drawBrightness(using random: inout RandomStream) -> DrawnOperation {
    switch brightness {
    case .multiplicative: .brightness(factor(using: &random), .multiplicative)
    case .additive: .brightness(random.uniform(Float(-0.8 * strength), Float(0.8 * strength)), .additive)
    }
  }
}
