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

/// y = x ∗ weight.
func convolveByPatches(
  _ x: Activation, weight: Tensor, _ shape: ConvolutionShape, into y: Activation, _ workspace: inout Workspace
) {
  let (taps, pixels, out) = (shape.taps, shape.pixels, shape.paddedOut)
  let packed = pack(weight, shape, &workspace)
  let threads = workspace.workers.threads
  let patches = workspace.scratch(threads * taps * shape.bandPixels)
  let rows = workspace.scratch(threads * out * shape.bandPixels)
  if !workspace.isPlanning {
    let (from, to, weights) = (workspace.pointer(x), workspace.pointer(y), workspace.pointer(packed))
    let (patches, rows) = (workspace.pointer(patches), workspace.pointer(rows))
    workspace.workers.run(x.images) { image, worker in
      var geometry = shape.geometry
      let (patch, row) = (patches + worker * taps * shape.bandPixels, rows + worker * out * shape.bandPixels)
      shape.forEachBand { first, count, pixel, size in
        ck_im2col(from + image * x.imageCount, patch, &geometry, first, count)
        multiply(Matrix(patch, size, taps), Matrix(weights, taps, out), into: row, stride: out)
        ck_blocked_from_rows(
          row, to + image * y.imageCount, Int64(out / 16), Int64(pixels), Int64(pixel), Int64(size))
      }
    }
  }
  for scratch in [rows, patches, packed] { workspace.release(scratch) }
}

/// The gradients of x, where wanted, and of the weight.
func convolveByPatchesBack(
  _ dy: Activation, _ x: Activation, weight: Tensor, _ shape: ConvolutionShape, into dx: Activation?,
  _ dweight: Activation, _ workspace: inout Workspace
) {
  let (taps, pixels, out) = (shape.taps, shape.pixels, shape.paddedOut)
  let packed = dx == nil ? nil : pack(weight, shape, &workspace)
  let threads = workspace.workers.threads
  let patches = workspace.scratch(threads * taps * shape.bandPixels)
  let rows = workspace.scratch(threads * out * shape.bandPixels)
  let groups = shape.weightGroups(images: x.images)
  let partial = workspace.scratch(groups.count * taps * out)
  if !workspace.isPlanning {
    let (input, gradient) = (workspace.pointer(x), workspace.pointer(dy))
    let target = dx.map { workspace.pointer($0) }
    let weights = packed.map { workspace.pointer($0) }
    let (patches, rows, partial) = (workspace.pointer(patches), workspace.pointer(rows), workspace.pointer(partial))
    workspace.workers.run(groups.count) { group, worker in
      var geometry = shape.geometry
      let (patch, row) = (patches + worker * taps * shape.bandPixels, rows + worker * out * shape.bandPixels)
      let sum = partial + group * taps * out
      for (position, image) in groups[group].enumerated() {
        if let target { (target + image * x.imageCount).update(repeating: 0, count: x.imageCount) }
        shape.forEachBand { first, count, pixel, size in
          ck_im2col(input + image * x.imageCount, patch, &geometry, first, count)
          ck_rows_from_blocked(
            gradient + image * dy.imageCount, row, Int64(out / 16), Int64(pixels), Int64(pixel), Int64(size))
          let isFirst = position == 0 && pixel == 0
          multiply(
            Matrix(patch, size, taps).T, Matrix(row, size, out), into: sum, stride: out, keep: isFirst ? 0 : 1)
          if let target, let weights {
            multiply(Matrix(row, size, out), Matrix(weights, taps, out).T, into: patch, stride: taps)
            ck_col2im_add(patch, target + image * x.imageCount, &geometry, first, count)
          }
        }
      }
    }
    unpack(partial, groups: groups.count, shape, weight, into: workspace.pointer(dweight), workspace.workers)
  }
  for scratch in [partial, rows, patches] { workspace.release(scratch) }
  if let packed { workspace.release(packed) }
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
  _ partial: UnsafeMutablePointer<Float>, groups: Int, _ shape: ConvolutionShape, _ weight: Tensor,
  into gradient: UnsafeMutablePointer<Float>, _ workers: WorkerPool
) {
  let (taps, out) = (shape.taps, shape.paddedOut)
  workers.run(taps) { tap, _ in
    for group in 1..<max(1, groups) {
      ck_add(partial + group * taps * out + tap * out, partial + tap * out, Int64(out))
    }
  }
  let perOutput = weight.count / shape.outChannels
  shape.forEachTap { column, tap in
    for channel in 0..<shape.outChannels { gradient[channel * perOutput + tap] = partial[column * out + channel] }
  }
}
