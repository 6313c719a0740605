/// Convolution and its gradients: the two entry points, and the choice between the ways to compute them.
import Basics
import CKernels

/// What does not change from image to image.
struct ConvolutionShape {
  let geometry: ck_geometry
  let inChannels: Int
  let outChannels: Int
  let isOfPictures: Bool
  /// Whether the processor multiplies the maps' numbers as they are kept, in pairs.
  private let hasPairs: Bool

  init(_ x: Activation, weight: Tensor, stride: Int, padding: Int) {
    precondition(
      weight.shape.count == 4 && weight.shape[1] == x.channels, "weight \(weight.shape) on \(x.channels) channels")
    hasPairs = x.element == .bfloat16 && ck_isa_has_bfloat16() != 0
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
  enum Way { case winograd, pairs, direct, pictures, patches }

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
    return winogradPays ? .winograd : hasPairs ? .pairs : .direct
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

/// y = x ∗ weight. x blocked or pixels, weight [out, in, kh, kw] → blocked [images, out, out height, out width], of the
/// workspace's type of map. In training the moments of y's channels are taken, and x is kept for backward.
public func convolution(
  _ x: Features, weight: Tensor, stride: Int, padding: Int, _ mode: Mode, _ workspace: inout Workspace
) -> Measured {
  let shape = ConvolutionShape(x.map, weight: weight, stride: stride, padding: padding)
  let y = workspace.allocate(
    .blocked, workspace.element, images: x.map.images, channels: shape.outChannels,
    height: Int(shape.geometry.out_height), width: Int(shape.geometry.out_width))
  if mode == .training { workspace.keep(x) }
  let forward =
    switch shape.way(inputGradient: false) {
    case .winograd: convolveByWinograd
    case .pairs: convolveByPairs
    case .direct: convolveDirectly
    case .pictures: convolvePictures
    case .patches: convolveByPatches
    }
  return forward(x, weight, shape, y, mode == .training, &workspace)
}

/// What is asked of a convolution's backward beside the gradient of its weight.
public enum InputGradient: Sendable {
  case none
  /// That of x, of another reader too, whose own follows: without ReLU and the sums of x's batch norm; x stays.
  case partial
  /// That of x, to which the other readers' is added, in whose place it is then written.
  case whole(adding: Activation?)
}

/// The gradients of `convolution`: of the weight into its slot, of x as the result (nil for `.none`). dy is released,
/// and so is x's map where it holds the values and no other reader's backward follows.
public func convolutionBackward(
  _ dy: Activation, weight: Tensor, slot: Int, stride: Int, padding: Int, _ wanted: InputGradient,
  _ workspace: inout Workspace
) -> FeatureGradient? {
  let x = workspace.takeBack()
  let shape = ConvolutionShape(x.map, weight: weight, stride: stride, padding: padding)
  let dweight = workspace.makeGradient(slot: slot, count: weight.count)
  // What becomes of the gradient: nothing, for a partial one.
  let (reader, addend): (Features, Activation?)
  let (needsInput, isLast): (Bool, Bool)
  switch wanted {
  case .none: (reader, addend, needsInput, isLast) = (x, nil, false, true)
  case .partial: (reader, addend, needsInput, isLast) = (Features(x.map), nil, true, false)
  case .whole(let other): (reader, addend, needsInput, isLast) = (x, other, true, true)
  }
  let way = shape.way(inputGradient: needsInput)
  let addWeightGradients =
    switch way {
    case .winograd: addWinogradWeightGradients
    case .direct, .pairs: addDirectWeightGradients
    case .pictures: addPictureWeightGradients
    case .patches: addPatchWeightGradients
    }
  addWeightGradients(dy, x, shape, dweight, &workspace)
  var result: FeatureGradient?
  if needsInput {
    let dx = addend ?? workspace.allocate(like: x.map)
    let back =
      switch way {
      case .winograd: convolveByWinogradBack
      case .pairs: convolveByPairsBack
      case .direct: convolveDirectlyBack
      case .pictures, .patches: convolveByPatchesBack
      }
    result = back(dy, weight, shape, dx, reader, addend, &workspace)
  }
  if isLast, !x.isPending { workspace.release(x.map) }
  workspace.release(dy)
  return result
}
