/// The mean of a few repetitions with its 95 % interval, and what a comparison of two arms shows.

/// Mean and 95 % interval by Student's t over the repetitions.
public struct Interval: Sendable, Equatable {
  public let mean: Double
  /// Half the interval's width; nil with fewer than two repetitions.
  public let halfWidth: Double?
  public let count: Int

  /// - Returns: nil of no values.
  public init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    (self.mean, count) = (mean, values.count)
    guard values.count > 1 else {
      halfWidth = nil
      return
    }
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    halfWidth = Self.quantile(degrees: values.count - 1) * (variance / Double(values.count)).squareRoot()
  }

  /// The 97.5 % quantile of Student's t; of the normal distribution from 30 degrees of freedom on.
  static func quantile(degrees: Int) -> Double {
    let table = [
      12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
      2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045,
    ]
    return degrees <= table.count ? table[degrees - 1] : 1.96
  }
}

/// What the paired differences of two arms, seed by seed, say about “the first is higher”.
public enum Verdict: String, Sendable, Equatable {
  /// Higher, and the interval of the difference excludes 0.
  case holds
  /// Higher in the mean, but the interval of the difference holds 0, or there is one seed only.
  case leansTo = "leans to it"
  /// Lower in the mean, but the interval holds 0, or there is one seed only.
  case leansAgainst = "leans against it"
  /// Lower, and the interval excludes 0.
  case reversed
  /// An arm was not measured.
  case open = "not measured"

  /// - Parameter differences: first minus second, a value a seed.
  public init(differences: [Double]) {
    guard let interval = Interval(differences) else {
      self = .open
      return
    }
    let isClear = interval.halfWidth.map { $0 < abs(interval.mean) } ?? false
    self = interval.mean > 0 ? (isClear ? .holds : .leansTo) : (isClear ? .reversed : .leansAgainst)
  }
}
