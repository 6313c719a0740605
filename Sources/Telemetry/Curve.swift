/// A series over steps with a min/max pyramid above it: drawn at any zoom, no spike is lost, and every moving average is
/// that of all raw values.
public struct Curve: Sendable {
  /// What one or more neighbouring samples come to.
  public struct Point: Sendable, Equatable {
    public var firstStep: Int
    public var lastStep: Int
    /// Over the finite samples; minimum > maximum when there is none.
    public var minimum: Double
    public var maximum: Double
    /// The debiased exponential moving average after the last sample; NaN before the first finite one.
    public var smooth: Double
    /// Some sample was NaN or infinite.
    public var hasNonFinite: Bool

    public var hasFinite: Bool { minimum <= maximum }

    init(_ first: Sample, _ last: Sample, _ extent: Extent, smooth: Double) {
      (firstStep, lastStep, self.smooth) = (first.step, last.step, smooth)
      (minimum, maximum, hasNonFinite) = (extent.minimum, extent.maximum, extent.hasNonFinite)
    }
  }

  struct Sample: Sendable {
    let step: Int
    let value: Double
  }

  /// The reach of neighbouring samples.
  struct Extent: Sendable {
    var minimum = Double.infinity
    var maximum = -Double.infinity
    var hasNonFinite = false

    mutating func take(_ value: Double) {
      guard value.isFinite else { return hasNonFinite = true }
      (minimum, maximum) = (min(minimum, value), max(maximum, value))
    }

    mutating func take(_ other: Extent) {
      (minimum, maximum) = (min(minimum, other.minimum), max(maximum, other.maximum))
      hasNonFinite = hasNonFinite || other.hasNonFinite
    }
  }

  static let fanOutBits = 4
  static let fanOut = 1 << fanOutBits
  /// Samples between kept averages.
  static let stride = 64

  private(set) var samples = ChunkedArray<Sample>()
  /// Of level k each element is the extent of `fanOut`ᵏ⁺¹ samples; what is not full yet has none.
  private(set) var levels: [ChunkedArray<Extent>] = []
  /// The averages before sample 0, `stride`, 2 · `stride` …
  private(set) var averages = ChunkedArray<MovingAverages>(chunk: 64)
  private var newest = MovingAverages()
  private var lowest = LowestAverages()
  /// Of the negated averages.
  private var highest = LowestAverages()
  let smoothing: Smoothing

  /// - Parameter smoothing: of the average that points have where no other is asked for.
  public init(smoothing: Smoothing = .standard) { self.smoothing = smoothing }

  public var count: Int { samples.count }
  public var first: Point? { count == 0 ? nil : sample(0) }
  public var last: Point? {
    guard let sample = samples.last else { return nil }
    var extent = Extent()
    extent.take(sample.value)
    return Point(sample, sample, extent, smooth: newest.values[smoothing.rung])
  }

  /// Steps must not fall.
  public mutating func append(step: Int, _ value: Double) {
    if count % Self.stride == 0 { averages.append(newest) }
    samples.append(Sample(step: step, value: value))
    if value.isFinite {
      newest.take(value)
      lowest.take(newest.values, step: step)
      highest.take(-newest.values, step: step)
    }
    var (level, index) = (0, count)
    while index % Self.fanOut == 0 {
      index /= Self.fanOut
      if levels.count == level { levels.append(ChunkedArray(chunk: 256)) }
      levels[level].append(extent(ofLast: Self.fanOut, at: level))
      level += 1
    }
  }

  /// - Parameter level: the one that the extent is for; its parts are in the one below.
  private func extent(ofLast parts: Int, at level: Int) -> Extent {
    var extent = Extent()
    if level == 0 {
      for index in count - parts..<count { extent.take(samples[index].value) }
    } else {
      let below = levels[level - 1]
      for index in below.count - parts..<below.count { extent.take(below[index]) }
    }
    return extent
  }

  /// The curve as it was after a step.
  public func upTo(step: Int) -> Curve {
    let end = index(after: step)
    guard end < count else { return self }
    var past = Curve(smoothing: smoothing)
    guard end > 0 else { return past }
    past.samples = samples.prefix(end)
    past.levels = levels.enumerated().map { level, extents in extents.prefix(end >> (Self.fanOutBits * (level + 1))) }
    past.levels.removeAll { $0.count == 0 }
    past.averages = averages.prefix((end + Self.stride - 1) / Self.stride)
    past.newest = past.averages.last!
    for index in (past.averages.count - 1) * Self.stride..<end { past.newest.take(samples[index].value) }
    (past.lowest, past.highest) = extremes(of: end)
    return past
  }

  /// The lowest and the highest averages of the first samples: those of all, where these lie among them.
  private func extremes(of end: Int) -> (LowestAverages, LowestAverages) {
    let last = samples[end - 1].step
    if lowest.isReached(by: last), highest.isReached(by: last) { return (lowest, highest) }
    var (average, low, high) = (MovingAverages(), LowestAverages(), LowestAverages())
    for index in 0..<end where samples[index].value.isFinite {
      average.take(samples[index].value)
      low.take(average.values, step: samples[index].step)
      high.take(-average.values, step: samples[index].step)
    }
    return (low, high)
  }

  /// Where a moving average has been lowest so far; of equals the first. nil before the first finite sample.
  public func lowest(_ smoothing: Smoothing) -> (step: Int, value: Double)? {
    let value = lowest.values[smoothing.rung]
    return value < .infinity ? (Int(lowest.steps[smoothing.rung]), value) : nil
  }

  /// Where it has been highest.
  public func highest(_ smoothing: Smoothing) -> (step: Int, value: Double)? {
    let value = highest.values[smoothing.rung]
    return value < .infinity ? (Int(highest.steps[smoothing.rung]), -value) : nil
  }
}
