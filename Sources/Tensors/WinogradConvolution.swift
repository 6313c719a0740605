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
  let slots = moments ? SlotSums(slots: tiling.bundles, y, &workspace) : nil
  let packed = workspace.scratch(weightSize(x.map, y))
  let (scratch, size) = tiling.scratch(x.map.blocks, tiling.outs, &workspace)
  if !workspace.isPlanning {
    pack(weight, turned: false, from: x.map, to: y, into: packed, workspace)
    let (source, whole) = (workspace.source(x), workspace.target(y))
    let places = slots?.pointer(workspace)
    let (points, room) = (workspace.pointer(packed), workspace.pointer(scratch))
    tiling.forEachTask(workspace.workers) { bundle, images, outs, worker in
      var target = whole
      target.moments = places.map { $0 + bundle * 2 * y.paddedChannels }
      tiling.convolve(source, points, target, images, outs, room + worker * size)
    }
    slots?.joinMoments(workspace) { tiling.images(of: $0).count * y.pixels }
  }
  for done in [scratch, packed] { workspace.release(done) }
  return Measured(y, moments: slots?.place)
}

/// The gradient of x into dx, with the addend's, before x's ReLU and with its batch norm's sums.
func convolveByWinogradBack(
  _ dy: Activation, weight: Tensor, _ shape: ConvolutionShape, into dx: Activation, of x: Features,
  adding addend: Activation?, _ workspace: inout Workspace
) -> FeatureGradient {
  let tiling = WinogradTiling(shape, from: dy, to: dx)
  let sums = x.origin == nil ? nil : SlotSums(slots: tiling.bundles, dx, &workspace)
  let packed = workspace.scratch(weightSize(dy, dx))
  let (scratch, size) = tiling.scratch(dy.blocks, tiling.outs, &workspace)
  if !workspace.isPlanning {
    pack(weight, turned: true, from: dy, to: dx, into: packed, workspace)
    let (source, whole) = (workspace.source(Features(dy)), workspace.target(dx))
    let shared = workspace.gate(x, adding: addend, sums: nil)
    let places = sums?.clear(workspace)
    let (points, room) = (workspace.pointer(packed), workspace.pointer(scratch))
    tiling.forEachTask(workspace.workers) { bundle, images, outs, worker in
      var gate = shared
      gate.sums = places.map { $0 + bundle * 2 * dx.paddedChannels }
      withUnsafePointer(to: gate) { gate in
        var target = whole
        target.gate = gate
        tiling.convolve(source, points, target, images, outs, room + worker * size)
      }
    }
    sums?.add(workspace)
  }
  for done in [scratch, packed] { workspace.release(done) }
  return FeatureGradient(dx, sums: sums?.place)
}

/// How the work is cut into tasks; depends on the shapes alone.
private struct WinogradTiling {
  private let geometry: ck_winograd
  /// Images of the batch, those a task of the convolution takes, and the blocks of outputs it takes.
  private let all: Int
  private let together: Int
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
    all = x.images
    together = (tiles + shape.tilesPerImage - 1) / shape.tilesPerImage
    outs = y.blocks <= 16 ? y.blocks : 8
    ins = x.blocks <= 4 ? x.blocks : 4
    groups = ImageGroups(images: x.images, limit: max(1, min(16, 512 / (x.blocks * y.blocks))))
  }

  var bundles: Int { (all + together - 1) / together }
  func images(of bundle: Int) -> Range<Int> { bundle * together..<min(all, (bundle + 1) * together) }

  /// Room for each thread, and the size of it.
  func scratch(_ blocks: Int, _ others: Int, _ workspace: inout Workspace) -> (Activation, size: Int) {
    let size = Int(ck_winograd_scratch(geometry.tiles, Int64(blocks), Int64(others)))
    return (workspace.scratch(size * workspace.workers.threads), size)
  }

  /// Calls `body(bundle, its images, blocks of outputs, worker)` for every part of a convolution.
  func forEachTask(
    _ workers: WorkerPool, _ body: (_ bundle: Int, _ images: Range<Int>, _ outs: Range<Int>, _ worker: Int) -> Void
  ) {
    let outBlocks = Int(geometry.out_blocks)
    let parts = (outBlocks + outs - 1) / outs
    workers.run(bundles * parts) { task, worker in
      let (bundle, part) = task.quotientAndRemainder(dividingBy: parts)
      body(bundle, images(of: bundle), part * outs..<min(outBlocks, (part + 1) * outs), worker)
    }
  }

  func convolve(
    _ x: ck_source, _ weights: UnsafePointer<Float>, _ y: ck_target, _ images: Range<Int>, _ outs: Range<Int>,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    var (source, target, geometry) = (x, y, geometry)
    ck_winograd_convolve(
      &source, weights, &target, &geometry, Int64(images.lowerBound), Int64(images.count), Int64(outs.lowerBound),
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
  let (scratch, size) = tiling.scratch(tiling.ins, dy.blocks, &workspace)
  if !workspace.isPlanning {
    let (source, other) = (workspace.source(x), workspace.source(Features(dy)))
    let (sums, room, total) = (workspace.pointer(partial), workspace.pointer(scratch), workspace.pointer(dweight))
    let parts = (map.blocks + tiling.ins - 1) / tiling.ins
    workspace.workers.run(tiling.groups.count * parts) { task, worker in
      let (group, part) = task.quotientAndRemainder(dividingBy: parts)
      tiling.gradient(
        source, other, sums + group * sumSize, tiling.groups[group],
        part * tiling.ins..<min(map.blocks, (part + 1) * tiling.ins), room + worker * size)
    }
    workspace.workers.run(dy.blocks) { block, _ in
      ck_winograd_unpack(
        sums, Int64(tiling.groups.count), Int64(sumSize), total, Int64(map.channels), Int64(dy.channels), Int64(block))
    }
  }
  for done in [scratch, partial] { workspace.release(done) }
}
