/// The block of the deeper residual networks (He et al. 2016), built and named as in torchvision.
import Basics
import Tensors

/// 1×1, 3×3 and 1×1 convolutions and a shortcut; the stride is the 3×3 one's, as in torchvision.
struct Bottleneck: ResidualBlock {
  static let expansion = 4

  var conv1: Conv2d
  var bn1: BatchNorm
  var conv2: Conv2d
  var bn2: BatchNorm
  var conv3: Conv2d
  var bn3: BatchNorm
  var downsample: Projection?

  init(
    _ inChannels: Int, _ outChannels: Int, stride: Int, branchGamma: Float, using random: inout RandomStream
  ) {
    let wide = outChannels * Self.expansion
    conv1 = Conv2d(inChannels, outChannels, kernel: 1, using: &random)
    bn1 = BatchNorm(outChannels, relu: true)
    conv2 = Conv2d(outChannels, outChannels, kernel: 3, stride: stride, using: &random)
    bn2 = BatchNorm(outChannels, relu: true)
    conv3 = Conv2d(outChannels, wide, kernel: 1, using: &random)
    bn3 = BatchNorm(wide, relu: false, gamma: branchGamma)
    let changes = stride != 1 || inChannels != wide
    downsample = changes ? Projection(inChannels, wide, stride: stride, using: &random) : nil
  }

  mutating func branch(_ x: Features, _ mode: Mode, _ workspace: inout Workspace) -> Features {
    let narrow = bn1.forward(conv1.forward(x, mode, &workspace), mode, &workspace)
    let inner = bn2.forward(conv2.forward(narrow, mode, &workspace), mode, &workspace)
    if mode == .inference { workspace.release(narrow) }
    let y = bn3.forward(conv3.forward(inner, mode, &workspace), mode, &workspace)
    if mode == .inference { workspace.release(inner) }
    return y
  }

  func branchBackward(_ dy: FeatureGradient, _ workspace: inout Workspace) -> Activation {
    let dinner = conv3.backward(bn3.backward(dy, keepingGradient: true, &workspace), &workspace)
    let dnarrow = conv2.backward(bn2.backward(dinner, &workspace), &workspace)
    return bn1.backward(dnarrow, &workspace)
  }

  mutating func visitParameters(_ prefix: String, _ body: (String, inout Parameter) -> Void) {
    conv1.visitParameters(joined(prefix, "conv1"), body)
    bn1.visitParameters(joined(prefix, "bn1"), body)
    conv2.visitParameters(joined(prefix, "conv2"), body)
    bn2.visitParameters(joined(prefix, "bn2"), body)
    conv3.visitParameters(joined(prefix, "conv3"), body)
    bn3.visitParameters(joined(prefix, "bn3"), body)
    downsample?.visitParameters(joined(prefix, "downsample"), body)
  }

  mutating func visitBuffers(_ prefix: String, _ body: (String, inout Tensor) -> Void) {
    bn1.visitBuffers(joined(prefix, "bn1"), body)
    bn2.visitBuffers(joined(prefix, "bn2"), body)
    bn3.visitBuffers(joined(prefix, "bn3"), body)
    downsample?.visitBuffers(joined(prefix, "downsample"), body)
  }
}
