/// Convolution by the direct kernels, which read and write blocked maps of plain floats.
import Basics
import CKernels

/// y = x ∗ weight, with the moments of y's channels where wanted.
func convolveDirectly(
  _ x: Features, weight: Tensor, _ shape: ConvolutionShape, into y: Activation, moments: Bool,
  _ workspace: inout Workspace
) -> Measured {
  let packed = packForKernels(weight, shape, turned: false, &workspace)
  return convolve(ck_convolve, x, packed, shape, into: y, moments: moments, &workspace)
}

/// The gradient of x into dx, with the addend's, before x's ReLU and with its batch norm's sums.
func convolveDirectlyBack(
  _ dy: Activation, weight: Tensor, _ shape: ConvolutionShape, into dx: Activation, of x: Features,
  adding addend: Activation?, _ workspace: inout Workspace
) -> FeatureGradient {
  let packed = packForKernels(weight, shape, turned: true, &workspace)
  return convolveBack(ck_convolve_back, dy, packed, shape, into: dx, of: x, adding: addend, &workspace)
}

/// By a kernel and the weights packed for it, which are given back.
func convolve<Number: MapNumber>(
  _ kernel: ConvolutionKernel<Number>, _ x: Features, _ packed: Activation, _ shape: ConvolutionShape,
  into y: Activation, moments: Bool, _ workspace: inout Workspace
) -> Measured {
  let bundles = shape.bundles(images: y.images)
  let destination = Destination(y, moments: moments, slots: bundles.count, &workspace)
  runKernel(kernel, x, packed, shape, into: destination, &workspace)
  workspace.release(packed)
  return destination.measured(workspace) { bundles[$0].count }
}

func convolveBack<Number: MapNumber>(
  _ kernel: ConvolutionKernel<Number>, _ dy: Activation, _ packed: Activation, _ shape: ConvolutionShape,
  into dx: Activation, of x: Features, adding addend: Activation?, _ workspace: inout Workspace
) -> FeatureGradient {
  let destination = Destination(
    dx, of: x, adding: addend, slots: shape.bundles(images: dx.images).count, &workspace)
  runKernel(kernel, Features(dy), packed, shape, into: destination, &workspace)
  workspace.release(packed)
  return destination.gradient(workspace)
}

extension ConvolutionShape {
  /// The images that a task takes, as many as give a block of weights 256 pixels to work on once it is in cache.
  func bundles(images: Int) -> Bundles { Bundles(images: images, together: together) }
  fileprivate var together: Int { max(1, 256 / pixels) }
}

/// From numbers of x and packed weights to floats of y, for images and for the blocks first ..< first + count of y.
typealias ConvolutionKernel<Number> = (
  _ x: UnsafePointer<Number>?, _ weights: UnsafePointer<Number>?, _ y: UnsafeMutablePointer<Float>?,
  UnsafePointer<ck_geometry>?, _ images: Int64, _ first: Int64, _ count: Int64
) -> Void

/// Shares out the bundles of images, and the blocks of a wide map, so that there is work for every thread when the images
/// are few.
private func runKernel<Number: MapNumber>(
  _ kernel: ConvolutionKernel<Number>, _ x: Features, _ packed: Activation, _ shape: ConvolutionShape,
  into destination: Destination, _ workspace: inout Workspace
) {
  let bundles = shape.bundles(images: x.map.images)
  let reader = BundleReader<Number>(x, together: bundles.together, &workspace)
  let writer = BundleWriter(destination, together: bundles.together, &workspace)
  if !workspace.isPlanning {
    let weights = workspace.address(packed).assumingMemoryBound(to: Number.self)
    let all = destination.map.blocks
    let part = all <= 16 ? all : 16
    let parts = (all + part - 1) / part
    workspace.workers.run(bundles.count * parts) { task, worker in
      let (bundle, number) = task.quotientAndRemainder(dividingBy: parts)
      let (images, blocks) = (bundles[bundle], number * part..<min(all, (number + 1) * part))
      let from = reader.read(images, worker: worker)
      writer.write(images, blocks: blocks, slot: bundle, worker: worker) { to in
        withUnsafePointer(to: shape.geometry) {
          kernel(from, weights, to, $0, Int64(images.count), Int64(blocks.lowerBound), Int64(blocks.count))
        }
      }
    }
  }
  writer.release(&workspace)
  reader.release(&workspace)
}

/// The gradient of the weight.
func addDirectWeightGradients(
  _ dy: Activation, _ x: Features, _ shape: ConvolutionShape, into dweight: Activation, _ workspace: inout Workspace
) {
  let groups = shape.weightGroups(images: x.map.images)
  let size = shape.taps * shape.paddedOut
  let partial = workspace.scratch(groups.count * size)
  let input = BundleReader<Float>(x, together: shape.together, &workspace)
  let gradient = BundleReader<Float>(Features(dy), together: shape.together, &workspace)
  if !workspace.isPlanning {
    let sums = workspace.pointer(partial)
    // Wide maps have few groups, so that they are not mostly cleared and added up; their inputs are shared out instead.
    let all = x.map.blocks
    let part = min(all, 8)
    let parts = (all + part - 1) / part
    workspace.workers.run(groups.count * parts) { task, worker in
      let (group, number) = task.quotientAndRemainder(dividingBy: parts)
      let blocks = number * part..<min(all, (number + 1) * part)
      let (own, block) = (sums + group * size, shape.kernelSize * 256)
      for out in 0..<dy.blocks {
        (own + (out * all + blocks.lowerBound) * block).update(repeating: 0, count: blocks.count * block)
      }
      let together = input.converts || gradient.converts ? shape.together : groups[group].count
      for first in stride(from: groups[group].lowerBound, to: groups[group].upperBound, by: together) {
        let images = first..<min(groups[group].upperBound, first + together)
        let from = input.read(images, blocks: blocks, worker: worker)
        let other = gradient.read(images, worker: worker)
        withUnsafePointer(to: shape.geometry) {
          ck_convolve_weights(
            from, other, own, $0, Int64(images.count), Int64(blocks.lowerBound), Int64(blocks.count))
        }
      }
    }
    unpackFromKernels(sums, groups: groups.count, shape, into: workspace.pointer(dweight), workspace.workers)
  }
  gradient.release(&workspace)
  input.release(&workspace)
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
