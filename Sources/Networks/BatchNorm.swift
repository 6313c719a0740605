/// Batch normalisation with what follows it: the residual addition of a block, and ReLU.
import Tensors

public struct BatchNorm: Layer, Equatable {
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

  public mutating func forward(_ x: Activation, _ mode: Mode, _ workspace: inout Workspace) -> Activation {
    forward(x, adding: nil, mode, &workspace)
  }

  /// relu(bn(x) + residual)
  mutating func forward(_ x: Activation, adding residual: Activation?, _ mode: Mode, _ workspace: inout Workspace)
    -> Activation
  {
    batchNorm(
      x, gamma: gamma.value, beta: beta?.value, runningMean: &runningMean, runningVariance: &runningVariance,
      residual: residual, relu: relu, mode, &workspace)
  }

  public func backward(_ dy: Activation, _ workspace: inout Workspace) -> Activation {
    batchNormBackward(
      dy, gamma: gamma.value, gammaSlot: gamma.slot, betaSlot: beta?.slot, relu: relu, hasResidual: false, &workspace
    ).dx
  }

  /// Gradients of x and of the residual.
  func backwardWithResidual(_ dy: Activation, _ workspace: inout Workspace) -> (
    dx: Activation, dresidual: Activation
  ) {
    let gradients = batchNormBackward(
      dy, gamma: gamma.value, gammaSlot: gamma.slot, betaSlot: beta?.slot, relu: relu, hasResidual: true, &workspace)
    return (gradients.dx, gradients.dresidual!)
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
