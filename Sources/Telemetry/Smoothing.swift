/// Moving averages of a curve. There is a fixed ladder of them, so that a curve can take all of them up as it grows and
/// any can be drawn at once.

/// How much of the past a moving average keeps.
public struct Smoothing: Sendable, Hashable {
  /// Weights of the past, from none up; each about three times as long as the one before.
  public static let ladder = [0, 0.7, 0.9, 0.97, 0.99, 0.997, 0.999, 0.9999]
  /// The raw values.
  public static let none = Smoothing(rung: 0)
  /// 0.9, a memory of ten samples.
  public static let standard = Smoothing(rung: 2)

  let rung: Int

  /// Weight of the past in the average, 0 (none) …< 1.
  public var decay: Double { Self.ladder[rung] }

  /// So many rungs further up, as far as there are any.
  public func turned(_ rungs: Int) -> Smoothing {
    Smoothing(rung: min(max(rung + rungs, 0), Self.ladder.count - 1))
  }
}

/// One moving average while it runs over samples, debiased as in Adam (Kingma and Ba 2015): divided by the sum of its
/// weights, so that the start at zero does not count.
struct MovingAverage {
  private let decay: Double
  private var sum: Double
  private var weight: Double

  /// - Parameter start: the averages to go on from.
  init(_ smoothing: Smoothing, from start: MovingAverages) {
    decay = smoothing.decay
    (sum, weight) = (start.sum[smoothing.rung], start.weight[smoothing.rung])
  }

  /// What is no number is left out.
  mutating func take(_ value: Double) {
    guard value.isFinite else { return }
    sum = decay * sum + (1 - decay) * value
    weight = decay * weight + (1 - decay)
  }

  /// NaN before the first finite value.
  var value: Double { sum / weight }
}

/// The averages of all rungs after a sample, before they are divided by their weights.
struct MovingAverages: Sendable {
  private static let decays = SIMD8(Smoothing.ladder)
  private static let news = 1 - decays
  private(set) var sum = SIMD8<Double>.zero
  private(set) var weight = SIMD8<Double>.zero

  /// What is no number is left out.
  mutating func take(_ value: Double) {
    guard value.isFinite else { return }
    sum = Self.decays * sum + Self.news * value
    weight = Self.decays * weight + Self.news
  }

  var values: SIMD8<Double> { sum / weight }
}

/// The smallest values of all rungs so far, and their steps.
struct LowestAverages: Sendable {
  private(set) var values = SIMD8<Double>(repeating: .infinity)
  private(set) var steps = SIMD8<Int64>.zero

  /// All of them had been found by a step.
  func isReached(by step: Int) -> Bool { steps.max() <= Int64(step) }

  mutating func take(_ averages: SIMD8<Double>, step: Int) {
    let isLower = averages .< values
    values.replace(with: averages, where: isLower)
    steps.replace(with: SIMD8(repeating: Int64(step)), where: isLower)
  }
}
