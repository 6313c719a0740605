/// Batch normalisation (Ioffe and Szegedy 2015): the statistics and the gradients. Applying it is left to who reads the
/// features.
import Basics
import CKernels

/// ε under the root, as in PyTorch.
public let batchNormEpsilon: Float = 1e-5
/// Weight of a new batch in the running statistics, as in PyTorch.
public let batchNormMomentum: Float = 0.1

/// γ·(x − mean)/√(var + ε) + β, then ReLU where it follows. In training mean and var are the batch's (var biased), the
/// running statistics move towards them (var unbiased), and x's place stays taken for backward; in inference they are
/// the running ones.
public func batchNorm(
  _ x: Measured, gamma: Tensor, beta: Tensor?, runningMean: inout Tensor, runningVariance: inout Tensor, relu: Bool,
  _ mode: Mode, _ workspace: inout Workspace
) -> Features {
  let map = x.map
  let moments = mode == .training ? x.moments ?? measure(map, &workspace).moments : nil
  let statistics = workspace.scratch(4 * map.paddedChannels)
  if !workspace.isPlanning {
    let numbers = workspace.pointer(statistics)
    let (mean, inverse) = (numbers, numbers + map.paddedChannels)
    let (scale, shift) = (numbers + 2 * map.paddedChannels, numbers + 3 * map.paddedChannels)
    numbers.update(repeating: 0, count: 4 * map.paddedChannels)
    if let moments {
      let means = workspace.address(moments).assumingMemoryBound(to: Double.self)
      let squares = means + map.paddedChannels
      let count = Double(map.images * map.pixels)
      for c in 0..<map.channels {
        mean[c] = Float(means[c])
        let variance = Float(max(0, squares[c] / count))
        inverse[c] = 1 / (variance + batchNormEpsilon).squareRoot()
        runningMean.scalars[c] += batchNormMomentum * (mean[c] - runningMean.scalars[c])
        let unbiased = count > 1 ? Float(squares[c] / (count - 1)) : variance
        runningVariance.scalars[c] += batchNormMomentum * (unbiased - runningVariance.scalars[c])
      }
    } else {
      for c in 0..<map.channels {
        mean[c] = runningMean.scalars[c]
        inverse[c] = 1 / (runningVariance.scalars[c] + batchNormEpsilon).squareRoot()
      }
    }
    for c in 0..<map.channels {
      scale[c] = gamma.scalars[c] * inverse[c]
      shift[c] = (beta?.scalars[c] ?? 0) - mean[c] * scale[c]
    }
  }
  if let moments { workspace.release(moments) }
  let y = Features(map, origin: Normalization(input: map, statistics: statistics, relu: relu))
  if mode == .training { workspace.keep(y) }
  return y
}

/// The gradients of `batchNorm`: of γ and β into their slots, of x as the result, in x's place. dy is the gradient before
/// ReLU; its sums are taken when they have not been. They are released, and dy too unless it is kept.
public func batchNormBackward(
  _ dy: FeatureGradient, gamma: Tensor, gammaSlot: Int, betaSlot: Int?, keepingGradient: Bool,
  _ workspace: inout Workspace
) -> Activation {
  let features = workspace.takeBack()
  guard let origin = features.origin else { preconditionFailure("backward of a batch norm without its forward") }
  let x = origin.input
  let gradient = dy.map
  // Of a gradient before ReLU, so as if there were none.
  let linear = Features(x, origin: Normalization(input: x, statistics: origin.statistics, relu: false))
  let taken = dy.sums ?? finishGradient(gradient, of: linear, &workspace).sums
  let dgamma = workspace.makeGradient(slot: gammaSlot, count: gamma.count)
  let dbeta = betaSlot.map { workspace.makeGradient(slot: $0, count: gamma.count) }
  let factors = workspace.scratch(3 * x.paddedChannels)
  if !workspace.isPlanning, let taken {
    let numbers = workspace.pointer(origin.statistics)
    let (mean, inverse) = (numbers, numbers + x.paddedChannels)
    let totals = workspace.address(taken).assumingMemoryBound(to: Double.self)
    // dx = γ/σ · (dy − E[dy] − x̂·E[dy·x̂]) as a·dy + b·x + c
    let a = workspace.pointer(factors)
    let (b, c) = (a + x.paddedChannels, a + 2 * x.paddedChannels)
    a.update(repeating: 0, count: 3 * x.paddedChannels)
    let count = Float(x.images * x.pixels)
    for k in 0..<x.channels {
      let (sum, product) = (Float(totals[k]), Float(totals[x.paddedChannels + k]) * inverse[k])
      workspace.pointer(dgamma)[k] = product
      if let dbeta { workspace.pointer(dbeta)[k] = sum }
      a[k] = gamma.scalars[k] * inverse[k]
      b[k] = -a[k] * inverse[k] * product / count
      c[k] = -a[k] * sum / count - b[k] * mean[k]
    }
    let (from, place) = (workspace.address(gradient), workspace.address(x))
    forEachGroup(of: x, workspace.workers) { _, first, images in
      ck_norm_backward(
        from, place, a, b, c, place, x.element == .bfloat16 ? 1 : 0, Int64(first), Int64(images), Int64(x.blocks),
        Int64(x.pixels))
    }
  }
  workspace.release(factors)
  if let taken { workspace.release(taken) }
  workspace.release(origin.statistics)
  if !keepingGradient { workspace.release(gradient) }
  return x
}
