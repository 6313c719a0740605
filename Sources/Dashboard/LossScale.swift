/// Where the NT-Xent loss of N images at temperature τ can lie.
import Foundation
import Telemetry

struct LossScale: Equatable {
  /// ln(2N − 1): all similarities equal.
  let ceiling: Double
  /// ln(1 + (2N − 2) e^(−(1 + 1/(N − 1))/τ)): positives together, the N pairs as far apart as N points can be.
  let floor: Double

  init(batchSize: Int, temperature: Double) {
    let count = Double(max(2, batchSize))
    ceiling = log(2 * count - 1)
    floor = log(1 + (2 * count - 2) * exp(-(1 + 1 / (count - 1)) / temperature))
  }

  init(_ knobs: Knobs) { self.init(batchSize: knobs.batchSize, temperature: knobs.temperature) }

  /// How much of the way from ceiling to floor a loss has gone.
  func share(_ loss: Double) -> Double { (ceiling - loss) / (ceiling - floor) }
}
