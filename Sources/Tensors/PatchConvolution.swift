/// Convolution as matrix products, image by image and band by band: the patches under the kernel become the rows of a
/// matrix (im2col). The reference for the direct kernels, and the path for shapes that they do not have.
import Basics
import CKernels

extension ConvolutionShape {
  private var outWidth: Int { Int(geometry.out_width) }

  /// Output rows whose patches are made at a time: as many as stay in the second-level cache.
  private var band: Int { max(1, min(Int(geometry.out_height), (96 << 10) / (4 * taps * outWidth))) }
  fileprivate var bandPixels: Int { band * outWidth }

  /// Calls `body(first row, rows, first pixel, pixels)` for every band.
  fileprivate func forEachBand(_ body: (_ first: Int64, _ rows: Int64, _ pixel: Int, _ pixels: Int) -> Void) {
    for first in stride(from: 0, to: Int(geometry.out_height), by: band) {
      let rows = min(band, Int(geometry.out_height) - first)
      body(Int64(first), Int64(rows), first * outWidth, rows * outWidth)
    }
  }

  /// Calls `body(place in the patch matrix's columns, place in [out, in, kh, kw])` for the weights of one output.
  fileprivate func forEachTap(_ body: (_ column: Int, _ weight: Int) -> Void) {
    let lanes = Int(geometry.lanes)
    let kernel = kernelSize
    for channel in 0..<inChannels {
      for tap in 0..<kernel {
        body((channel / lanes * kernel + tap) * lanes + channel % lanes, channel * kernel + tap)
      }
    }
  }
}

/// y = x ∗ weight, with the moments of y's channels where wanted.
func convolveByPatches(
  _ x: Features, weight: Tensor, _ shape: ConvolutionShape, into y: Activation, moments: Bool,
  _ workspace: inout Workspace
) -> Measured {
  let (taps, pixels, out) = (shape.taps, shape.pixels, shape.paddedOut)
  let destination = Destination(y, moments: moments, slots: y.images, &workspace)
  let packed = pack(weight, shape, &workspace)
  let patches = WorkerRooms<Float>(count: taps * shape.bandPixels, &workspace)
  let rows = WorkerRooms<Float>(count: out * shape.bandPixels, &workspace)
  let reader = BundleReader<Float>(x, together: 1, &workspace)
  let writer = BundleWriter(destination, together: 1, &workspace)
  if !workspace.isPlanning {
    let weights = workspace.pointer(packed)
    workspace.workers.run(y.images) { image, worker in
      var geometry = shape.geometry
      let (patch, row) = (patches[worker], rows[worker])
      let from = reader.read(image..<image + 1, worker: worker)
      writer.write(image..<image + 1, slot: image, worker: worker) { to in
        shape.forEachBand { first, count, pixel, size in
          ck_im2col(from, patch, &geometry, first, count)
          multiply(Matrix(patch, size, taps), Matrix(weights, taps, out), into: row, stride: out)
          ck_blocked_from_rows(row, to, Int64(out / 16), Int64(pixels), Int64(pixel), Int64(size))
        }
      }
    }
  }
  writer.release(&workspace)
  for rooms in [rows, patches] { rooms.release(&workspace) }
  reader.release(&workspace)
  workspace.release(packed)
  return destination.measured(workspace) { _ in 1 }
}

/// The gradient of x into dx, with the addend's, before x's ReLU and with its batch norm's sums.
func convolveByPatchesBack(
  _ dy: Activation, weight: Tensor, _ shape: ConvolutionShape, into dx: Activation, of x: Features,
  adding addend: Activation?, _ workspace: inout Workspace
) -> FeatureGradient {
  let (taps, pixels, out) = (shape.taps, shape.pixels, shape.paddedOut)
  let destination = Destination(dx, of: x, adding: addend, slots: dx.images, &workspace)
  let packed = pack(weight, shape, &workspace)
  let patches = WorkerRooms<Float>(count: taps * shape.bandPixels, &workspace)
  let rows = WorkerRooms<Float>(count: out * shape.bandPixels, &workspace)
  let reader = BundleReader<Float>(Features(dy), together: 1, &workspace)
  let writer = BundleWriter(destination, together: 1, &workspace)
  if !workspace.isPlanning {
    let weights = workspace.pointer(packed)
    workspace.workers.run(dx.images) { image, worker in
      var geometry = shape.geometry
      let (patch, row) = (patches[worker], rows[worker])
      let from = reader.read(image..<image + 1, worker: worker)
      writer.write(image..<image + 1, slot: image, worker: worker) { to in
        to.update(repeating: 0, count: dx.imageCount)
        shape.forEachBand { first, count, pixel, size in
          ck_rows_from_blocked(from, row, Int64(out / 16), Int64(pixels), Int64(pixel), Int64(size))
          multiply(Matrix(row, size, out), Matrix(weights, taps, out).T, into: patch, stride: taps)
          ck_col2im_add(patch, to, &geometry, first, count)
        }
      }
    }
  }
  writer.release(&workspace)
  reader.release(&workspace)
  for rooms in [rows, patches] { rooms.release(&workspace) }
  workspace.release(packed)
  return destination.gradient(workspace)
}

/// The gradient of the weight.
func addPatchWeightGradients(
  _ dy: Activation, _ x: Features, _ shape: ConvolutionShape, into dweight: Activation, _ workspace: inout Workspace
) {
  let (taps, pixels, out) = (shape.taps, shape.pixels, shape.paddedOut)
  let groups = shape.weightGroups(images: dy.images)
  let partial = workspace.scratch(groups.count * taps * out)
  let patches = WorkerRooms<Float>(count: taps * shape.bandPixels, &workspace)
  let rows = WorkerRooms<Float>(count: out * shape.bandPixels, &workspace)
  let input = BundleReader<Float>(x, together: 1, &workspace)
  let gradient = BundleReader<Float>(Features(dy), together: 1, &workspace)
  if !workspace.isPlanning {
    let partial = workspace.pointer(partial)
    workspace.workers.run(groups.count) { group, worker in
      var geometry = shape.geometry
      let (patch, row, sum) = (patches[worker], rows[worker], partial + group * taps * out)
      for image in groups[group] {
        let from = input.read(image..<image + 1, worker: worker)
        let other = gradient.read(image..<image + 1, worker: worker)
        shape.forEachBand { first, count, pixel, size in
          ck_im2col(from, patch, &geometry, first, count)
          ck_rows_from_blocked(other, row, Int64(out / 16), Int64(pixels), Int64(pixel), Int64(size))
          let isFirst = image == groups[group].lowerBound && pixel == 0
          multiply(
            Matrix(patch, size, taps).T, Matrix(row, size, out), into: sum, stride: out, keep: isFirst ? 0 : 1)
        }
      }
    }
    unpack(partial, groups: groups.count, shape, into: workspace.pointer(dweight), workspace.workers)
  }
  gradient.release(&workspace)
  input.release(&workspace)
  for rooms in [rows, patches] { rooms.release(&workspace) }
  workspace.release(partial)
}

/// weight [out, in, kh, kw] as the matrix [taps][padded out] that multiplies the patches.
private func pack(_ weight: Tensor, _ shape: ConvolutionShape, _ workspace: inout Workspace) -> Activation {
  let packed = workspace.scratch(shape.taps * shape.paddedOut)
  guard !workspace.isPlanning else { return packed }
  let to = workspace[packed]
  to.update(repeating: 0)
  let perOutput = weight.count / shape.outChannels
  weight.scalars.withUnsafeBufferPointer { from in
    shape.forEachTap { column, tap in
      for out in 0..<shape.outChannels { to[column * shape.paddedOut + out] = from[out * perOutput + tap] }
    }
  }
  return packed
}

/// Adds the groups in order and puts the sum into the parameter's own layout.
private func unpack(
  _ partial: UnsafeMutablePointer<Float>, groups: Int, _ shape: ConvolutionShape,
  into gradient: UnsafeMutablePointer<Float>, _ workers: WorkerPool
) {
  let (taps, out) = (shape.taps, shape.paddedOut)
  workers.run(taps) { tap, _ in
    for group in 1..<max(1, groups) {
      ck_add(partial + group * taps * out + tap * out, partial + tap * out, Int64(out))
    }
  }
  let perOutput = shape.inChannels * shape.kernelSize
  shape.forEachTap { column, tap in
    for channel in 0..<shape.outChannels { gradient[channel * perOutput + tap] = partial[column * out + channel] }
  }
}
