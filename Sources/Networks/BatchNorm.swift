/// Batch normalisation, and the ReLU that follows it.
import Tensors

public struct BatchNorm: Equatable {
  public var gamma: Parameter
  /// nil: scale without shift, as in the last batch norm of the reference's projection head.
  public var beta: Parameter?
  public var runningMean: Tensor
  public var runningVariance: Tensor
  let relu: Bool

  /// - Parameter gamma: 1, or 0 for the last batch norm of a residual branch, which then starts as the identity.
  public init(_ channels: Int, relu: Bool, gamma: Float = 1, hasShift: Bool = true) {
    self.gamma = Parameter(Tensor(repeating: gamma, [channels]), isWeight: false)
    beta = hasShift ? Parameter(Tensor(zeros: [channels]), isWeight: false) : nil
    runningMean = Tensor(zeros: [channels])
    runningVariance = Tensor(repeating: 1, [channels])
    self.relu = relu
  }

  /// The features, whose readers apply scale, shift and ReLU.
  public mutating func forward(_ x: Measured, _ mode: Mode, _ workspace: inout Workspace) -> Features {
    batchNorm(
      x, gamma: gamma.value, beta: beta?.value, runningMean: &runningMean, runningVariance: &runningVariance,
      relu: relu, mode, &workspace)
  }

  /// - Parameter keepingGradient: somebody else reads dy afterwards.
  /// - Returns: the gradient of x, in x's place.
  public func backward(_ dy: FeatureGradient, keepingGradient: Bool = false, _ workspace: inout Workspace)
    -> Activation
  {
    batchNormBackward(
      dy, gamma: gamma.value, gammaSlot: gamma.slot, betaSlot: beta?.slot, keepingGradient: keepingGradient,
      &workspace)
  }

  public mutating func visitParameters(_ prefix: String, _ body: (String, inout Parameter) -> Void) {
    body(joined(prefix, "weight"), &gamma)
    if beta != nil { body(joined(prefix, "bias"), &beta!) }
  }

  public mutating func visitBuffers(_ prefix: String, _ body: (String, inout Tensor) -> Void) {
    body(joined(prefix, "running_mean"), &runningMean)
    body(joined(prefix, "running_var"), &runningVariance)
  }
}

/// On the vectors of a head, where it is a layer like the others.
extension BatchNorm: Layer {
  public mutating func forward(_ x: Activation, _ mode: Mode, _ workspace: inout Workspace) -> Activation {
    let y = settle(forward(Measured(x), mode, &workspace), mode, &workspace)
    return y.map
  }

  public func backward(_ dy: Activation, _ workspace: inout Workspace) -> Activation {
    precondition(!relu, "ReLU is a step of its own in a head")
    return backward(FeatureGradient(dy), &workspace)
  }
}
