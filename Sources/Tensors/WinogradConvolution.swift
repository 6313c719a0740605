/// 3×3 convolution at stride 1 by Winograd's F(4×4, 3×3): a quarter of the products, between transforms there and back.
/// Rounding: about 1e-5 of the largest number, against 1e-6 of the direct kernels.
import Basics
import CKernels

/// y = x ∗ weight.
func convolveByWinograd(
  _ x: Activation, weight: Tensor, _ shape: ConvolutionShape, into y: Activation, _ workspace: inout Workspace
) {
  convolve(x, weight: weight, turned: false, WinogradTiling(shape, from: x, to: y), into: y, &workspace)
}

/// The gradients of x, where wanted, and of the weight.
func convolveByWinogradBack(
  _ dy: Activation, _ x: Activation, weight: Tensor, _ shape: ConvolutionShape, into dx: Activation?,
  _ dweight: Activation, _ workspace: inout Workspace
) {
  if let dx {
    convolve(dy, weight: weight, turned: true, WinogradTiling(shape, from: dy, to: dx), into: dx, &workspace)
  }
  addWeightGradients(dy, x, WinogradTiling(shape, from: x, to: dy), into: dweight, &workspace)
}

/// How the work is cut into tasks; depends on the shapes alone.
private struct WinogradTiling {
  let geometry: ck_winograd
  /// Images a task of the convolution takes, and blocks of outputs.
  let images: Int
  let outs: Int
  /// Groups of images that the weights' gradient is summed in, and blocks of inputs a task of it takes.
  let groupLimit: Int
  let ins: Int

  init(_ shape: ConvolutionShape, from x: Activation, to y: Activation) {
    // So many tiles that reading the weights at the points costs little beside the products with them, yet few enough
    // that the points of narrow maps stay in the second-level cache.
    let tiles = x.blocks <= 8 ? 24 : x.blocks <= 16 ? 48 : 96
    geometry = ck_winograd(
      blocks: Int64(x.blocks), out_blocks: Int64(y.blocks), height: Int64(x.height), width: Int64(x.width),
      tiles: Int64(tiles))
    images = (tiles + shape.tilesPerImage - 1) / shape.tilesPerImage
    outs = y.blocks <= 16 ? y.blocks : 8
    ins = x.blocks <= 4 ? x.blocks : 4
    groupLimit = max(1, min(16, 512 / (x.blocks * y.blocks)))
  }

  func scratch(_ blocks: Int, _ others: Int) -> Int {
    Int(ck_winograd_scratch(geometry.tiles, Int64(blocks), Int64(others)))
  }
}

private func convolve(
  _ x: Activation, weight: Tensor, turned: Bool, _ tiling: WinogradTiling, into y: Activation,
  _ workspace: inout Workspace
) {
  let packed = workspace.scratch(36 * 256 * x.blocks * y.blocks)
  let size = tiling.scratch(x.blocks, tiling.outs)
  let scratch = workspace.scratch(size * workspace.workers.threads)
  if !workspace.isPlanning {
    let (from, to) = (workspace.pointer(x), workspace.pointer(y))
    let (points, room) = (workspace.pointer(packed), workspace.pointer(scratch))
    weight.scalars.withUnsafeBufferPointer { scalars in
      workspace.workers.run(y.blocks) { block, _ in
        ck_winograd_pack(
          scalars.baseAddress!, points, Int64(x.channels), Int64(y.channels), turned ? 1 : 0, Int64(block))
      }
    }
    let bundles = (x.images + tiling.images - 1) / tiling.images
    let parts = (y.blocks + tiling.outs - 1) / tiling.outs
    workspace.workers.run(bundles * parts) { task, worker in
      let (bundle, part) = task.quotientAndRemainder(dividingBy: parts)
      let (image, out) = (bundle * tiling.images, part * tiling.outs)
      withUnsafePointer(to: tiling.geometry) { geometry in
        ck_winograd_convolve(
          from + image * x.imageCount, points, to + image * y.imageCount, geometry,
          Int64(min(tiling.images, x.images - image)), Int64(out), Int64(min(tiling.outs, y.blocks - out)),
          room + worker * size)
      }
    }
  }
  for done in [scratch, packed] { workspace.release(done) }
}

private func addWeightGradients(
  _ dy: Activation, _ x: Activation, _ tiling: WinogradTiling, into dweight: Activation, _ workspace: inout Workspace
) {
  let groups = ImageGroups(images: x.images, limit: tiling.groupLimit)
  let sumSize = 36 * 256 * x.blocks * dy.blocks
  let partial = workspace.scratch(groups.count * sumSize)
  let size = tiling.scratch(tiling.ins, dy.blocks)
  let scratch = workspace.scratch(size * workspace.workers.threads)
  if !workspace.isPlanning {
    let (input, gradient) = (workspace.pointer(x), workspace.pointer(dy))
    let (sums, room, total) = (workspace.pointer(partial), workspace.pointer(scratch), workspace.pointer(dweight))
    let parts = (x.blocks + tiling.ins - 1) / tiling.ins
    workspace.workers.run(groups.count * parts) { task, worker in
      let (group, part) = task.quotientAndRemainder(dividingBy: parts)
      let (images, block) = (groups[group], part * tiling.ins)
      withUnsafePointer(to: tiling.geometry) { geometry in
        ck_winograd_weights(
          input + images.lowerBound * x.imageCount, gradient + images.lowerBound * dy.imageCount,
          sums + group * sumSize, geometry, Int64(images.count), Int64(block), Int64(min(tiling.ins, x.blocks - block)),
          room + worker * size)
      }
    }
    workspace.workers.run(dy.blocks) { block, _ in
      ck_winograd_unpack(
        sums, Int64(groups.count), Int64(sumSize), total, Int64(x.channels), Int64(dy.channels), Int64(block))
    }
  }
  for done in [scratch, partial] { workspace.release(done) }
}
