/// Losses over triplets (paper, Table 2) — NT-Logistic and margin, with all negatives or a mined one — between the tiles
/// and the end: what a view's findings come to, and how strongly it is pulled to its partner and pushed from the chosen
/// negative.
import CKernels
import Foundation
import Telemetry

extension ContrastTiles {
  /// Lays out what the tiles find.
  func describeTriplets(_ start: UnsafeMutablePointer<Float>, _ temperature: Double, _ contrast: inout ck_contrast) {
    let padded = blocks * Int(CK_CONTRAST_BLOCK)
    let integers = UnsafeMutableRawPointer(start + 4 * padded).bindMemory(to: Int32.self, capacity: 4 * padded)
    (contrast.nearest, contrast.farthest) = (start, start + padded)
    (contrast.pull, contrast.push) = (start + 2 * padded, start + 3 * padded)
    (contrast.nearest_view, contrast.farthest_view) = (integers, integers + padded)
    (contrast.within, contrast.chosen) = (integers + 2 * padded, integers + 3 * padded)
    let isMined = objective.mining == .semiHard
    contrast.loss = isMined ? CK_MINED : objective.loss == .margin ? CK_MARGIN : CK_LOGISTIC
    contrast.margin = Float(objective.margin)
    contrast.weight = Float(weight(temperature) / Double(max(1, views - 2)))
  }

  /// ∂loss/∂(a view's own terms), with the 1/τ that NT-Logistic's slopes have.
  private func weight(_ temperature: Double) -> Double {
    objective.factor / (Double(views) * (objective.loss == .margin ? 1 : temperature))
  }

  /// Turns each view's findings into its loss, in `sum`, and its slopes.
  func settleTriplets(_ found: ck_contrast, _ temperature: Double) {
    let weight = weight(temperature)
    for view in 0..<views {
      let positive = Double(found.positive[view])
      var terms =
        objective.mining == .none
        ? ofAll(found, view, positive, temperature) : ofChosen(found, view, positive, temperature)
      if objective.loss == .ntLogistic {
        terms.loss += softplus(-positive / temperature)
        terms.pull = -sigmoid(-positive / temperature)
      }
      found.sum[view] = terms.loss
      found.pull[view] = Float(weight * terms.pull)
      found.push[view] = Float(weight * terms.push)
    }
  }

  /// A view's loss and its slopes, before they are weighted.
  private typealias Terms = (loss: Double, pull: Double, push: Double)

  private func ofAll(_ found: ck_contrast, _ view: Int, _ positive: Double, _ temperature: Double) -> Terms {
    let negatives = Double(max(1, views - 2))
    return (found.sum[view] / negatives, -Double(found.within[view]) / negatives, 0)
  }

  private func ofChosen(_ found: ck_contrast, _ view: Int, _ positive: Double, _ temperature: Double) -> Terms {
    let isNearest = found.nearest_view[view] >= 0
    found.chosen[view] = isNearest ? found.nearest_view[view] : found.farthest_view[view]
    guard found.chosen[view] >= 0 else { return (positive.isNaN ? .nan : 0, 0, 0) }
    let negative = Double(isNearest ? found.nearest[view] : found.farthest[view])
    guard objective.loss == .margin else {
      return (softplus(negative / temperature), 0, sigmoid(negative / temperature))
    }
    let over = negative - positive + objective.margin
    return over <= 0 ? (0, 0, 0) : (over, -1, 1)  // NaN is more than a zero
  }
}

/// log(1 + eˣ).
private func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }

private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
