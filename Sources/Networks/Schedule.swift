/// The learning rate as a function of images seen, so that a change of batch size does not bend it. A run that is extended
/// has a segment for each length it was given: from there on, the cosine runs anew to the new end.
import Foundation

public struct Schedule: Sendable, Equatable {
  public enum Shape: String, Sendable, CaseIterable { case cosine, constant }

  /// A half cosine from `startShare` of the peak at `startImages` to 0 at `totalImages`.
  public struct Segment: Sendable, Equatable {
    public let startImages: Double
    public let startShare: Double
    public let totalImages: Double

    public init(startImages: Double, startShare: Double, totalImages: Double) {
      self.startImages = startImages
      self.startShare = startShare
      self.totalImages = totalImages
    }
  }

  public let shape: Shape
  /// Images of linear warm-up from 0.
  public let warmupImages: Double
  /// In the order of their starts; never empty. The first starts after the warm-up.
  public let segments: [Segment]

  /// Images of the whole schedule.
  public var totalImages: Double { segments.last!.totalImages }

  public init(_ shape: Shape, warmupImages: Double, totalImages: Double) {
    self.init(
      shape, warmupImages: warmupImages,
      segments: [Segment(startImages: warmupImages, startShare: 1, totalImages: totalImages)])
  }

  public init(_ shape: Shape, warmupImages: Double, segments: [Segment]) {
    precondition(!segments.isEmpty, "a schedule without segments")
    self.shape = shape
    self.warmupImages = warmupImages
    self.segments = segments
  }

  /// The rate of the step that begins after `images`: peak·t/W in warm-up, then s·peak/2·(1 + cos π(t−S)/(T−S)) in the
  /// segment that starts with share s at S; S = W and s = 1 unless the run was extended.
  public func rate(peak: Double, images: Double) -> Double {
    if images < warmupImages { return peak * images / warmupImages }
    guard shape == .cosine else { return peak }
    let segment = segments.last { $0.startImages <= images } ?? segments[0]
    let progress = (images - segment.startImages) / max(1, segment.totalImages - segment.startImages)
    return peak * segment.startShare / 2 * (1 + cos(.pi * min(1, progress)))
  }

  /// The schedule of a run that is extended after `images`: from the present rate to 0 at the new end. Where the present
  /// rate is nearly 0, since the run is (nearly) through, it starts from the rate that a run of the new length has here.
  public func extended(at images: Double, toTotal total: Double) -> Schedule {
    let plain = Schedule(shape, warmupImages: warmupImages, totalImages: total)
    guard shape == .cosine, images > warmupImages else { return plain }
    let present = rate(peak: 1, images: images)
    let share = present >= Self.leastShare ? present : plain.rate(peak: 1, images: images)
    return Schedule(
      shape, warmupImages: warmupImages,
      segments: segments.filter { $0.startImages < images }
        + [Segment(startImages: images, startShare: share, totalImages: total)])
  }

  /// A run with less than this share of its peak rate hardly moves any more.
  private static let leastShare = 0.01
}
