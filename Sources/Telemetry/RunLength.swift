/// The length of a run's schedule.
public enum RunLength: Sendable, Equatable {
  case epochs(Int)
  case steps(Int)

  /// The largest number of epochs and of steps.
  public static let epochRange = 1...1_000_000
  public static let stepRange = 1...1_000_000_000

  /// "200 epochs"
  public var words: String {
    switch self {
    case .epochs(let count): "\(count) epoch\(count == 1 ? "" : "s")"
    case .steps(let count): "\(count) step\(count == 1 ? "" : "s")"
    }
  }

  /// Its setting's key.
  public var key: String {
    switch self {
    case .epochs: "epochs"
    case .steps: "steps"
    }
  }

  public var count: Int {
    switch self {
    case .epochs(let count), .steps(let count): count
    }
  }

  /// - Returns: nil for another key, or a count out of range.
  public init?(key: String, count: Int) {
    switch key {
    case "epochs" where Self.epochRange.contains(count): self = .epochs(count)
    case "steps" where Self.stepRange.contains(count): self = .steps(count)
    default: return nil
    }
  }
}
