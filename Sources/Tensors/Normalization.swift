/// Batch normalisation (Ioffe and Szegedy 2015) with the residual addition and the ReLU that follow it in one pass, and
/// the normalisation of rows to unit length.
import Basics
import CKernels

/// ε under the root, as in PyTorch.
public let batchNormEpsilon: Float = 1e-5
/// Weight of a new batch in the running statistics, as in PyTorch.
public let batchNormMomentum: Float = 0.1

/// y = relu(γ·(x − mean)/√(var + ε) + β + residual); residual and relu are optional. In training mean and var are the
/// batch's (var biased), the running statistics move towards them (var unbiased), and x's place stays taken for
/// backward; in inference they are the running ones and y is written over x.
public func batchNorm(
  _ x: Activation, gamma: Tensor, beta: Tensor?, runningMean: inout Tensor, runningVariance: inout Tensor,
  residual: Activation? = nil, relu: Bool, _ mode: Mode, _ workspace: inout Workspace
) -> Activation {
  let y =
    mode == .inference
    ? x : workspace.allocate(images: x.images, channels: x.channels, height: x.height, width: x.width)
  // mean, 1/σ, scale, shift: a number a channel each
  let statistics = workspace.scratch(4 * x.paddedChannels)
  let sums = workspace.scratch(4 * x.paddedChannels * ImageGroups(images: x.images).count)
  if !workspace.isPlanning {
    let numbers = workspace.pointer(statistics)
    let (mean, inverse) = (numbers, numbers + x.paddedChannels)
    let (scale, shift) = (numbers + 2 * x.paddedChannels, numbers + 3 * x.paddedChannels)
    numbers.update(repeating: 0, count: 4 * x.paddedChannels)
    if mode == .training {
      let variance = batchStatistics(x, mean: mean, scratch: sums, workspace)
      let count = Float(x.images * x.pixels)
      for c in 0..<x.channels {
        inverse[c] = 1 / (variance[c] + batchNormEpsilon).squareRoot()
        runningMean.scalars[c] += batchNormMomentum * (mean[c] - runningMean.scalars[c])
        let unbiased = count > 1 ? variance[c] * count / (count - 1) : variance[c]
        runningVariance.scalars[c] += batchNormMomentum * (unbiased - runningVariance.scalars[c])
      }
    } else {
      for c in 0..<x.channels {
        mean[c] = runningMean.scalars[c]
        inverse[c] = 1 / (runningVariance.scalars[c] + batchNormEpsilon).squareRoot()
      }
    }
    for c in 0..<x.channels {
      scale[c] = gamma.scalars[c] * inverse[c]
      shift[c] = (beta?.scalars[c] ?? 0) - mean[c] * scale[c]
    }
    let (from, to) = (workspace.pointer(x), workspace.pointer(y))
    let side = residual.map { workspace.pointer($0) }
    forEachGroup(of: x, workspace.workers) { _, start, images in
      ck_norm_apply(
        from + start, scale, shift, side.map { $0 + start }, to + start, relu ? 1 : 0, images, Int64(x.blocks),
        Int64(x.pixels))
    }
  }
  workspace.release(sums)
  if mode == .training {
    for kept in [statistics, x, y] { workspace.keep(kept) }
  } else {
    workspace.release(statistics)
  }
  return y
}

/// The gradients of `batchNorm`: of γ and β into their slots, of x as the result, of the residual in dy's own place
/// when there was one (else dy's place becomes dx). The y of forward is released.
public func batchNormBackward(
  _ dy: Activation, gamma: Tensor, gammaSlot: Int, betaSlot: Int?, relu: Bool, hasResidual: Bool,
  _ workspace: inout Workspace
) -> (dx: Activation, dresidual: Activation?) {
  let y = workspace.takeBack()
  let x = workspace.takeBack()
  let statistics = workspace.takeBack()
  let dgamma = workspace.makeGradient(slot: gammaSlot, count: gamma.count)
  let dbeta = betaSlot.map { workspace.makeGradient(slot: $0, count: gamma.count) }
  let dx =
    hasResidual
    ? workspace.allocate(images: x.images, channels: x.channels, height: x.height, width: x.width) : dy
  let groups = ImageGroups(images: x.images)
  let sums = workspace.scratch(4 * x.paddedChannels * groups.count)
  let factors = workspace.scratch(3 * x.paddedChannels)
  if !workspace.isPlanning {
    let numbers = workspace.pointer(statistics)
    let (mean, inverse) = (numbers, numbers + x.paddedChannels)
    let (input, output) = (workspace.pointer(x), relu ? workspace.pointer(y) : nil)
    let gradient = workspace.pointer(dy)
    let totals = groupSums(x, scratch: sums, workspace) { sum, start, images in
      ck_norm_backward_sums(
        gradient + start, output.map { $0 + start }, input + start, mean, sum, images, Int64(x.blocks),
        Int64(x.pixels))
    }
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
    let target = workspace.pointer(dx)
    forEachGroup(of: x, workspace.workers) { _, start, images in
      ck_norm_backward_apply(
        gradient + start, input + start, a, b, c, target + start, images, Int64(x.blocks), Int64(x.pixels))
    }
  }
  for done in [factors, sums, y, statistics] { workspace.release(done) }
  return (dx, hasResidual ? dy : nil)
}

/// Runs `body(group, first float, images)` over fixed groups of images.
private func forEachGroup(
  of x: Activation, _ workers: WorkerPool, _ body: (_ group: Int, _ start: Int, _ images: Int64) -> Void
) {
  let groups = ImageGroups(images: x.images)
  workers.run(groups.count) { group, _ in
    body(group, groups[group].lowerBound * x.imageCount, Int64(groups[group].count))
  }
}

/// Two double sums a channel, taken per group of images and added in order: [2 · padded channels].
private func groupSums(
  _ x: Activation, scratch: Activation, _ workspace: borrowing Workspace,
  _ body: (_ sum: UnsafeMutablePointer<Double>, _ start: Int, _ images: Int64) -> Void
) -> UnsafeMutablePointer<Double> {
  let size = 2 * x.paddedChannels
  let groups = ImageGroups(images: x.images).count
  let sums = UnsafeMutableRawPointer(workspace.pointer(scratch)).bindMemory(to: Double.self, capacity: size * groups)
  sums.update(repeating: 0, count: size * groups)
  forEachGroup(of: x, workspace.workers) { group, start, images in body(sums + group * size, start, images) }
  for group in 1..<max(1, groups) {
    for k in 0..<size { sums[k] += sums[group * size + k] }
  }
  return sums
}

/// Writes the batch mean a channel and returns the biased variances. Sums are taken around the first pixel's values,
/// so that a mean far from zero costs no digits.
private func batchStatistics(
  _ x: Activation, mean: UnsafeMutablePointer<Float>, scratch: Activation, _ workspace: borrowing Workspace
) -> [Float] {
  let input = workspace.pointer(x)
  for k in 0..<x.paddedChannels { mean[k] = input[k / 16 * x.pixels * 16 + k % 16] }
  let totals = groupSums(x, scratch: scratch, workspace) { sum, start, images in
    ck_norm_sums(input + start, mean, sum, images, Int64(x.blocks), Int64(x.pixels))
  }
  let count = Double(x.images * x.pixels)
  return (0..<x.channels).map { k in
    let offset = totals[k] / count
    mean[k] = Float(Double(mean[k]) + offset)
    return Float(max(0, totals[x.paddedChannels + k] / count - offset * offset))
  }
}
