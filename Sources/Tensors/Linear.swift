/// A dense layer on the vectors of a batch.
import Basics

/// y = x · weightᵀ + bias. x [n, in], weight [out, in] → [n, out]. In training x is kept for backward.
public func linear(_ x: Activation, weight: Tensor, bias: Tensor?, _ mode: Mode, _ workspace: inout Workspace)
  -> Activation
{
  precondition(weight.columns == x.channels && x.pixels == 1, "weight \(weight.shape) on \(x.channels) channels")
  let y = workspace.allocate(images: x.images, channels: weight.rows)
  if !workspace.isPlanning {
    let to = workspace.pointer(y)
    to.update(repeating: 0, count: y.count)
    let rows = Matrix(workspace.pointer(x), x.images, x.channels, stride: x.paddedChannels)
    weight.withMatrix { multiply(rows, $0.T, into: to, stride: y.paddedChannels, workers: workspace.workers) }
    if let bias {
      for n in 0..<y.images {
        for k in 0..<y.channels { to[n * y.paddedChannels + k] += bias.scalars[k] }
      }
    }
  }
  if mode == .training { workspace.keep(x) }
  return y
}

/// The gradients of `linear`: of weight and bias into their slots, of x as the result. dy is released; x
/// stays, for it may be what ReLU wrote, whose backward comes after.
public func linearBackward(
  _ dy: Activation, weight: Tensor, weightSlot: Int, biasSlot: Int?, _ workspace: inout Workspace
) -> Activation {
  let x = workspace.takeBack().map
  let dx = workspace.allocate(images: x.images, channels: x.channels)
  let dweight = workspace.makeGradient(slot: weightSlot, count: weight.count)
  let dbias = biasSlot.map { workspace.makeGradient(slot: $0, count: weight.rows) }
  if !workspace.isPlanning {
    let gradient = workspace.pointer(dy)
    let dyMatrix = Matrix(gradient, dy.images, dy.channels, stride: dy.paddedChannels)
    let to = workspace.pointer(dx)
    to.update(repeating: 0, count: dx.count)
    weight.withMatrix { multiply(dyMatrix, $0, into: to, stride: dx.paddedChannels, workers: workspace.workers) }
    multiply(
      dyMatrix.T, Matrix(workspace.pointer(x), x.images, x.channels, stride: x.paddedChannels),
      into: workspace.pointer(dweight), stride: weight.columns, workers: workspace.workers)
    if let dbias {
      let sums = workspace[dbias]
      sums.update(repeating: 0)
      for n in 0..<dy.images {
        for k in 0..<dy.channels { sums[k] += gradient[n * dy.paddedChannels + k] }
      }
    }
  }
  workspace.release(dy)
  return dx
}
