/// Pooling: global average, by which a feature map becomes one vector an image, and 3×3 max pooling at stride 2.
import Basics
import CKernels

/// x [images, channels, height, width] → [images, channels]. In training x is kept for backward.
public func globalAverage(_ x: Features, _ mode: Mode, _ workspace: inout Workspace) -> Activation {
  let values = plain(x, &workspace)
  let y = workspace.allocate(images: values.images, channels: values.channels)
  if !workspace.isPlanning {
    let (from, to) = (workspace.pointer(values), workspace.pointer(y))
    workspace.workers.run(y.images) { image, _ in
      ck_average(
        from + image * values.imageCount, to + image * y.imageCount, 1, Int64(y.blocks), Int64(values.pixels))
    }
  }
  if values != x.map { workspace.release(values) }
  if mode == .training { workspace.keep(x) }
  return y
}

/// The gradient of `globalAverage`; dy is released, and x's map where it holds the values.
public func globalAverageBackward(_ dy: Activation, _ workspace: inout Workspace) -> FeatureGradient {
  let x = workspace.takeBack()
  let map = x.map
  let plainGradient = workspace.allocate(
    images: map.images, channels: map.channels, height: map.height, width: map.width)
  if !workspace.isPlanning {
    let (from, to) = (workspace.pointer(dy), workspace.pointer(plainGradient))
    workspace.workers.run(map.images) { image, _ in
      ck_average_backward(
        from + image * dy.imageCount, to + image * map.imageCount, 1, Int64(map.blocks), Int64(map.pixels))
    }
  }
  let dx = finishInputGradient(plainGradient, of: x, like: map, adding: nil, &workspace)
  if !x.isPending { workspace.release(map) }
  workspace.release(dy)
  return dx
}

/// The largest number under 3×3 windows at stride 2, padded by one: x [images, channels, height, width] → half the
/// height and width, rounded up. In training x stays taken for backward, which pools it again to find the windows' places.
public func maxPool(_ x: Features, _ mode: Mode, _ workspace: inout Workspace) -> Features {
  let values = plain(x, &workspace)
  let pooled = maximum(of: values, &workspace)
  if values != x.map { workspace.release(values) }
  var y = pooled
  if x.map.element == .bfloat16 {
    y = workspace.allocate(
      .blocked, .bfloat16, images: pooled.images, channels: pooled.channels, height: pooled.height,
      width: pooled.width)
    _ = finishMap(pooled, into: y, moments: false, &workspace)
    workspace.release(pooled)
  }
  if mode == .training { workspace.keep(x) }
  return Features(y)
}

/// The gradient of `maxPool`: each number of dy goes to the first place of its window that holds the largest, as in
/// PyTorch. dy is released, and x's map where it holds the values.
public func maxPoolBackward(_ dy: Activation, _ workspace: inout Workspace) -> FeatureGradient {
  let x = workspace.takeBack()
  let (values, gradient) = (plain(x, &workspace), plain(Features(dy), &workspace))
  let pooled = maximum(of: values, &workspace)
  let plainGradient = workspace.allocate(
    images: values.images, channels: values.channels, height: values.height, width: values.width)
  if !workspace.isPlanning {
    let (input, output) = (workspace.pointer(values), workspace.pointer(pooled))
    let (from, to) = (workspace.pointer(gradient), workspace.pointer(plainGradient))
    workspace.workers.run(values.images) { image, _ in
      let (small, large) = (image * pooled.imageCount, image * values.imageCount)
      ck_max_pool_backward(
        from + small, input + large, output + small, to + large, Int64(values.blocks), Int64(values.height),
        Int64(values.width))
    }
  }
  for (plain, own) in [(gradient, dy), (values, x.map)] where plain != own { workspace.release(plain) }
  workspace.release(pooled)
  let dx = finishInputGradient(plainGradient, of: x, like: x.map, adding: nil, &workspace)
  if !x.isPending { workspace.release(x.map) }
  workspace.release(dy)
  return dx
}

private func maximum(of values: Activation, _ workspace: inout Workspace) -> Activation {
  let pooled = workspace.allocate(
    images: values.images, channels: values.channels, height: (values.height + 1) / 2, width: (values.width + 1) / 2)
  if !workspace.isPlanning {
    let (from, to) = (workspace.pointer(values), workspace.pointer(pooled))
    workspace.workers.run(pooled.images) { image, _ in
      ck_max_pool(
        from + image * values.imageCount, to + image * pooled.imageCount, Int64(values.blocks), Int64(values.height),
        Int64(values.width))
    }
  }
  return pooled
}
