/// The numbers of a draw, which a person may turn by hand while it is frozen.

/// A number of one stage of a view.
public struct DrawnNumber: Sendable, Equatable {
  /// The name of the number that says whether its stage is applied, 1, or left out, 0.
  public static let isOn = "on"

  /// "factor", "turns", "σ", "area", …
  public let name: String
  /// As chance had it.
  public let drawn: Double
  /// As it is now.
  public let value: Double
  public let range: ClosedRange<Double>
  /// How far one click turns it, and how far a fine one.
  public let step: Double
  public let fineStep: Double

  public init(
    name: String, drawn: Double, value: Double, range: ClosedRange<Double>, step: Double, fineStep: Double
  ) {
    (self.name, self.drawn, self.value) = (name, drawn, value)
    (self.range, self.step, self.fineStep) = (range, step, fineStep)
  }

  /// So many clicks on from a value, at a whole number of fine steps from the range's lower end: one that people can say.
  public func turned(_ value: Double, clicks: Int, fine: Bool = false) -> Double {
    let moved = value + Double(clicks) * (fine ? fineStep : step)
    let steps = ((moved - range.lowerBound) / fineStep).rounded()
    let exact = ((range.lowerBound + steps * fineStep) * 1e9).rounded() / 1e9
    return min(max(exact, range.lowerBound), range.upperBound)
  }
}

/// A number as a person has set it: of view 0 or 1, of a stage by its name.
public struct DrawChange: Sendable, Equatable {
  public let view: Int
  public let stage: String
  public let number: String
  public var value: Double

  public init(view: Int, stage: String, number: String, value: Double) {
    (self.view, self.stage, self.number, self.value) = (view, stage, number, value)
  }
}

extension ViewStage {
  /// It is applied.
  public var isOn: Bool { numbers.first { $0.name == DrawnNumber.isOn }?.value != 0 }

  /// A person has turned one of its numbers.
  public var isChanged: Bool { numbers.contains { $0.value != $0.drawn } }
}
