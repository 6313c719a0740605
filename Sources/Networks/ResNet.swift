/// Residual networks (He et al. 2016), built and named as in torchvision.
import Basics
import Tensors

/// Two 3×3 convolutions and a shortcut.
public struct BasicBlock: Layer, Equatable {
  var conv1: Conv2d
  var bn1: BatchNorm
  var conv2: Conv2d
  var bn2: BatchNorm
  var downsample: Projection?

  init(_ inChannels: Int, _ outChannels: Int, stride: Int, using random: inout RandomStream) {
    conv1 = Conv2d(inChannels, outChannels, kernel: 3, stride: stride, using: &random)
    bn1 = BatchNorm(outChannels, relu: true)
    conv2 = Conv2d(outChannels, outChannels, kernel: 3, using: &random)
    bn2 = BatchNorm(outChannels, relu: true, gamma: 0)
    let changes = stride != 1 || inChannels != outChannels
    downsample = changes ? Projection(inChannels, outChannels, stride: stride, using: &random) : nil
  }

  public mutating func forward(_ x: Activation, _ mode: Mode, _ workspace: inout Workspace) -> Activation {
    let inner = bn1.forward(conv1.forward(x, mode, &workspace), mode, &workspace)
    let branch = conv2.forward(inner, mode, &workspace)
    if mode == .inference { workspace.release(inner) }
    let shortcut = downsample?.forward(x, mode, &workspace)
    let y = bn2.forward(branch, adding: shortcut ?? x, mode, &workspace)
    if mode == .inference, let shortcut { workspace.release(shortcut) }
    return y
  }

  public func backward(_ dy: Activation, _ workspace: inout Workspace) -> Activation {
    let (dbranch, dsum) = bn2.backwardWithResidual(dy, &workspace)
    let dshortcut = downsample?.backward(dsum, &workspace) ?? dsum
    let dinner = conv2.backward(dbranch, &workspace)
    let dx = conv1.backward(bn1.backward(dinner, &workspace), &workspace)
    add(dshortcut, to: dx, &workspace)
    return dx
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
public struct Projection: Layer, Equatable {
  var conv: Conv2d
  var bn: BatchNorm

  init(_ inChannels: Int, _ outChannels: Int, stride: Int, using random: inout RandomStream) {
    conv = Conv2d(inChannels, outChannels, kernel: 1, stride: stride, using: &random)
    bn = BatchNorm(outChannels, relu: false)
  }

  public mutating func forward(_ x: Activation, _ mode: Mode, _ workspace: inout Workspace) -> Activation {
    bn.forward(conv.forward(x, mode, &workspace), mode, &workspace)
  }

  public func backward(_ dy: Activation, _ workspace: inout Workspace) -> Activation {
    conv.backward(bn.backward(dy, &workspace), &workspace)
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
public struct ResNet: Layer, Equatable {
  /// Blocks and channels a stage.
  public struct Architecture: Sendable, Equatable {
    public let name: String
    let blocks: [Int]
    let channels: [Int]

    public static let all = [
      Architecture(name: "resnet8", blocks: [1, 1, 1], channels: [16, 32, 64]),
      Architecture(name: "resnet20", blocks: [3, 3, 3], channels: [16, 32, 64]),
      Architecture(name: "resnet18", blocks: [2, 2, 2, 2], channels: [64, 128, 256, 512]),
    ]
    public static func named(_ name: String) -> Architecture? { all.first { $0.name == name } }
  }

  public let architecture: Architecture
  var conv1: Conv2d
  var bn1: BatchNorm
  var stages: [[BasicBlock]]

  /// With the CIFAR stem: a 3×3 convolution, no max pooling.
  public init(_ architecture: Architecture, using random: inout RandomStream) {
    self.architecture = architecture
    var channels = architecture.channels[0]
    conv1 = Conv2d(3, channels, kernel: 3, needsInputGradient: false, using: &random)
    bn1 = BatchNorm(channels, relu: true)
    stages = []
    for (stage, width) in architecture.channels.enumerated() {
      var blocks: [BasicBlock] = []
      for block in 0..<architecture.blocks[stage] {
        blocks.append(BasicBlock(channels, width, stride: stage > 0 && block == 0 ? 2 : 1, using: &random))
        channels = width
      }
      stages.append(blocks)
    }
  }

  /// D, the width of h.
  public var features: Int { architecture.channels.last! }

  public mutating func forward(_ pictures: Activation, _ mode: Mode, _ workspace: inout Workspace) -> Activation {
    var x = bn1.forward(conv1.forward(pictures, mode, &workspace), mode, &workspace)
    if mode == .inference { workspace.release(pictures) }
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

  public func backward(_ dh: Activation, _ workspace: inout Workspace) -> Activation {
    var dx = globalAverageBackward(dh, &workspace)
    for stage in stages.reversed() {
      for block in stage.reversed() { dx = block.backward(dx, &workspace) }
    }
    return conv1.backward(bn1.backward(dx, &workspace), &workspace)
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

  private mutating func forEachBlock(_ prefix: String, _ body: (inout BasicBlock, String) -> Void) {
    for stage in stages.indices {
      for block in stages[stage].indices {
        body(&stages[stage][block], joined(prefix, "layer\(stage + 1).\(block)"))
      }
    }
  }
}
