/// Numbers from files, checked once where they are read, so that the code behind the readers never meets a count that
/// does not fit an `Int` or a sum that overflows.
extension Int {
  /// Largest count that a file may give: a double holds every whole number up to it, and two of them can be added.
  public static let largestCount = 1 << 53

  /// Whole number from 0 to `largestCount`; nil for anything else.
  public init?(count value: Double) {
    guard (0...Double(Self.largestCount)).contains(value), let whole = Int(exactly: value) else { return nil }
    self = whole
  }

  /// Whole number from 0 to `largestCount`, written in decimal; nil for anything else.
  public init?(count text: some StringProtocol) {
    guard let whole = Int(text), (0...Self.largestCount).contains(whole) else { return nil }
    self = whole
  }
}

extension Metric {
  /// Largest magnitude that a curve holds as a number. float32 ends at 3.4e38; beyond this bound ranges and squares
  /// would overflow.
  private static let largest = 1e100

  /// Value as a curve can hold it: NaN for a count or a time outside 0…2⁵³, infinity for a magnitude above 1e100.
  public func checked(_ value: Double) -> Double {
    switch self {
    case .epoch, .time: (0...Double(Int.largestCount)).contains(value) ? value : .nan
    case .images, .batchSize: Int(count: value) == nil ? .nan : value
    default: abs(value) > Self.largest ? (value < 0 ? -.infinity : .infinity) : value
    }
  }
}

extension Knob {
  /// Whether a file may give this value: a finite number, for a whole-number knob one in its range.
  public func canBe(_ value: Double) -> Bool {
    isInteger ? range.contains(value) && value == value.rounded() : abs(value) <= 1e100
  }
}
