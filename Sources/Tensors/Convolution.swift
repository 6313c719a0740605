/// Convolution and its gradients: the two entry points, and the choice between the ways to compute them.
import Basics
import CKernels

/// What does not change from image to image.
struct ConvolutionShape {
  let geometry: ck_geometry
  let inChannels: Int
  let outChannels: Int
  let isOfPictures: Bool

  init(_ x: Activation, weight: Tensor, stride: Int, padding: Int) {
    precondition(
      weight.shape.count == 4 && weight.shape[1] == x.channels, "weight \(weight.shape) on \(x.channels) channels")
    let (kernelHeight, kernelWidth) = (weight.shape[2], weight.shape[3])
    (inChannels, outChannels, isOfPictures) = (x.channels, weight.shape[0], x.format == .pixels)
    geometry = ck_geometry(
      blocks: isOfPictures ? 1 : Int64(x.blocks), lanes: isOfPictures ? Int64(x.channels) : 16,
      height: Int64(x.height), width: Int64(x.width), kernel_height: Int64(kernelHeight),
      kernel_width: Int64(kernelWidth), stride: Int64(stride), padding: Int64(padding),
      out_blocks: Int64((outChannels + 15) / 16),
      out_height: Int64((x.height + 2 * padding - kernelHeight) / stride + 1),
      out_width: Int64((x.width + 2 * padding - kernelWidth) / stride + 1))
    precondition(pixels > 0, "a \(kernelHeight)×\(kernelWidth) kernel on \(x.height)×\(x.width)")
  }

  /// Pixels of one image of y.
  var pixels: Int { Int(geometry.out_height * geometry.out_width) }
  /// Numbers under the kernel, padded channels among them.
  var taps: Int { Int(geometry.blocks * geometry.lanes) * kernelSize }
  var kernelSize: Int { Int(geometry.kernel_height * geometry.kernel_width) }
  var paddedOut: Int { Int(geometry.out_blocks) * 16 }

  /// Winograd's tiles of 4×4 pixels an image.
  var tilesPerImage: Int { Int((geometry.height + 3) / 4 * ((geometry.width + 3) / 4)) }

  /// How a convolution is computed.
  enum Way { case winograd, direct, pictures, patches }

  /// Kernels that are padded by half: on blocked maps 3×3 and 1×1 at stride 1 or 2; on pictures of three channels the two
  /// stems, 3×3 at stride 1 and 7×7 at stride 2, for which there is no gradient of the input. All else by patches.
  func way(inputGradient: Bool) -> Way {
    let g = geometry
    guard g.kernel_height == g.kernel_width, g.padding == g.kernel_height / 2 else { return .patches }
    if isOfPictures {
      let isStem = (g.kernel_height, g.stride) == (3, 1) || (g.kernel_height, g.stride) == (7, 2)
      return isStem && g.lanes == 3 && !inputGradient ? .pictures : .patches
    }
    guard [1, 3].contains(g.kernel_height), [1, 2].contains(g.stride) else { return .patches }
    return winogradPays ? .winograd : .direct
  }

  /// 3×3 at stride 1 on blocked maps, where 36 products a tile are clearly fewer than the taps that meet a pixel (the
  /// transforms cost about 6 in 10 of what they save on narrow maps).
  private var winogradPays: Bool {
    let g = geometry
    return g.kernel_height == 3 && g.stride == 1
      && 8 * 36 * tilesPerImage < 5 * Int((3 * g.height - 2) * (3 * g.width - 2))
  }

  /// Weight gradients are summed within a fixed group of images, the groups in order: the same sum on any threads. Few
  /// groups where a gradient is large.
  func weightGroups(images: Int) -> ImageGroups {
    ImageGroups(images: images, limit: max(1, min(16, (1 << 19) / (taps * paddedOut))))
  }
}

/// y = x ∗ weight. x blocked or pixels, weight [out, in, kh, kw] → blocked [images, out, out height, out width].
/// In training, x is kept for backward.
public func convolution(
  _ x: Activation, weight: Tensor, stride: Int, padding: Int, _ mode: Mode, _ workspace: inout Workspace
) -> Activation {
  let shape = ConvolutionShape(x, weight: weight, stride: stride, padding: padding)
  let y = workspace.allocate(
    images: x.images, channels: shape.outChannels, height: Int(shape.geometry.out_height),
    width: Int(shape.geometry.out_width))
  switch shape.way(inputGradient: false) {
  case .winograd: convolveByWinograd(x, weight: weight, shape, into: y, &workspace)
  case .direct: convolveDirectly(x, weight: weight, shape, into: y, &workspace)
  case .pictures: convolvePictures(x, weight: weight, shape, into: y, &workspace)
  case .patches: convolveByPatches(x, weight: weight, shape, into: y, &workspace)
  }
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
  let shape = ConvolutionShape(x, weight: weight, stride: stride, padding: padding)
  let dx =
    needsInput
    ? workspace.allocate(x.format, images: x.images, channels: x.channels, height: x.height, width: x.width) : nil
  let dweight = workspace.makeGradient(slot: slot, count: weight.count)
  switch shape.way(inputGradient: needsInput) {
  case .winograd: convolveByWinogradBack(dy, x, weight: weight, shape, into: dx, dweight, &workspace)
  case .direct: convolveDirectlyBack(dy, x, weight: weight, shape, into: dx, dweight, &workspace)
  case .pictures: convolvePicturesBack(dy, x, shape, into: dweight, &workspace)
  case .patches: convolveByPatchesBack(dy, x, weight: weight, shape, into: dx, dweight, &workspace)
  }
  workspace.release(dy)
  return dx
}
