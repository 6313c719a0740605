/// The learning rate as a function of images seen, so that a change of batch size does not bend it.
import Foundation

public struct Schedule: Sendable, Equatable {
  public enum Shape: String, Sendable, CaseIterable { case cosine, constant }

  public let shape: Shape
  /// Images of linear warm-up from 0.
  public let warmupImages: Double
  /// Images of the whole schedule.
  public let totalImages: Double

  public init(_ shape: Shape, warmupImages: Double, totalImages: Double) {
    (self.shape, self.warmupImages, self.totalImages) = (shape, warmupImages, totalImages)
  }

  /// The rate of the step that begins after `images`: peak·t/W in warm-up, then peak/2·(1 + cos π(t−W)/(T−W)).
  public func rate(peak: Double, images: Double) -> Double {
    if images < warmupImages { return peak * images / warmupImages }
    guard shape == .cosine else { return peak }
    let progress = (images - warmupImages) / max(1, totalImages - warmupImages)
    return peak / 2 * (1 + cos(.pi * min(1, progress)))
  }
}
