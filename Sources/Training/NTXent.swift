/// NT-Xent (paper, section 2.1, equation 1): for each of 2N views, the cross entropy of finding its partner among the
/// 2N − 1 others. Row i's positive is row (i + N) mod 2N; the positive stays in the denominator, the view itself does
/// not; the mean is over all 2N, so over both directions.
import Foundation
import Tensors

public struct ContrastiveLoss: Sendable, Equatable {
  /// Mean over 2N.
  public var loss = 0.0
  /// Share of anchors whose positive is the most similar of the 2N − 1 others; among the first five.
  public var top1 = 0.0
  public var top5 = 0.0
  /// Of z.
  public var statistics = BatchStatistics()
}

/// - Parameters:
///   - z: raw projections [2N, d], left as they are.
///   - temperature: τ; finite losses down to 0.005 and below.
/// - Returns: the loss and ∂loss/∂z [2N, d].
public func ntXent(_ z: Activation, temperature: Double, _ workspace: inout Workspace) -> (
  loss: ContrastiveLoss, dz: Activation
) {
  let tiles = ContrastTiles(z, hasGradient: true, &workspace)
  var result = ContrastiveLoss()
  if !workspace.isPlanning {
    tiles.forward(temperature: temperature, workspace)
    tiles.backward(temperature: temperature, workspace)
    tiles.forEachAnchor(temperature: temperature, workspace) { anchor in
      result.loss += anchor.loss
      if anchor.rank < 1 { result.top1 += 1 }
      if anchor.rank < 5 { result.top5 += 1 }
    }
    let count = Double(tiles.views)
    (result.loss, result.top1, result.top5) = (result.loss / count, result.top1 / count, result.top5 / count)
    result.statistics = tiles.statistics(workspace)
  }
  tiles.release(&workspace)
  return (result, tiles.gradient)
}

/// The loss when all cosines are equal: ln(2N − 1).
public func lossCeiling(images: Int) -> Double { log(Double(2 * images - 1)) }
