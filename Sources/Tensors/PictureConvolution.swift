/// Convolution of pictures, the first layer's: direct kernels that read interleaved pixels. Nobody asks for the gradient
/// of pictures, so there is none.
import Basics
import CKernels

/// y = x ∗ weight, with the moments of y's channels where wanted.
func convolvePictures(
  _ x: Features, weight: Tensor, _ shape: ConvolutionShape, into y: Activation, moments: Bool,
  _ workspace: inout Workspace
) -> Measured {
  let destination = Destination(y, moments: moments, slots: y.images, &workspace)
  let packed = packForKernels(weight, shape, turned: false, &workspace)
  let rows = rowRooms(shape, &workspace)
  let writer = BundleWriter(destination, together: 1, &workspace)
  if !workspace.isPlanning {
    let (from, weights) = (workspace.pointer(x.map), workspace.pointer(packed))
    workspace.workers.run(y.images) { image, worker in
      writer.write(image..<image + 1, slot: image, worker: worker) { to in
        withUnsafePointer(to: shape.geometry) {
          ck_convolve_picture(from + image * x.map.imageCount, weights, to, $0, 1, rows[worker])
        }
      }
    }
  }
  writer.release(&workspace)
  rows.release(&workspace)
  workspace.release(packed)
  return destination.measured(workspace) { _ in 1 }
}

/// The gradient of the weight.
func addPictureWeightGradients(
  _ dy: Activation, _ x: Features, _ shape: ConvolutionShape, into dweight: Activation, _ workspace: inout Workspace
) {
  let groups = shape.weightGroups(images: dy.images)
  let size = shape.taps * shape.paddedOut
  let partial = workspace.scratch(groups.count * size)
  let rows = rowRooms(shape, &workspace)
  let gradient = BundleReader<Float>(Features(dy), together: 1, &workspace)
  if !workspace.isPlanning {
    let (input, sums) = (workspace.pointer(x.map), workspace.pointer(partial))
    workspace.workers.run(groups.count) { group, worker in
      (sums + group * size).update(repeating: 0, count: size)
      for image in groups[group] {
        let from = gradient.read(image..<image + 1, worker: worker)
        withUnsafePointer(to: shape.geometry) {
          ck_convolve_picture_weights(
            input + image * x.map.imageCount, from, sums + group * size, $0, 1, rows[worker])
        }
      }
    }
    unpackFromKernels(sums, groups: groups.count, shape, into: workspace.pointer(dweight), workspace.workers)
  }
  gradient.release(&workspace)
  rows.release(&workspace)
  workspace.release(partial)
}

/// Room for a band of padded rows.
private func rowRooms(_ shape: ConvolutionShape, _ workspace: inout Workspace) -> WorkerRooms<Float> {
  WorkerRooms<Float>(count: withUnsafePointer(to: shape.geometry) { Int(ck_picture_scratch($0)) }, &workspace)
}
