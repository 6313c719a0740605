/// A growing list whose copies are cheap: a copy and its original share all full chunks, so that a snapshot of a
/// million steps costs the trainer one chunk.
public struct ChunkedArray<Element: Sendable>: Sendable {
  private static var chunkSize: Int { 1024 }
  private var chunks: [[Element]] = []
  public private(set) var count = 0

  public init() {}

  public mutating func append(_ element: Element) {
    if count % Self.chunkSize == 0 {
      chunks.append([])
      chunks[chunks.count - 1].reserveCapacity(Self.chunkSize)
    }
    chunks[chunks.count - 1].append(element)
    count += 1
  }

  public subscript(index: Int) -> Element {
    get { chunks[index / Self.chunkSize][index % Self.chunkSize] }
    set { chunks[index / Self.chunkSize][index % Self.chunkSize] = newValue }
  }

  public var last: Element? { count == 0 ? nil : self[count - 1] }

  /// The newest `limit` elements, oldest first.
  public func suffix(_ limit: Int) -> [Element] { (max(0, count - limit)..<count).map { self[$0] } }
}

/// A series over steps as a min/max pyramid: drawn at any zoom, no spike is lost.
public struct Curve: Sendable {
  /// What one or more neighbouring samples come to.
  public struct Point: Sendable, Equatable {
    public var firstStep: Int
    public var lastStep: Int
    /// Over the finite samples; minimum > maximum when there is none.
    public var minimum: Double
    public var maximum: Double
    /// The debiased exponential moving average after the last sample.
    public var smooth: Double
    /// Some sample was NaN or infinite.
    public var hasNonFinite: Bool

    public var hasFinite: Bool { minimum <= maximum }
  }

  private static let fanOut = 4
  private var levels = [ChunkedArray<Point>()]
  private let decay: Double
  private var average = 0.0
  private var weight = 0.0

  /// - Parameter smoothing: weight of the past in the moving average, 0 (none) …< 1.
  public init(smoothing: Double = 0.9) { decay = smoothing }

  public var count: Int { levels[0].count }
  public var last: Point? { levels[0].last }
  public var first: Point? { count == 0 ? nil : levels[0][0] }

  /// Steps must not fall.
  public mutating func append(step: Int, _ value: Double) {
    if value.isFinite {
      average = decay * average + (1 - decay) * value
      weight = decay * weight + (1 - decay)
    }
    let smooth = weight > 0 ? average / weight : value
    levels[0].append(
      Point(
        firstStep: step, lastStep: step, minimum: value.isFinite ? value : .infinity,
        maximum: value.isFinite ? value : -.infinity, smooth: smooth, hasNonFinite: !value.isFinite))
    propagate()
  }

  /// Each level's last point covers `fanOut` points of the level below, or the rest.
  private mutating func propagate() {
    var level = 0
    while levels[level].count > Self.fanOut {
      if levels.count == level + 1 {
        levels.append(ChunkedArray())
        for index in 0..<levels[level].count { absorb(index, of: level) }
      } else {
        absorb(levels[level].count - 1, of: level)
      }
      level += 1
    }
  }

  private mutating func absorb(_ index: Int, of level: Int) {
    let point = levels[level][index]
    let parent = index / Self.fanOut
    guard parent < levels[level + 1].count else { return levels[level + 1].append(point) }
    var sum = levels[level + 1][parent]
    sum.lastStep = point.lastStep
    sum.minimum = min(sum.minimum, point.minimum)
    sum.maximum = max(sum.maximum, point.maximum)
    sum.smooth = point.smooth
    sum.hasNonFinite = sum.hasNonFinite || point.hasNonFinite
    levels[level + 1][parent] = sum
  }

  /// The samples inside `steps`, in at most `limit` + 2 points that together cover every one of them.
  public func points(in steps: ClosedRange<Int>, atMost limit: Int) -> [Point] {
    for level in levels {
      let start = firstIndex(of: level) { $0.lastStep >= steps.lowerBound }
      let end = firstIndex(of: level) { $0.firstStep > steps.upperBound }
      if end - start <= max(1, limit) + 2 { return (start..<max(start, end)).map { level[$0] } }
    }
    return []
  }

  /// The sample nearest to a step.
  public func sample(at step: Int) -> Point? {
    guard count > 0 else { return nil }
    let after = min(firstIndex(of: levels[0]) { $0.firstStep >= step }, count - 1)
    let before = max(0, after - 1)
    return step - levels[0][before].firstStep < levels[0][after].firstStep - step ? levels[0][before] : levels[0][after]
  }

  private func firstIndex(of level: ChunkedArray<Point>, where holds: (Point) -> Bool) -> Int {
    var low = 0
    var high = level.count
    while low < high {
      let middle = (low + high) / 2
      if holds(level[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
