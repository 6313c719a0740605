/// The contrastive loss of a batch, and its gradient. Row i's positive is row (i + N) mod 2N; a view is not compared with
/// itself; the mean is over all 2N views, so over both directions.
import Telemetry
import Tensors

public struct ContrastiveLoss: Sendable, Equatable {
  /// Mean over 2N, on the objective's scale.
  public var loss = 0.0
  /// Share of anchors whose positive is the most similar of the 2N − 1 others, by the objective's similarity; among the
  /// first five.
  public var top1 = 0.0
  public var top5 = 0.0
  /// Of z, by its cosines.
  public var statistics = BatchStatistics()
}

/// - Parameters:
///   - z: raw projections [2N, d], left as they are.
///   - temperature: τ; finite losses down to 0.005 and below.
/// - Returns: the loss and ∂loss/∂z [2N, d]. One image alone has no negatives: its terms are left out.
public func contrastiveLoss(
  _ z: Activation, _ objective: Objective, temperature: Double, _ workspace: inout Workspace
) -> (loss: ContrastiveLoss, dz: Activation) {
  let tiles = ContrastTiles(z, objective, hasGradient: true, &workspace)
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
    result.loss *= objective.factor
    result.statistics = tiles.statistics(workspace)
  }
  tiles.release(&workspace)
  if objective.similarity == .dot, let ofCosines = BatchStatistics.of(z, isWanted: true, &workspace) {
    result.statistics = ofCosines
  }
  return (result, tiles.gradient)
}
