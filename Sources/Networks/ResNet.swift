/// Residual networks (He et al. 2016), built and named as in torchvision.
import Basics
import Tensors

/// A step of a stage: a branch of convolutions, a shortcut that is added to it, and ReLU.
protocol ResidualBlock: Parameterized, Equatable {
  /// Channels of the block's output for each of `outChannels`.
  static var expansion: Int { get }
  /// - Parameter branchGamma: what the scale of the branch's last batch norm starts from.
  init(_ inChannels: Int, _ outChannels: Int, stride: Int, branchGamma: Float, using random: inout RandomStream)

  /// The branch's first convolution, and the shortcut where the shape changes.
  var conv1: Conv2d { get }
  var downsample: Projection? { get set }
  /// The branch, up to and with its last batch norm.
  mutating func branch(_ x: Features, _ mode: Mode, _ workspace: inout Workspace) -> Features
  /// From the gradient of the block's output, which stays, to that of what `conv1` made.
  func branchBackward(_ dy: FeatureGradient, _ workspace: inout Workspace) -> Activation
}

extension ResidualBlock {
  mutating func forward(_ x: Features, _ mode: Mode, _ workspace: inout Workspace) -> Features {
    let branch = branch(x, mode, &workspace)
    let shortcut = downsample?.forward(x, mode, &workspace)
    let y = join(branch, shortcut ?? x, mode, &workspace)
    if mode == .inference, let shortcut { workspace.release(shortcut) }
    if mode == .training { workspace.releaseUntilBackward(x) }
    return y
  }

  func backward(_ dy: FeatureGradient, _ workspace: inout Workspace) -> FeatureGradient {
    let dshortcut = downsample?.backward(dy.map, &workspace)
    let dinner = branchBackward(dy, &workspace)
    if dshortcut != nil { workspace.release(dy.map) }
    return conv1.backward(dinner, adding: dshortcut ?? dy.map, &workspace)
  }

  func isEqual(to other: any ResidualBlock) -> Bool { other as? Self == self }
}

/// Two 3×3 convolutions and a shortcut.
struct BasicBlock: ResidualBlock {
  static let expansion = 1

  var conv1: Conv2d
  var bn1: BatchNorm
  var conv2: Conv2d
  var bn2: BatchNorm
  var downsample: Projection?

  init(
    _ inChannels: Int, _ outChannels: Int, stride: Int, branchGamma: Float, using random: inout RandomStream
  ) {
    conv1 = Conv2d(inChannels, outChannels, kernel: 3, stride: stride, using: &random)
    bn1 = BatchNorm(outChannels, relu: true)
    conv2 = Conv2d(outChannels, outChannels, kernel: 3, using: &random)
    bn2 = BatchNorm(outChannels, relu: false, gamma: branchGamma)
    let changes = stride != 1 || inChannels != outChannels
    downsample = changes ? Projection(inChannels, outChannels, stride: stride, using: &random) : nil
  }

  mutating func branch(_ x: Features, _ mode: Mode, _ workspace: inout Workspace) -> Features {
    let inner = bn1.forward(conv1.forward(x, mode, &workspace), mode, &workspace)
    let y = bn2.forward(conv2.forward(inner, mode, &workspace), mode, &workspace)
    if mode == .inference { workspace.release(inner) }
    return y
  }

  func branchBackward(_ dy: FeatureGradient, _ workspace: inout Workspace) -> Activation {
    let dinner = conv2.backward(bn2.backward(dy, keepingGradient: true, &workspace), &workspace)
    return bn1.backward(dinner, &workspace)
  }

  public mutating func visitParameters(_ prefix: String, _ body: (String, inout Parameter) -> Void) {
    conv1.visitParameters(joined(prefix, "conv1"), body)
    bn1.visitParameters(joined(prefix, "bn1"), body)
    conv2.visitParameters(joined(prefix, "conv2"), body)
    bn2.visitParameters(joined(prefix, "bn2"), body)
    downsample?.visitParameters(joined(prefix, "downsample"), body)
  }

  public mutating func visitBuffers(_ prefix: String, _ body: (String, inout Tensor) -> Void) {
    bn1.visitBuffers(joined(prefix, "bn1"), body)
    bn2.visitBuffers(joined(prefix, "bn2"), body)
    downsample?.visitBuffers(joined(prefix, "downsample"), body)
  }
}

/// The shortcut where the shape changes: a 1×1 convolution and a batch norm.
struct Projection: Parameterized, Equatable {
  var conv: Conv2d
  var bn: BatchNorm

  init(_ inChannels: Int, _ outChannels: Int, stride: Int, using random: inout RandomStream) {
    conv = Conv2d(inChannels, outChannels, kernel: 1, stride: stride, using: &random)
    bn = BatchNorm(outChannels, relu: false)
  }

  mutating func forward(_ x: Features, _ mode: Mode, _ workspace: inout Workspace) -> Features {
    bn.forward(conv.forward(x, mode, &workspace), mode, &workspace)
  }

  /// dy, the gradient of the sum, stays for the branch, whose gradient of x is added to the result.
  func backward(_ dy: Activation, _ workspace: inout Workspace) -> Activation {
    conv.backward(bn.backward(FeatureGradient(dy), keepingGradient: true, &workspace), .partial, &workspace)!.map
  }

  public mutating func visitParameters(_ prefix: String, _ body: (String, inout Parameter) -> Void) {
    conv.visitParameters(joined(prefix, "0"), body)
    bn.visitParameters(joined(prefix, "1"), body)
  }

  public mutating func visitBuffers(_ prefix: String, _ body: (String, inout Tensor) -> Void) {
    bn.visitBuffers(joined(prefix, "1"), body)
  }
}

/// The encoder f: pictures [n, 3, size, size] → representations h [n, D].
public struct ResNet: Parameterized, Equatable {
  /// Which blocks, how many a stage, and their channels at width 1.
  public struct Architecture: Sendable, Equatable {
    public let name: String
    fileprivate let blocks: [Int]
    fileprivate let isBottleneck: Bool

    /// resnet8, 20 and 32: three stages, 16, 32 and 64 channels, as He et al. built them for CIFAR-10.
    fileprivate var isSmall: Bool { blocks.count == 3 }
    fileprivate var channels: [Int] { isSmall ? [16, 32, 64] : [64, 128, 256, 512] }
    fileprivate var block: any ResidualBlock.Type { isBottleneck ? Bottleneck.self : BasicBlock.self }

    private init(_ name: String, _ blocks: [Int], isBottleneck: Bool = false) {
      (self.name, self.blocks, self.isBottleneck) = (name, blocks, isBottleneck)
    }

    public static let all = [
      Architecture("resnet8", [1, 1, 1]),
      Architecture("resnet20", [3, 3, 3]),
      Architecture("resnet32", [5, 5, 5]),
      Architecture("resnet18", [2, 2, 2, 2]),
      Architecture("resnet34", [3, 4, 6, 3]),
      Architecture("resnet50", [3, 4, 6, 3], isBottleneck: true),
    ]
    public static func named(_ name: String) -> Architecture? { all.first { $0.name == name } }

    /// The stem for views of this size in pixels: ImageNet's from 64 on for resnet18, 34 and 50, else CIFAR's.
    public func usualStem(imageSize: Int) -> Stem { isSmall || imageSize < 64 ? .cifar : .imagenet }
  }

  /// What stands before the first stage.
  public enum Stem: String, Sendable, CaseIterable {
    /// A 3×3 convolution.
    case cifar
    /// A 7×7 convolution at stride 2 and 3×3 max pooling at stride 2: a quarter of the size.
    case imagenet
  }

  public let architecture: Architecture
  /// The factor on every number of channels.
  public let width: Double
  public let stem: Stem
  /// D, the width of h.
  public let features: Int
  var conv1: Conv2d
  var bn1: BatchNorm
  var stages: [[any ResidualBlock]]

  /// - Parameters:
  ///   - width: channels are multiplied by it and rounded to the nearest whole number, at least 1. Maps are kept in
  ///     blocks of 16 channels, so a number between multiples of 16 costs as much as the next one.
  ///   - zeroInitResidual: blocks start as ReLU of their shortcut: the scale of each branch's last batch norm is 0, as
  ///     in the reference code; otherwise 1, torchvision's default.
  public init(
    _ architecture: Architecture, width: Double = 1, stem: Stem = .cifar, zeroInitResidual: Bool = true,
    using random: inout RandomStream
  ) {
    (self.architecture, self.width, self.stem) = (architecture, width, stem)
    let widths = architecture.channels.map { max(1, Int((Double($0) * width).rounded())) }
    var channels = widths[0]
    let isLarge = stem == .imagenet
    conv1 = Conv2d(3, channels, kernel: isLarge ? 7 : 3, stride: isLarge ? 2 : 1, using: &random)
    bn1 = BatchNorm(channels, relu: true)
    stages = []
    for (stage, width) in widths.enumerated() {
      var blocks: [any ResidualBlock] = []
      for block in 0..<architecture.blocks[stage] {
        let stride = stage > 0 && block == 0 ? 2 : 1
        blocks.append(
          architecture.block.init(
            channels, width, stride: stride, branchGamma: zeroInitResidual ? 0 : 1, using: &random))
        channels = width * architecture.block.expansion
      }
      stages.append(blocks)
    }
    features = channels
  }

  public mutating func forward(_ pictures: Activation, _ mode: Mode, _ workspace: inout Workspace) -> Activation {
    var x = bn1.forward(conv1.forward(Features(pictures), mode, &workspace), mode, &workspace)
    if mode == .inference { workspace.release(pictures) }
    if stem == .imagenet {
      let pooled = maxPool(x, mode, &workspace)
      if mode == .inference { workspace.release(x) }
      x = pooled
    }
    for stage in stages.indices {
      for block in stages[stage].indices {
        let y = stages[stage][block].forward(x, mode, &workspace)
        if mode == .inference { workspace.release(x) }
        x = y
      }
    }
    let h = globalAverage(x, mode, &workspace)
    if mode == .inference { workspace.release(x) }
    return h
  }

  /// Nobody asks for the gradient of pictures.
  public func backward(_ dh: Activation, _ workspace: inout Workspace) {
    var dx = globalAverageBackward(dh, &workspace)
    for stage in stages.reversed() {
      for block in stage.reversed() { dx = block.backward(dx, &workspace) }
    }
    if stem == .imagenet { dx = maxPoolBackward(dx.map, &workspace) }
    conv1.backward(bn1.backward(dx, &workspace), .none, &workspace)
  }

  public mutating func visitParameters(_ prefix: String, _ body: (String, inout Parameter) -> Void) {
    conv1.visitParameters(joined(prefix, "conv1"), body)
    bn1.visitParameters(joined(prefix, "bn1"), body)
    forEachBlock(prefix) { block, name in block.visitParameters(name, body) }
  }

  public mutating func visitBuffers(_ prefix: String, _ body: (String, inout Tensor) -> Void) {
    bn1.visitBuffers(joined(prefix, "bn1"), body)
    forEachBlock(prefix) { block, name in block.visitBuffers(name, body) }
  }

  private mutating func forEachBlock(_ prefix: String, _ body: (inout any ResidualBlock, String) -> Void) {
    for stage in stages.indices {
      for block in stages[stage].indices {
        body(&stages[stage][block], joined(prefix, "layer\(stage + 1).\(block)"))
      }
    }
  }

  public static func == (a: ResNet, b: ResNet) -> Bool {
    a.architecture == b.architecture && a.width == b.width && a.stem == b.stem && a.conv1 == b.conv1 && a.bn1 == b.bn1
      && zip(a.stages.joined(), b.stages.joined()).allSatisfy { $0.isEqual(to: $1) }
  }
}
