/// Convolution of pictures, the first layer's: direct kernels that read interleaved pixels. Nobody asks for the gradient
/// of pictures, so there is none.
import Basics
import CKernels

/// y = x ∗ weight.
func convolvePictures(
  _ x: Activation, weight: Tensor, _ shape: ConvolutionShape, into y: Activation, _ workspace: inout Workspace
) {
  let packed = packForKernels(weight, shape, turned: false, &workspace)
  let (rows, size) = rowScratch(shape, &workspace)
  if !workspace.isPlanning {
    let (from, to, weights) = (workspace.pointer(x), workspace.pointer(y), workspace.pointer(packed))
    let room = workspace.pointer(rows)
    workspace.workers.run(x.images) { image, worker in
      withUnsafePointer(to: shape.geometry) { geometry in
        ck_convolve_picture(
          from + image * x.imageCount, weights, to + image * y.imageCount, geometry, 1, room + worker * size)
      }
    }
  }
  for done in [rows, packed] { workspace.release(done) }
}

/// The gradient of the weight.
func convolvePicturesBack(
  _ dy: Activation, _ x: Activation, _ shape: ConvolutionShape, into dweight: Activation,
  _ workspace: inout Workspace
) {
  let groups = shape.weightGroups(images: x.images)
  let sumSize = shape.taps * shape.paddedOut
  let partial = workspace.scratch(groups.count * sumSize)
  let (rows, size) = rowScratch(shape, &workspace)
  if !workspace.isPlanning {
    let (input, gradient) = (workspace.pointer(x), workspace.pointer(dy))
    let (sums, room) = (workspace.pointer(partial), workspace.pointer(rows))
    workspace.workers.run(groups.count) { group, worker in
      let images = groups[group]
      withUnsafePointer(to: shape.geometry) { geometry in
        ck_convolve_picture_weights(
          input + images.lowerBound * x.imageCount, gradient + images.lowerBound * dy.imageCount,
          sums + group * sumSize, geometry, Int64(images.count), room + worker * size)
      }
    }
    unpackFromKernels(sums, groups: groups.count, shape, into: workspace.pointer(dweight), workspace.workers)
  }
  for done in [rows, partial] { workspace.release(done) }
}

/// Room for a band of padded rows a thread, and its size.
private func rowScratch(_ shape: ConvolutionShape, _ workspace: inout Workspace) -> (Activation, size: Int) {
  let size = withUnsafePointer(to: shape.geometry) { Int(ck_picture_scratch($0)) }
  return (workspace.scratch(size * workspace.workers.threads), size)
}
