/// Convolution by the direct kernels, which read the blocked maps as they lie.
import Basics
import CKernels

/// y = x ∗ weight.
func convolveDirectly(
  _ x: Activation, weight: Tensor, _ shape: ConvolutionShape, into y: Activation, _ workspace: inout Workspace
) {
  let packed = pack(weight, shape, turned: false, &workspace)
  if !workspace.isPlanning {
    let (from, to, weights) = (workspace.pointer(x), workspace.pointer(y), workspace.pointer(packed))
    forEachBundle(of: x.images, shape, workspace.workers) { first, count in
      withUnsafePointer(to: shape.geometry) { geometry in
        ck_convolve(from + first * x.imageCount, weights, to + first * y.imageCount, geometry, count)
      }
    }
  }
  workspace.release(packed)
}

/// The gradients of x, where wanted, and of the weight.
func convolveDirectlyBack(
  _ dy: Activation, _ x: Activation, weight: Tensor, _ shape: ConvolutionShape, into dx: Activation?,
  _ dweight: Activation, _ workspace: inout Workspace
) {
  if let dx {
    let packed = pack(weight, shape, turned: true, &workspace)
    if !workspace.isPlanning {
      let (from, to, weights) = (workspace.pointer(dy), workspace.pointer(dx), workspace.pointer(packed))
      forEachBundle(of: x.images, shape, workspace.workers) { first, count in
        withUnsafePointer(to: shape.geometry) { geometry in
          ck_convolve_back(from + first * dy.imageCount, weights, to + first * dx.imageCount, geometry, count)
        }
      }
    }
    workspace.release(packed)
  }
  addWeightGradients(dy, x, shape, into: dweight, &workspace)
}

private func addWeightGradients(
  _ dy: Activation, _ x: Activation, _ shape: ConvolutionShape, into dweight: Activation, _ workspace: inout Workspace
) {
  let groups = shape.weightGroups(images: x.images)
  let size = shape.taps * shape.paddedOut
  let partial = workspace.scratch(groups.count * size)
  if !workspace.isPlanning {
    let (input, gradient) = (workspace.pointer(x), workspace.pointer(dy))
    let (sums, total) = (workspace.pointer(partial), workspace.pointer(dweight))
    workspace.workers.run(groups.count) { group, _ in
      let (sum, first) = (sums + group * size, groups[group].lowerBound)
      sum.update(repeating: 0, count: size)
      withUnsafePointer(to: shape.geometry) { geometry in
        ck_convolve_weights(
          input + first * x.imageCount, gradient + first * dy.imageCount, sum, geometry, Int64(groups[group].count))
      }
    }
    workspace.workers.run(shape.paddedOut / 16) { block, _ in
      ck_unpack_weights(
        sums, Int64(groups.count), Int64(size), total, Int64(shape.inChannels), Int64(shape.outChannels),
        Int64(shape.kernelSize), shape.geometry.lanes, Int64(block))
    }
  }
  workspace.release(partial)
}

/// weight [out, in, kh, kw] in the order in which the kernels read it; turned, as the adjoint reads it.
private func pack(_ weight: Tensor, _ shape: ConvolutionShape, turned: Bool, _ workspace: inout Workspace) -> Activation
{
  let packed = workspace.scratch(shape.taps * shape.paddedOut)
  guard !workspace.isPlanning else { return packed }
  let (from, to) = turned ? (shape.outChannels, shape.inChannels) : (shape.inChannels, shape.outChannels)
  let target = workspace.pointer(packed)
  weight.scalars.withUnsafeBufferPointer { scalars in
    workspace.workers.run((to + 15) / 16) { block, _ in
      ck_pack_weights(
        scalars.baseAddress!, target, Int64(from), Int64(to), Int64(shape.kernelSize), shape.geometry.lanes,
        turned ? 1 : 0, Int64(block))
    }
  }
  return packed
}

/// Shares out the images: as many at a time as give a block of weights 256 pixels to work on once it is in cache.
private func forEachBundle(
  of images: Int, _ shape: ConvolutionShape, _ workers: WorkerPool, _ body: (_ first: Int, _ count: Int64) -> Void
) {
  let size = max(1, 256 / shape.pixels)
  workers.run((images + size - 1) / size) { bundle, _ in
    body(bundle * size, Int64(min(size, images - bundle * size)))
  }
}
