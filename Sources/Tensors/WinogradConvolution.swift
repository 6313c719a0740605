/// 3×3 convolution at stride 1 by Winograd's F(4×4, 3×3): a quarter of the products, between transforms there and back.
/// Rounding: about 1e-5 of the largest number, against 1e-6 of the direct kernels.
import Basics
import CKernels

/// y = x ∗ weight, with the moments of y's channels where wanted.
func convolveByWinograd(
  _ x: Features, weight: Tensor, _ shape: ConvolutionShape, into y: Activation, moments: Bool,
  _ workspace: inout Workspace
) -> Measured {
  let tiling = WinogradTiling(shape, from: x.map, to: y)
  let destination = Destination(y, moments: moments, slots: tiling.bundles.count, &workspace)
  run(tiling, x, weight, turned: false, into: destination, &workspace)
  return destination.measured(workspace) { tiling.bundles[$0].count }
}

/// The gradient of x into dx, with the addend's, before x's ReLU and with its batch norm's sums.
func convolveByWinogradBack(
  _ dy: Activation, weight: Tensor, _ shape: ConvolutionShape, into dx: Activation, of x: Features,
  adding addend: Activation?, _ workspace: inout Workspace
) -> FeatureGradient {
  let tiling = WinogradTiling(shape, from: dy, to: dx)
  let destination = Destination(dx, of: x, adding: addend, slots: tiling.bundles.count, &workspace)
  run(tiling, Features(dy), weight, turned: true, into: destination, &workspace)
  return destination.gradient(workspace)
}

private func run(
  _ tiling: WinogradTiling, _ x: Features, _ weight: Tensor, turned: Bool, into destination: Destination,
  _ workspace: inout Workspace
) {
  let y = destination.map
  let packed = workspace.scratch(weightSize(x.map, y))
  let rooms = tiling.rooms(x.map.blocks, tiling.outs, &workspace)
  if !workspace.isPlanning {
    pack(weight, turned: turned, from: x.map, to: y, into: packed, workspace)
    let (source, points) = (workspace.source(x), workspace.pointer(packed))
    tiling.forEachTask(workspace.workers) { bundle, outs, worker in
      destination.withTarget(slot: bundle) {
        tiling.convolve(source, points, $0, tiling.bundles[bundle], outs, rooms[worker])
      }
    }
  }
  rooms.release(&workspace)
  workspace.release(packed)
}

/// How the work is cut into tasks; depends on the shapes alone.
private struct WinogradTiling {
  private let geometry: ck_winograd
  /// The images, and the blocks of outputs, that a task of the convolution takes.
  let bundles: Bundles
  let outs: Int
  /// Groups of images that the weights' gradient is summed in, and blocks of inputs a task of it takes.
  let groups: ImageGroups
  let ins: Int

  init(_ shape: ConvolutionShape, from x: Activation, to y: Activation) {
    // So many tiles that reading the weights at the points costs little beside the products with them, yet few enough
    // that the points of narrow maps stay in the second-level cache.
    let tiles = x.blocks <= 8 ? 24 : x.blocks <= 16 ? 48 : 96
    geometry = ck_winograd(
      blocks: Int64(x.blocks), out_blocks: Int64(y.blocks), height: Int64(x.height), width: Int64(x.width),
      tiles: Int64(tiles))
    bundles = Bundles(images: x.images, together: (tiles + shape.tilesPerImage - 1) / shape.tilesPerImage)
    outs = y.blocks <= 16 ? y.blocks : 8
    ins = x.blocks <= 4 ? x.blocks : 4
    groups = ImageGroups(images: x.images, limit: max(1, min(16, 512 / (x.blocks * y.blocks))))
  }

  /// Room for the points of maps of so many blocks, read and written.
  func rooms(_ blocks: Int, _ others: Int, _ workspace: inout Workspace) -> WorkerRooms<Float> {
    WorkerRooms<Float>(count: Int(ck_winograd_scratch(geometry.tiles, Int64(blocks), Int64(others))), &workspace)
  }

  /// Calls `body(bundle, blocks of outputs, worker)` for every part of a convolution.
  func forEachTask(_ workers: WorkerPool, _ body: (_ bundle: Int, _ outs: Range<Int>, _ worker: Int) -> Void) {
    let outBlocks = Int(geometry.out_blocks)
    let parts = (outBlocks + outs - 1) / outs
    workers.run(bundles.count * parts) { task, worker in
      let (bundle, part) = task.quotientAndRemainder(dividingBy: parts)
      body(bundle, part * outs..<min(outBlocks, (part + 1) * outs), worker)
    }
  }

  func convolve(
    _ x: ck_source, _ weights: UnsafePointer<Float>, _ y: UnsafePointer<ck_target>, _ images: Range<Int>,
    _ outs: Range<Int>,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    var (source, geometry) = (x, geometry)
    ck_winograd_convolve(
      &source, weights, y, &geometry, Int64(images.lowerBound), Int64(images.count), Int64(outs.lowerBound),
      Int64(outs.count), scratch)
  }

  func gradient(
    _ x: ck_source, _ dy: ck_source, _ sums: UnsafeMutablePointer<Float>, _ images: Range<Int>, _ blocks: Range<Int>,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    var (source, other, geometry) = (x, dy, geometry)
    ck_winograd_weights(
      &source, &other, sums, &geometry, Int64(images.lowerBound), Int64(images.count), Int64(blocks.lowerBound),
      Int64(blocks.count), scratch)
  }
}

/// Floats of the weights at the points, from x's blocks to y's.
private func weightSize(_ x: Activation, _ y: Activation) -> Int {
  36 * Int(ck_winograd_point(Int64(x.blocks), Int64(y.blocks)))
}

/// The weights at the points, for the convolution or, turned, for its adjoint.
private func pack(
  _ weight: Tensor, turned: Bool, from x: Activation, to y: Activation, into packed: Activation,
  _ workspace: borrowing Workspace
) {
  let points = workspace.pointer(packed)
  weight.scalars.withUnsafeBufferPointer { scalars in
    workspace.workers.run(y.blocks) { block, _ in
      ck_winograd_pack(
        scalars.baseAddress!, points, Int64(x.channels), Int64(y.channels), turned ? 1 : 0, Int64(block))
    }
  }
}

/// The gradient of the weight.
func addWinogradWeightGradients(
  _ dy: Activation, _ x: Features, _ shape: ConvolutionShape, into dweight: Activation, _ workspace: inout Workspace
) {
  let map = x.map
  let tiling = WinogradTiling(shape, from: map, to: dy)
  let sumSize = weightSize(map, dy)
  let partial = workspace.scratch(tiling.groups.count * sumSize)
  let rooms = tiling.rooms(tiling.ins, dy.blocks, &workspace)
  if !workspace.isPlanning {
    let (source, other) = (workspace.source(x), workspace.source(Features(dy)))
    let (sums, total) = (workspace.pointer(partial), workspace.pointer(dweight))
    let parts = (map.blocks + tiling.ins - 1) / tiling.ins
    workspace.workers.run(tiling.groups.count * parts) { task, worker in
      let (group, part) = task.quotientAndRemainder(dividingBy: parts)
      tiling.gradient(
        source, other, sums + group * sumSize, tiling.groups[group],
        part * tiling.ins..<min(map.blocks, (part + 1) * tiling.ins), rooms[worker])
    }
    workspace.workers.run(dy.blocks) { block, _ in
      ck_winograd_unpack(
        sums, Int64(tiling.groups.count), Int64(sumSize), total, Int64(map.channels), Int64(dy.channels), Int64(block))
    }
  }
  rooms.release(&workspace)
  workspace.release(partial)
}
