/// Convolution by the direct kernels, which read the blocked maps as they lie.
import Basics
import CKernels

/// y = x ∗ weight.
func convolveDirectly(
  _ x: Activation, weight: Tensor, _ shape: ConvolutionShape, into y: Activation, _ workspace: inout Workspace
) {
  let packed = packForKernels(weight, shape, turned: false, &workspace)
  if !workspace.isPlanning {
    let (from, to, weights) = (workspace.pointer(x), workspace.pointer(y), workspace.pointer(packed))
    forEachTask(images: x.images, blocks: y.blocks, shape, workspace.workers) { image, count, block, blocks in
      withUnsafePointer(to: shape.geometry) { geometry in
        ck_convolve(from + image * x.imageCount, weights, to + image * y.imageCount, geometry, count, block, blocks)
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
    let packed = packForKernels(weight, shape, turned: true, &workspace)
    if !workspace.isPlanning {
      let (from, to, weights) = (workspace.pointer(dy), workspace.pointer(dx), workspace.pointer(packed))
      forEachTask(images: x.images, blocks: x.blocks, shape, workspace.workers) { image, count, block, blocks in
        withUnsafePointer(to: shape.geometry) { geometry in
          ck_convolve_back(
            from + image * dy.imageCount, weights, to + image * dx.imageCount, geometry, count, block, blocks)
        }
      }
    }
    workspace.release(packed)
  }
  addWeightGradients(dy, x, shape, into: dweight, &workspace)
}

/// Shares out the images, as many at a time as give a block of weights 256 pixels to work on once it is in cache, and
/// the blocks of a wide map, so that there is work for every thread when the images are few.
private func forEachTask(
  images: Int, blocks: Int, _ shape: ConvolutionShape, _ workers: WorkerPool,
  _ body: (_ image: Int, _ images: Int64, _ block: Int64, _ blocks: Int64) -> Void
) {
  let together = max(1, 256 / shape.pixels)
  let bundles = (images + together - 1) / together
  let part = blocks <= 16 ? blocks : 16
  let parts = (blocks + part - 1) / part
  workers.run(bundles * parts) { task, _ in
    let (bundle, number) = task.quotientAndRemainder(dividingBy: parts)
    let (image, block) = (bundle * together, number * part)
    body(image, Int64(min(together, images - image)), Int64(block), Int64(min(part, blocks - block)))
  }
}

private func addWeightGradients(
  _ dy: Activation, _ x: Activation, _ shape: ConvolutionShape, into dweight: Activation, _ workspace: inout Workspace
) {
  let groups = shape.weightGroups(images: x.images)
  let size = shape.taps * shape.paddedOut
  let partial = workspace.scratch(groups.count * size)
  if !workspace.isPlanning {
    let (input, gradient, sums) = (workspace.pointer(x), workspace.pointer(dy), workspace.pointer(partial))
    // Wide maps have few groups, so that they are not mostly cleared and added up; their inputs are shared out instead.
    let part = min(x.blocks, 8)
    let parts = (x.blocks + part - 1) / part
    workspace.workers.run(groups.count * parts) { task, _ in
      let (group, number) = task.quotientAndRemainder(dividingBy: parts)
      let (images, block) = (groups[group], number * part)
      withUnsafePointer(to: shape.geometry) { geometry in
        ck_convolve_weights(
          input + images.lowerBound * x.imageCount, gradient + images.lowerBound * dy.imageCount, sums + group * size,
          geometry, Int64(images.count), Int64(block), Int64(min(part, x.blocks - block)))
      }
    }
    unpackFromKernels(sums, groups: groups.count, shape, into: workspace.pointer(dweight), workspace.workers)
  }
  workspace.release(partial)
}

/// weight [out, in, kh, kw] in the order in which the kernels read it; turned, as the adjoint reads it.
func packForKernels(_ weight: Tensor, _ shape: ConvolutionShape, turned: Bool, _ workspace: inout Workspace)
  -> Activation
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

/// The sum of the groups' gradients, which are in the order of the packed weights, as [out, in, kh, kw].
func unpackFromKernels(
  _ sums: UnsafeMutablePointer<Float>, groups: Int, _ shape: ConvolutionShape,
  into gradient: UnsafeMutablePointer<Float>, _ workers: WorkerPool
) {
  workers.run(shape.paddedOut / 16) { block, _ in
    ck_unpack_weights(
      sums, Int64(groups), Int64(shape.taps * shape.paddedOut), gradient, Int64(shape.inChannels),
      Int64(shape.outChannels), Int64(shape.kernelSize), shape.geometry.lanes, Int64(block))
  }
}
