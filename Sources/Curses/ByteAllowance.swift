/// How many bytes may be sent now: a bucket that fills at the rate asked for. Part of it is kept for answers to keys, so
/// that what comes by itself never makes them wait.
struct ByteAllowance {
  /// Bytes a second.
  let rate: Double
  private var level: Double
  private var time = 0.0

  /// In five seconds at most 5.3 times the rate goes out, and one part of a frame: with the least rate allowed, and a
  /// part of 330 bytes, that is below 5.5 times.
  private var capacity: Double { 0.3 * rate }
  private var reserve: Double { capacity / 2 }

  init(bytesPerSecond: Int) {
    rate = Double(bytesPerSecond)
    level = 0.3 * rate
  }

  /// Whether something may go out at a time (monotonic seconds).
  mutating func isOpen(forAnswers: Bool, at now: Double) -> Bool {
    level = min(capacity, level + max(0, now - time) * rate)
    time = now
    return level > (forAnswers ? 0 : reserve)
  }

  mutating func spend(_ bytes: Int) { level -= Double(bytes) }

  /// When there will be room for some bytes more: not at once for the first of them, or we would wake for each.
  func due(forAnswers: Bool) -> Double { time + max(0.02, ((forAnswers ? 0 : reserve) + 0.05 * rate - level) / rate) }
}
