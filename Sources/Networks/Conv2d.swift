/// Convolution without bias; a batch norm follows each.
import Basics
import Tensors

public struct Conv2d: Parameterized, Equatable {
  /// [out, in, kernel, kernel]
  public var weight: Parameter
  let stride: Int
  let padding: Int
  /// He initialisation for ReLU, fan-out (He et al. 2015), as torchvision's ResNets.
  public init(
    _ inChannels: Int, _ outChannels: Int, kernel: Int, stride: Int = 1, using random: inout RandomStream
  ) {
    let deviation = (2 / Float(outChannels * kernel * kernel)).squareRoot()
    let shape = [outChannels, inChannels, kernel, kernel]
    weight = Parameter(normalTensor(shape, deviation: deviation, using: &random), isWeight: true)
    (self.stride, padding) = (stride, kernel / 2)
  }

  public func forward(_ x: Features, _ mode: Mode, _ workspace: inout Workspace) -> Measured {
    convolution(x, weight: weight.value, stride: stride, padding: padding, mode, &workspace)
  }

  /// - Returns: the gradient of x; nil where none is wanted.
  @discardableResult
  public func backward(_ dy: Activation, _ wanted: InputGradient, _ workspace: inout Workspace) -> FeatureGradient? {
    convolutionBackward(
      dy, weight: weight.value, slot: weight.slot, stride: stride, padding: padding, wanted, &workspace)
  }

  /// The gradient of x, which nobody else reads, or to which the others' is added.
  func backward(_ dy: Activation, adding others: Activation? = nil, _ workspace: inout Workspace) -> FeatureGradient {
    backward(dy, .whole(adding: others), &workspace)!
  }

  public mutating func visitParameters(_ prefix: String, _ body: (String, inout Parameter) -> Void) {
    body(joined(prefix, "weight"), &weight)
  }
}
