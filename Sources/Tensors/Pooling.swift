/// Pooling: global average, by which a feature map becomes one vector an image, and 3×3 max pooling at stride 2.
import Basics
import CKernels

/// x [images, channels, height, width] → [images, channels]. In training x's shape is kept for backward.
public func globalAverage(_ x: Activation, _ mode: Mode, _ workspace: inout Workspace) -> Activation {
  let y = workspace.allocate(images: x.images, channels: x.channels)
  if !workspace.isPlanning {
    let (from, to) = (workspace.pointer(x), workspace.pointer(y))
    workspace.workers.run(x.images) { image, _ in
      ck_average(from + image * x.imageCount, to + image * y.imageCount, 1, Int64(x.blocks), Int64(x.pixels))
    }
  }
  if mode == .training { workspace.keep(x) }
  return y
}

/// The gradient of `globalAverage`; dy is released.
public func globalAverageBackward(_ dy: Activation, _ workspace: inout Workspace) -> Activation {
  let x = workspace.takeBack()
  let dx = workspace.allocate(images: x.images, channels: x.channels, height: x.height, width: x.width)
  if !workspace.isPlanning {
    let (from, to) = (workspace.pointer(dy), workspace.pointer(dx))
    workspace.workers.run(x.images) { image, _ in
      ck_average_backward(from + image * dy.imageCount, to + image * x.imageCount, 1, Int64(x.blocks), Int64(x.pixels))
    }
  }
  workspace.release(dy)
  return dx
}

/// The largest number under 3×3 windows at stride 2, padded by one: x [images, channels, height, width] → half the
/// height and width, rounded up. In training x stays taken for backward; the windows' places are found again from y.
public func maxPool(_ x: Activation, _ mode: Mode, _ workspace: inout Workspace) -> Activation {
  let y = workspace.allocate(
    images: x.images, channels: x.channels, height: (x.height + 1) / 2, width: (x.width + 1) / 2)
  if !workspace.isPlanning {
    let (from, to) = (workspace.pointer(x), workspace.pointer(y))
    workspace.workers.run(x.images) { image, _ in
      ck_max_pool(
        from + image * x.imageCount, to + image * y.imageCount, Int64(x.blocks), Int64(x.height), Int64(x.width))
    }
  }
  if mode == .training {
    workspace.keep(x)
    workspace.keep(y)
  }
  return y
}

/// The gradient of `maxPool`: each number of dy goes to the first place of its window that holds the largest, as in
/// PyTorch. dy is released, and so is the y of forward.
public func maxPoolBackward(_ dy: Activation, _ workspace: inout Workspace) -> Activation {
  let y = workspace.takeBack()
  let x = workspace.takeBack()
  let dx = workspace.allocate(images: x.images, channels: x.channels, height: x.height, width: x.width)
  if !workspace.isPlanning {
    let (input, output) = (workspace.pointer(x), workspace.pointer(y))
    let (from, to) = (workspace.pointer(dy), workspace.pointer(dx))
    workspace.workers.run(x.images) { image, _ in
      let (small, large) = (image * y.imageCount, image * x.imageCount)
      ck_max_pool_backward(
        from + small, input + large, output + small, to + large, Int64(x.blocks), Int64(x.height), Int64(x.width))
    }
  }
  for done in [dy, y] { workspace.release(done) }
  return dx
}
