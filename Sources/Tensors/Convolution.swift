/// Convolution as matrix products, image by image and band by band: the patches under the kernel become the rows of a
/// matrix (im2col).
/// The reference for every other way, and the path for odd shapes.
import Basics
import CKernels

/// What does not change from image to image.
private struct Shape {
  var geometry: ck_geometry
  let outChannels: Int
  /// Rows of the patch matrix, and its columns.
  var pixels: Int { Int(geometry.out_height * geometry.out_width) }
  var taps: Int { Int(geometry.blocks * geometry.kernel_height * geometry.kernel_width * geometry.lanes) }
  var paddedOut: Int { (outChannels + 15) / 16 * 16 }
  var outWidth: Int { Int(geometry.out_width) }

  /// Output rows whose patches are made at a time: as many as stay in the second-level cache.
  var band: Int { max(1, min(Int(geometry.out_height), (96 << 10) / (4 * taps * outWidth))) }
  var bandPixels: Int { band * outWidth }

  /// Calls `body(first row, rows, first pixel, pixels)` for every band.
  func forEachBand(_ body: (_ first: Int64, _ rows: Int64, _ pixel: Int, _ pixels: Int) -> Void) {
    for first in stride(from: 0, to: Int(geometry.out_height), by: band) {
      let rows = min(band, Int(geometry.out_height) - first)
      body(Int64(first), Int64(rows), first * outWidth, rows * outWidth)
    }
  }

  init(_ x: Activation, weight: Tensor, stride: Int, padding: Int) {
    precondition(
      weight.shape.count == 4 && weight.shape[1] == x.channels, "weight \(weight.shape) on \(x.channels) channels")
    let (kernelHeight, kernelWidth) = (weight.shape[2], weight.shape[3])
    outChannels = weight.shape[0]
    geometry = ck_geometry(
      blocks: x.format == .blocked ? Int64(x.blocks) : 1, lanes: x.format == .blocked ? 16 : Int64(x.channels),
      height: Int64(x.height), width: Int64(x.width), kernel_height: Int64(kernelHeight),
      kernel_width: Int64(kernelWidth), stride: Int64(stride), padding: Int64(padding),
      out_height: Int64((x.height + 2 * padding - kernelHeight) / stride + 1),
      out_width: Int64((x.width + 2 * padding - kernelWidth) / stride + 1))
    precondition(pixels > 0, "a \(kernelHeight)×\(kernelWidth) kernel on \(x.height)×\(x.width)")
  }

  /// Calls `body(place in the patch matrix's columns, place in [out, in, kh, kw])` for the weights of one output.
  func forEachTap(inChannels: Int, _ body: (_ column: Int, _ weight: Int) -> Void) {
    let lanes = Int(geometry.lanes)
    let kernel = Int(geometry.kernel_height * geometry.kernel_width)
    for channel in 0..<inChannels {
      for tap in 0..<kernel {
        body((channel / lanes * kernel + tap) * lanes + channel % lanes, channel * kernel + tap)
      }
    }
  }
}

/// y = x ∗ weight. x blocked or pixels, weight [out, in, kh, kw] → blocked [images, out, out height, out width].
/// In training, x is kept for backward.
public func convolution(
  _ x: Activation, weight: Tensor, stride: Int, padding: Int, _ mode: Mode, _ workspace: inout Workspace
) -> Activation {
  let shape = Shape(x, weight: weight, stride: stride, padding: padding)
  let y = workspace.allocate(
    images: x.images, channels: shape.outChannels, height: Int(shape.geometry.out_height),
    width: Int(shape.geometry.out_width))
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
  if mode == .training {
    workspace.keep(x)
    workspace.keep(y)
  }
  return y
}

/// The gradients of `convolution`: of the weight into its slot, of x as the result (nil unless `needsInput`).
/// dy is released, and so is the y of forward.
public func convolutionBackward(
  _ dy: Activation, weight: Tensor, slot: Int, stride: Int, padding: Int, needsInput: Bool,
  _ workspace: inout Workspace
) -> Activation? {
  workspace.release(workspace.takeBack())
  let x = workspace.takeBack()
  let shape = Shape(x, weight: weight, stride: stride, padding: padding)
  let (taps, pixels, out) = (shape.taps, shape.pixels, shape.paddedOut)
  let dx =
    needsInput
    ? workspace.allocate(x.format, images: x.images, channels: x.channels, height: x.height, width: x.width) : nil
  let dweight = workspace.makeGradient(slot: slot, count: weight.count)
  let packed = needsInput ? pack(weight, shape, &workspace) : nil
  let threads = workspace.workers.threads
  let patches = workspace.scratch(threads * taps * shape.bandPixels)
  let rows = workspace.scratch(threads * out * shape.bandPixels)
  // Weight gradients are summed within a fixed group of images, the groups in order: the same sum on any threads.
  let groups = ImageGroups(images: x.images, limit: taps * out > 1 << 19 ? 8 : 16)
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
  workspace.release(dy)
  return dx
}

/// weight [out, in, kh, kw] as the matrix [taps][padded out] that multiplies the patches.
private func pack(_ weight: Tensor, _ shape: Shape, _ workspace: inout Workspace) -> Activation {
  let packed = workspace.scratch(shape.taps * shape.paddedOut)
  guard !workspace.isPlanning else { return packed }
  let to = workspace[packed]
  to.update(repeating: 0)
  let perOutput = weight.count / shape.outChannels
  weight.scalars.withUnsafeBufferPointer { from in
    shape.forEachTap(inChannels: weight.shape[1]) { column, tap in
      for out in 0..<shape.outChannels { to[column * shape.paddedOut + out] = from[out * perOutput + tap] }
    }
  }
  return packed
}

/// Adds the groups in order and puts the sum into the parameter's own layout.
private func unpack(
  _ partial: UnsafeMutablePointer<Float>, groups: Int, _ shape: Shape, _ weight: Tensor,
  into gradient: UnsafeMutablePointer<Float>, _ workers: WorkerPool
) {
  let (taps, out) = (shape.taps, shape.paddedOut)
  workers.run(taps) { tap, _ in
    for group in 1..<max(1, groups) {
      ck_add(partial + group * taps * out + tap * out, partial + tap * out, Int64(out))
    }
  }
  let perOutput = weight.count / shape.outChannels
  shape.forEachTap(inChannels: weight.shape[1]) { column, tap in
    for channel in 0..<shape.outChannels { gradient[channel * perOutput + tap] = partial[column * out + channel] }
  }
}
