/// What every layer is: parameters and running statistics, a value. What lives for one step is in the `Workspace`.
import Tensors

/// A learned tensor.
public struct Parameter: Sendable, Equatable {
  public var value: Tensor
  /// Where a workspace keeps its gradient; given by `Parameterized.numberParameters`.
  public internal(set) var slot = -1
  /// Biases and batch norm's γ and β: LARS leaves them out of adaptation, every optimizer out of weight decay.
  public let isWeight: Bool

  public init(_ value: Tensor, isWeight: Bool) { (self.value, self.isWeight) = (value, isWeight) }
}

/// Something with parameters and running statistics.
public protocol Parameterized: Sendable {
  /// Every parameter with its name in PyTorch, in a fixed order.
  mutating func visitParameters(_ prefix: String, _ body: (String, inout Parameter) -> Void)
  /// Running statistics with their names in PyTorch.
  mutating func visitBuffers(_ prefix: String, _ body: (String, inout Tensor) -> Void)
}

public protocol Layer: Parameterized {
  /// In training, running statistics move and the workspace keeps what backward needs. In inference nothing changes,
  /// and the layer may write over x.
  mutating func forward(_ x: Activation, _ mode: Mode, _ workspace: inout Workspace) -> Activation
  /// Undoes `forward` in reverse: leaves the parameters' gradients in the workspace, returns that of x. dy is used up.
  func backward(_ dy: Activation, _ workspace: inout Workspace) -> Activation
}

extension Parameterized {
  public mutating func visitBuffers(_ prefix: String, _ body: (String, inout Tensor) -> Void) {}

  /// Gives each parameter its gradient's slot: its place in the visiting order. Once, when the model is built.
  public mutating func numberParameters() {
    var count = 0
    visitParameters("") { _, parameter in
      parameter.slot = count
      count += 1
    }
  }

  /// Learned numbers.
  public var parameterCount: Int {
    var count = 0
    var copy = self
    copy.visitParameters("") { _, parameter in count += parameter.value.count }
    return count
  }
}

/// `prefix.name`, or the name alone.
func joined(_ prefix: String, _ name: String) -> String { prefix.isEmpty ? name : prefix + "." + name }
