/// A dense layer.
import Basics
import Tensors

public struct Linear: Layer, Equatable {
  /// [out, in]
  public var weight: Parameter
  public var bias: Parameter?

  /// Normal with deviation √(1 / in), bias 0.
  public init(_ inFeatures: Int, _ outFeatures: Int, hasBias: Bool, using random: inout RandomStream) {
    let deviation = (1 / Float(inFeatures)).squareRoot()
    weight = Parameter(normalTensor([outFeatures, inFeatures], deviation: deviation, using: &random), isWeight: true)
    bias = hasBias ? Parameter(Tensor(zeros: [outFeatures]), isWeight: false) : nil
  }

  public mutating func forward(_ x: Activation, _ mode: Mode, _ workspace: inout Workspace) -> Activation {
    linear(x, weight: weight.value, bias: bias?.value, mode, &workspace)
  }

  public func backward(_ dy: Activation, _ workspace: inout Workspace) -> Activation {
    linearBackward(dy, weight: weight.value, weightSlot: weight.slot, biasSlot: bias?.slot, &workspace)
  }

  public mutating func visitParameters(_ prefix: String, _ body: (String, inout Parameter) -> Void) {
    body(joined(prefix, "weight"), &weight)
    if bias != nil { body(joined(prefix, "bias"), &bias!) }
  }
}
