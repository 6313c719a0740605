/// What is read from a curve: points to draw, single samples, and the way from values back to steps.
extension Curve {
  /// A point for every interval from an edge up to the next that has samples, with one sample before the first edge and
  /// one from the last on, where there are any: a line that is drawn through them enters and leaves as it should.
  /// - Parameter edges: steps that do not fall.
  public func points(between edges: [Int], _ smoothing: Smoothing? = nil) -> [Point] {
    guard let firstEdge = edges.first else { return [] }
    var reader = AverageReader(self, smoothing ?? self.smoothing)
    var start = index(reaching: firstEdge)
    var points = start > 0 ? [point(start - 1..<start, &reader)] : []
    for edge in edges.dropFirst() {
      let end = index(reaching: edge, from: start)
      if end > start { points.append(point(start..<end, &reader)) }
      start = end
    }
    if start < count { points.append(point(start..<start + 1, &reader)) }
    return points
  }

  /// The samples inside `steps`, in at most `limit` points that together cover every one of them.
  public func points(in steps: ClosedRange<Int>, atMost limit: Int) -> [Point] {
    let range = index(reaching: steps.lowerBound)..<index(after: steps.upperBound)
    let pieces = min(range.count, max(1, limit))
    var reader = AverageReader(self, smoothing)
    var start = range.lowerBound
    return (0..<pieces).compactMap { piece in
      // By steps, not by samples: a point covers the same steps however many samples follow.
      let edge =
        steps.lowerBound + Int(Double(steps.upperBound - steps.lowerBound) * Double(piece + 1) / Double(pieces))
      let isLast = piece == pieces - 1
      let end = pieces == range.count ? start + 1 : isLast ? range.upperBound : index(reaching: edge, from: start)
      defer { start = end }
      return end > start ? point(start..<end, &reader) : nil
    }
  }

  /// The sample nearest to a step.
  public func sample(at step: Int, _ smoothing: Smoothing? = nil) -> Point? {
    guard count > 0 else { return nil }
    let after = min(index(reaching: step), count - 1)
    let before = max(0, after - 1)
    return sample(step - samples[before].step < samples[after].step - step ? before : after, smoothing)
  }

  /// The value of the last sample up to a step; nil before the first.
  public func value(upTo step: Int) -> Double? {
    let end = index(after: step)
    return end > 0 ? samples[end - 1].value : nil
  }

  /// The step of the first sample whose value is not below this one, in a series that does not fall, such as time; nil
  /// when all are below.
  public func step(reaching value: Double) -> Int? {
    let index = samples.firstIndex(in: 0..<count) { $0.value >= value }
    return index < count ? samples[index].step : nil
  }

  func sample(_ index: Int, _ smoothing: Smoothing? = nil) -> Point {
    var reader = AverageReader(self, smoothing ?? self.smoothing)
    return point(index..<index + 1, &reader)
  }

  private func index(reaching step: Int, from start: Int = 0) -> Int {
    samples.firstIndex(in: start..<count) { $0.step >= step }
  }

  func index(after step: Int) -> Int { samples.firstIndex(in: 0..<count) { $0.step > step } }

  private func point(_ range: Range<Int>, _ reader: inout AverageReader) -> Point {
    Point(
      samples[range.lowerBound], samples[range.upperBound - 1], extent(of: range),
      smooth: reader.average(after: range.upperBound - 1))
  }

  /// Climbs the pyramid: at each level the ragged ends, then what is whole one level up.
  private func extent(of range: Range<Int>) -> Extent {
    var extent = Extent()
    var (low, high, level) = (range.lowerBound, range.upperBound, 0)
    func take(_ part: Range<Int>) {
      for index in part {
        if level == 0 { extent.take(samples[index].value) } else { extent.take(levels[level - 1][index]) }
      }
    }
    while low < high {
      let (wholeLow, wholeHigh) = ((low + Self.fanOut - 1) / Self.fanOut, high / Self.fanOut)
      guard wholeLow < wholeHigh else {
        take(low..<high)
        break
      }
      take(low..<wholeLow * Self.fanOut)
      take(wholeHigh * Self.fanOut..<high)
      (low, high, level) = (wholeLow, wholeHigh, level + 1)
    }
    return extent
  }
}

/// Moving averages after ascending samples: goes on from the last one read, or from the nearest kept before.
private struct AverageReader {
  private let curve: Curve
  private let smoothing: Smoothing
  private var average: MovingAverage
  /// The sample that comes next.
  private var next = 0

  init(_ curve: Curve, _ smoothing: Smoothing) {
    (self.curve, self.smoothing) = (curve, smoothing)
    average = MovingAverage(smoothing, from: MovingAverages())
  }

  mutating func average(after index: Int) -> Double {
    // Nothing of the past is kept, so nothing before needs to be read.
    if smoothing == .none, curve.samples[index].value.isFinite { return curve.samples[index].value }
    let kept = index / Curve.stride
    if kept * Curve.stride > next {
      average = MovingAverage(smoothing, from: curve.averages[kept])
      next = kept * Curve.stride
    }
    while next <= index {
      average.take(curve.samples[next].value)
      next += 1
    }
    return average.value
  }
}
