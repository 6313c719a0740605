/// Colour jitter: brightness, contrast, saturation and hue by random amounts, in random order.
import Basics

public struct ColorJitter: Sendable, Equatable {
  /// How contrast and saturation are blended.
  public enum Rule: String, CaseIterable, Sendable {
    /// Contrast with the mean of the grey picture, saturation with the grey picture.
    case torchvision
  }
  /// What brightness does.
  public enum Brightness: String, CaseIterable, Sendable {
    case multiplicative
  }

  /// s: brightness, contrast and saturation lie in 1 ± 0.8 s (not below 0), hue in ± 0.2 s turns (at most half a turn).
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
    drawColors(using: &random, into: &operations)
    for i in stride(from: 3, to: 0, by: -1) { operations.swapAt(first + i, first + random.below(i + 1)) }
    if !applies { operations.removeLast(4) }
  }

  private func factor(using random: inout RandomStream) -> Float {
    random.uniform(Float(max(0, 1 - 0.8 * strength)), Float(1 + 0.8 * strength))
  }

  private func drawBrightness(using random: inout RandomStream) -> DrawnOperation {
    switch brightness {
    case .multiplicative: .brightness(factor(using: &random))
    }
  }

  private func drawColors(using random: inout RandomStream, into operations: inout [DrawnOperation]) {
    let turns = Float(min(0.5, 0.2 * strength))
    switch rule {
    case .torchvision:
      operations.append(.contrast(factor(using: &random)))
      operations.append(.saturation(factor(using: &random)))
      operations.append(.hue(random.uniform(-turns, turns)))
    }
  }
}
