/// Where the loss of N images at temperature τ can lie.
import Foundation
import Telemetry

struct LossScale: Equatable {
  /// All views alike: ln(2N − 1) for NT-Xent, m for the margin loss. nil for NT-Logistic, which then depends on what the
  /// similarity is.
  let ceiling: Double?
  /// The least that N and τ allow. With cosines: partners together, and the N pairs as far apart as N points can be, at
  /// −1/(N − 1); where one negative is mined, two groups opposite each other do better. Products have no bound.
  let floor: Double

  init(_ objective: Objective, batchSize: Int, temperature: Double) {
    let count = Double(max(2, batchSize))
    let partner = objective.similarity == .cosine ? 1 : Double.infinity
    let negative = -partner / (objective.mining == .none ? count - 1 : 1)
    switch objective.loss {
    case .ntXent:
      ceiling = objective.factor * log(2 * count - 1)
      floor = objective.factor * log(1 + (2 * count - 2) * exp((negative - partner) / temperature))
    case .ntLogistic:
      ceiling = nil
      floor = objective.factor * (log1p(exp(-partner / temperature)) + log1p(exp(negative / temperature)))
    case .margin:
      ceiling = objective.factor * objective.margin
      floor = objective.factor * max(negative - partner + objective.margin, 0)
    }
  }

  init(_ snapshot: Snapshot) {
    self.init(
      snapshot.run.objective, batchSize: snapshot.knobs.batchSize, temperature: snapshot.knobs.temperature)
  }

  /// How much of the way from ceiling to floor a loss has gone; nil where there is no ceiling above the floor.
  func share(_ loss: Double) -> Double? {
    ceiling.flatMap { $0 > floor ? ($0 - loss) / ($0 - floor) : nil }
  }
}
