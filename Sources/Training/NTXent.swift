/// NT-Xent (paper, section 2.1, equation 1): for each of 2N views, the cross entropy of finding its partner among the
/// 2N − 1 others. Row i's positive is row (i + N) mod 2N; the positive stays in the denominator, the view itself does
/// not; the mean is over all 2N, so over both directions.
import Basics
import Foundation
import Tensors

public struct ContrastiveLoss: Sendable {
  /// Mean over 2N.
  public var loss: Double
  /// ∂loss/∂z for raw z [2N, d].
  public var dz: Tensor
  /// Cosines of z [2N, 2N], symmetric.
  public var similarities: Tensor
  /// Share of anchors whose positive is the most similar of the 2N − 1 others; among the first five.
  public var top1: Double
  public var top5: Double
}

/// - Parameters:
///   - z: raw projections [2N, d].
///   - temperature: τ; finite losses down to 0.005 and below.
public func ntXent(_ z: Tensor, temperature: Double, workers: WorkerPool) -> ContrastiveLoss {
  precondition(z.rows % 2 == 0, "\(z.rows) views are no pairs")
  let views = z.rows
  let (unit, lengths) = unitRows(z)
  let similarities = productWithTranspose(unit, unit, workers: workers)
  var gradient = Tensor(zeros: [views, views])
  var anchors = [Anchor](repeating: Anchor(), count: views)
  similarities.scalars.withUnsafeBufferPointer { cosines in
    gradient.scalars.withUnsafeMutableBufferPointer { dcosines in
      anchors.withUnsafeMutableBufferPointer { anchors in
        workers.run(views) { row, _ in
          let range = row * views..<(row + 1) * views
          anchors[row] = softmaxRow(
            UnsafeBufferPointer(rebasing: cosines[range]), UnsafeMutableBufferPointer(rebasing: dcosines[range]),
            row, Float(temperature))
        }
      }
    }
  }
  // A cosine belongs to two rows: ∂loss/∂u = (G + Gᵀ)·u.
  symmetrize(&gradient)
  let dunit = product(gradient, unit, workers: workers)
  let count = Double(views)
  return ContrastiveLoss(
    loss: anchors.reduce(0) { $0 + $1.loss } / count,
    dz: unitRowsBackward(dunit, unit: unit, lengths: lengths), similarities: similarities,
    top1: Double(anchors.filter { $0.rank < 1 }.count) / count,
    top5: Double(anchors.filter { $0.rank < 5 }.count) / count)
}

private struct Anchor {
  var loss = 0.0
  /// Negatives at least as similar as the positive.
  var rank = 0
}

/// One anchor's loss, and ∂loss/∂cosine of its row: (softmax − one-hot) / (2N·τ).
private func softmaxRow(
  _ cosines: UnsafeBufferPointer<Float>, _ gradient: UnsafeMutableBufferPointer<Float>, _ row: Int, _ temperature: Float
) -> Anchor {
  let views = cosines.count
  let positive = (row + views / 2) % views
  var largest = -Float.infinity
  var rank = 0
  for k in 0..<views where k != row {
    largest = max(largest, cosines[k])
    if k != positive && cosines[k] >= cosines[positive] { rank += 1 }
  }
  var sum = 0.0
  for k in 0..<views {
    // A vector is not its own negative.
    gradient[k] = k == row ? 0 : exp((cosines[k] - largest) / temperature)
    sum += Double(gradient[k])
  }
  let scale = 1 / (Float(views) * temperature)
  let share = scale / Float(sum)
  for k in 0..<views { gradient[k] *= share }
  gradient[positive] -= scale
  let loss = log(sum) - Double((cosines[positive] - largest) / temperature)
  // A NaN cosine compares false everywhere; the loss must show it, and the rank must not look perfect.
  return Anchor(loss: loss, rank: loss.isFinite ? rank : views)
}

private func symmetrize(_ matrix: inout Tensor) {
  let n = matrix.rows
  matrix.scalars.withUnsafeMutableBufferPointer { m in
    for i in 0..<n {
      for j in 0..<i {
        let sum = m[i * n + j] + m[j * n + i]
        (m[i * n + j], m[j * n + i]) = (sum, sum)
      }
      m[i * n + i] *= 2
    }
  }
}

/// The loss when all cosines are equal: ln(2N − 1).
public func lossCeiling(images: Int) -> Double { log(Double(2 * images - 1)) }
