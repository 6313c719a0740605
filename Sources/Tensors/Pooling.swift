/// Pooling: global average, by which a feature map becomes one vector an image, and 3×3 max pooling at stride 2.
import Basics
import CKernels

/// x [images, channels, height, width] → [images, channels]. In training x is kept for backward.
public func globalAverage(_ x: Features, _ mode: Mode, _ workspace: inout Workspace) -> Activation {
  let map = x.map
  let y = workspace.allocate(images: map.images, channels: map.channels)
  let reader = BundleReader<Float>(x, together: 1, &workspace)
  if !workspace.isPlanning {
    let to = workspace.pointer(y)
    workspace.workers.run(y.images) { image, worker in
      let from = reader.read(image..<image + 1, worker: worker)
      ck_average(from, to + image * y.imageCount, 1, Int64(y.blocks), Int64(map.pixels))
    }
  }
  reader.release(&workspace)
  if mode == .training { workspace.keep(x) }
  return y
}

/// The gradient of `globalAverage`; dy is released, and x's map where it holds the values.
public func globalAverageBackward(_ dy: Activation, _ workspace: inout Workspace) -> FeatureGradient {
  let x = workspace.takeBack()
  let map = x.map
  let destination = Destination(
    workspace.allocate(like: map), of: x, adding: nil, slots: map.images, &workspace)
  let writer = BundleWriter(destination, together: 1, &workspace)
  if !workspace.isPlanning {
    let from = workspace.pointer(dy)
    workspace.workers.run(map.images) { image, worker in
      writer.write(image..<image + 1, slot: image, worker: worker) { to in
        ck_average_backward(from + image * dy.imageCount, to, 1, Int64(map.blocks), Int64(map.pixels))
      }
    }
  }
  writer.release(&workspace)
  if !x.isPending { workspace.release(map) }
  workspace.release(dy)
  return destination.gradient(workspace)
}

/// The largest number under 3×3 windows at stride 2, padded by one: x [images, channels, height, width] → half the
/// height and width, rounded up. In training x stays taken for backward, which pools it again to find the windows' places.
public func maxPool(_ x: Features, _ mode: Mode, _ workspace: inout Workspace) -> Features {
  let map = x.map
  let y = workspace.allocate(
    .blocked, map.element, images: map.images, channels: map.channels, height: (map.height + 1) / 2,
    width: (map.width + 1) / 2)
  let destination = Destination(y, moments: false, slots: 0, &workspace)
  let reader = BundleReader<Float>(x, together: 1, &workspace)
  let writer = BundleWriter(destination, together: 1, &workspace)
  if !workspace.isPlanning {
    workspace.workers.run(y.images) { image, worker in
      let from = reader.read(image..<image + 1, worker: worker)
      writer.write(image..<image + 1, slot: 0, worker: worker) { to in
        ck_max_pool(from, to, Int64(map.blocks), Int64(map.height), Int64(map.width))
      }
    }
  }
  writer.release(&workspace)
  reader.release(&workspace)
  if mode == .training { workspace.keep(x) }
  return Features(y)
}

/// The gradient of `maxPool`: each number of dy goes to the first place of its window that holds the largest, as in
/// PyTorch. dy is released, and x's map where it holds the values.
public func maxPoolBackward(_ dy: Activation, _ workspace: inout Workspace) -> FeatureGradient {
  let x = workspace.takeBack()
  let map = x.map
  let destination = Destination(
    workspace.allocate(like: map), of: x, adding: nil, slots: map.images, &workspace)
  let input = BundleReader<Float>(x, together: 1, &workspace)
  let gradient = BundleReader<Float>(Features(dy), together: 1, &workspace)
  let pooled = WorkerRooms<Float>(count: dy.imageCount, &workspace)
  let writer = BundleWriter(destination, together: 1, &workspace)
  if !workspace.isPlanning {
    let (blocks, height, width) = (Int64(map.blocks), Int64(map.height), Int64(map.width))
    workspace.workers.run(map.images) { image, worker in
      let from = input.read(image..<image + 1, worker: worker)
      let dfrom = gradient.read(image..<image + 1, worker: worker)
      ck_max_pool(from, pooled[worker], blocks, height, width)
      writer.write(image..<image + 1, slot: image, worker: worker) { to in
        ck_max_pool_backward(dfrom, from, pooled[worker], to, blocks, height, width)
      }
    }
  }
  writer.release(&workspace)
  pooled.release(&workspace)
  gradient.release(&workspace)
  input.release(&workspace)
  if !x.isPending { workspace.release(map) }
  workspace.release(dy)
  return destination.gradient(workspace)
}
