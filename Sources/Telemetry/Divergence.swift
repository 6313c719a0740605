/// What is known when a run diverges.
public struct Divergence: Sendable, Equatable {
  /// A knob change; `step` is the last step with the old value.
  public struct Change: Sendable, Equatable {
    public let knob: String
    public let from: Double
    public let to: Double
    public let step: Int

    public init(knob: String, from: Double, to: Double, step: Int) {
      self.knob = knob
      self.from = from
      self.to = to
      self.step = step
    }
  }

  /// "loss", "gradient", "weights": what is NaN or infinite.
  public let nonFinite: [String]
  public let lastChange: Change?
  /// Step of the newest checkpoint without NaN or infinity.
  public let finiteStep: Int?

  public init(nonFinite: [String], lastChange: Change?, finiteStep: Int?) {
    self.nonFinite = nonFinite
    self.lastChange = lastChange
    self.finiteStep = finiteStep
  }

  /// "loss and gradient are NaN or infinite"
  public var finding: String {
    let isOne = nonFinite.count == 1 && nonFinite[0] != "weights"
    return "\(nonFinite.joined(separator: " and ")) \(isOne ? "is" : "are") NaN or infinite"
  }
}
