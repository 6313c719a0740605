/// The projection head g: representations h [n, D] → projections z [n, d].
import Basics
import Tensors

public struct ProjectionHead: Layer, Equatable {
  public enum Kind: String, Sendable, CaseIterable { case none, linear, nonlinear }
  /// `reference`: a batch norm after every linear layer, the last one without shift. `none`: plain linear layers with
  /// bias, as the paper's text has it.
  public enum Norm: String, Sendable, CaseIterable { case reference, none }

  private enum Step: Sendable, Equatable {
    case linear(Linear)
    case norm(BatchNorm)
    case relu
  }

  private var steps: [Step] = []

  /// - Parameters:
  ///   - layers: linear layers of the nonlinear head, at least 2.
  ///   - hidden: width between them.
  ///   - out: d, the width of z; without a head z is h.
  public init(
    _ kind: Kind, features: Int, layers: Int, hidden: Int, out: Int, norm: Norm, using random: inout RandomStream
  ) {
    let widths: [Int]
    switch kind {
    case .none: widths = []
    case .linear: widths = [out]
    case .nonlinear: widths = Array(repeating: hidden, count: layers - 1) + [out]
    }
    var width = features
    for (index, next) in widths.enumerated() {
      let isLast = index == widths.count - 1
      steps.append(.linear(Linear(width, next, hasBias: norm == .none, using: &random)))
      if norm == .reference { steps.append(.norm(BatchNorm(next, relu: false, hasShift: !isLast))) }
      if !isLast { steps.append(.relu) }
      width = next
    }
  }

  public mutating func forward(_ h: Activation, _ mode: Mode, _ workspace: inout Workspace) -> Activation {
    var x = h
    for index in steps.indices {
      switch steps[index] {
      case .linear(var layer): x = layer.forward(x, mode, &workspace)
      case .norm(var layer):
        x = layer.forward(x, mode, &workspace)
        // Only running statistics have moved; inference leaves the layer as it was, shared with its copies.
        if mode == .training { steps[index] = .norm(layer) }
      case .relu: x = relu(x, mode, &workspace)
      }
    }
    return x
  }

  public func backward(_ dz: Activation, _ workspace: inout Workspace) -> Activation {
    var dx = dz
    for step in steps.reversed() {
      switch step {
      case .linear(let layer): dx = layer.backward(dx, &workspace)
      case .norm(let layer): dx = layer.backward(dx, &workspace)
      case .relu: dx = reluBackward(dx, &workspace)
      }
    }
    return dx
  }

  public mutating func visitParameters(_ prefix: String, _ body: (String, inout Parameter) -> Void) {
    for index in steps.indices {
      switch steps[index] {
      case .linear(var layer):
        steps[index] = .relu  // so that the layer is held once and changed in place
        layer.visitParameters(joined(prefix, "\(index)"), body)
        steps[index] = .linear(layer)
      case .norm(var layer):
        steps[index] = .relu
        layer.visitParameters(joined(prefix, "\(index)"), body)
        steps[index] = .norm(layer)
      case .relu: break
      }
    }
  }

  public mutating func visitBuffers(_ prefix: String, _ body: (String, inout Tensor) -> Void) {
    for index in steps.indices {
      guard case .norm(var layer) = steps[index] else { continue }
      steps[index] = .relu
      layer.visitBuffers(joined(prefix, "\(index)"), body)
      steps[index] = .norm(layer)
    }
  }
}
