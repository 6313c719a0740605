/// Global average pooling: a feature map becomes one vector an image.
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
