/// Convolution without bias; a batch norm follows each.
import Basics
import Tensors

public struct Conv2d: Layer, Equatable {
  /// [out, in, kernel, kernel]
  public var weight: Parameter
  let stride: Int
  let padding: Int
  /// False for the first layer: nobody asks for the gradient of pictures.
  let needsInputGradient: Bool

  /// He initialisation for ReLU, fan-out (He et al. 2015), as torchvision's ResNets.
  public init(
    _ inChannels: Int, _ outChannels: Int, kernel: Int, stride: Int = 1, needsInputGradient: Bool = true,
    using random: inout RandomStream
  ) {
    let deviation = (2 / Float(outChannels * kernel * kernel)).squareRoot()
    let shape = [outChannels, inChannels, kernel, kernel]
    weight = Parameter(normalTensor(shape, deviation: deviation, using: &random), isWeight: true)
    (self.stride, padding, self.needsInputGradient) = (stride, kernel / 2, needsInputGradient)
  }

  public mutating func forward(_ x: Activation, _ mode: Mode, _ workspace: inout Workspace) -> Activation {
    convolution(x, weight: weight.value, stride: stride, padding: padding, mode, &workspace)
  }

  public func backward(_ dy: Activation, _ workspace: inout Workspace) -> Activation {
    convolutionBackward(
      dy, weight: weight.value, slot: weight.slot, stride: stride, padding: padding, needsInput: needsInputGradient,
      &workspace) ?? dy
  }

  public mutating func visitParameters(_ prefix: String, _ body: (String, inout Parameter) -> Void) {
    body(joined(prefix, "weight"), &weight)
  }
}
